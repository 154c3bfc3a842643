// A job laid out otherwise, or read by another clock, commits the same; and each of these checks
// can fail.
#include <gtest/gtest.h>

#include "core/api/data_stream.h"
#include "sim/explore/invariance.h"
#include "sim/explore/job_scenario.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

struct Reading {
  EventTime ts;
  std::string sensor;
  int64_t value = 0;
};
LEAT_ROW(Reading, ts, sensor, value)

Scenario planned(const Result<StreamGraph>& graph) {
  Result<Scenario> scenario = scenario_of_job(graph);
  check(scenario.ok(), "the job could not be planned");
  return scenario.value();
}

Scenario decoded(const std::string& text) {
  Decoded decoded = decode_scenario(text, "test", DecodeOptions{});
  check(decoded.scenario.has_value(), "the scenario is not valid");
  return std::move(*decoded.scenario);
}

// Sums per key and second, of two partitions, and something behind them.
Scenario sums(const std::string& node_behind) {
  std::string text = R"({"leat": 1, "scenario": "sums", "parallelism": 2,
    "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                      "watermark": {"bounded": "400ms"},
                      "generate": {"count": 120, "every": "10ms", "keys": 5, "disorder": "400ms"}}},
    "nodes": {"sums": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": "1s"},
                       "aggregate": ["sum(v) as s"]},
              "behind": {"inputs": ["sums"], NODE}},
    "sinks": {"out": "behind"},
    "cluster": {"workers": 2, "slots": 1}})";
  const std::string mark = "NODE";
  return decoded(text.replace(text.find(mark), mark.size(), node_behind));
}

std::vector<std::string> names(const InvarianceVerdict& verdict) {
  std::vector<std::string> all;
  for (const Violation& violation : verdict.violations) all.push_back(violation.name);
  return all;
}
using Names = std::vector<std::string>;

TEST(OtherPlans, WindowsPerKeyDoNotDependOnAny) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const InvarianceVerdict said = check_invariance(sums(R"("filter": "s > 0")"), seed);
    EXPECT_EQ(names(said), Names{}) << said.violations[0].got;
    EXPECT_GT(said.judged, 40u);
  }
}

TEST(OtherPlans, ASubtasksNumberInTheResultDependsOnTheParallelism) {
  const InvarianceVerdict said = check_invariance(sums(R"("subtask": "by")"), 1);
  EXPECT_EQ(names(said), Names{"parallelism_dependent"});
}

TEST(OtherPlans, AnotherParallelismIsOneThatTheKeyedPartDoesNotHave) {
  const Scenario base = sums(R"("filter": "s > 0")");
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const auto run = perturb_parallelism()->apply(base, seed);
    ASSERT_TRUE(run);
    const StreamGraph& graph = run->scenario.program->graph;
    EXPECT_EQ(graph.node(*graph.find("s")).parallelism, 2u);
    EXPECT_NE(graph.node(*graph.find("sums")).parallelism, 2u);
    EXPECT_NE(graph.node(*graph.find("behind")).parallelism, 2u);
    EXPECT_GE(graph.node(*graph.find("sums")).parallelism, 1u);
    EXPECT_LE(graph.node(*graph.find("sums")).parallelism, 4u);
  }
}

TEST(OtherPlans, PlacedTogetherOrApart) {
  const auto together = perturb_placement()->apply(sums(R"("filter": "s > 0")"), 1);
  ASSERT_TRUE(together);
  EXPECT_EQ(together->scenario.cluster.task_managers.size(), 1u);
  EXPECT_EQ(together->scenario.cluster.slots_per_task_manager, 2u);
  const auto apart = perturb_placement()->apply(together->scenario, 1);
  ASSERT_TRUE(apart);
  EXPECT_EQ(apart->scenario.cluster.task_managers.size(), 2u);
}

TEST(OtherPlans, WithoutChainsEveryNodeIsATask) {
  const auto run = perturb_plan()->apply(sums(R"("filter": "s > 0")"), 1);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->scenario.program->job.vertices.size(), run->scenario.program->graph.nodes.size());
  EXPECT_EQ(run->scenario.cluster.batch_rows_max, 1u);
}

// Rows of two partitions, numbered as they come: what came first is another row in another layout.
class Numbers : public KeyedProcess<std::string, Reading, std::string> {
 public:
  void process(const Reading& reading, Context& ctx) const {
    const int64_t n = ctx.state(seen_).get().value_or(0) + 1;
    ctx.state(seen_).update(n);
    ctx.emit(std::to_string(n) + ": " + std::to_string(reading.value));
  }

 private:
  State<int64_t> seen_ = value_state<int64_t>("seen");
};

DataStream<Reading> timed(StreamExecutionEnvironment& env, const std::string& name, int64_t first) {
  std::vector<Reading> list;
  for (int64_t i = 0; i < 40; ++i) list.push_back({EventTime{i * 10}, "s", first + i});
  return env.from_collection(name, list)
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Reading>::for_monotonous_timestamps().with_timestamp_assigner(
              &Reading::ts));
}

Scenario numbered() {
  StreamExecutionEnvironment env;
  timed(env, "a", 0)
      .union_with(timed(env, "b", 1000))
      .key_by(&Reading::sensor)
      .process(Numbers())
      .sink_to(Sink::transactional("out"));
  return planned(env.execute("numbered"));
}

// Each of these changes alone shows that the job counts on an order that there is not.
TEST(OtherPlans, WhatCountsOnTheOrderOfTwoPartitionsIsSeenByEach) {
  const auto found = [](PerturbationPtr perturbation) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      const InvarianceVerdict said = check_invariance(numbered(), seed, *perturbation);
      if (!said.violations.empty()) return said.violations[0].name;
    }
    return std::string("nothing");
  };
  EXPECT_EQ(found(perturb_interleaving()), "order_dependent");
  EXPECT_EQ(found(perturb_placement()), "placement_dependent");
  EXPECT_EQ(found(perturb_plan()), "plan_dependent");
}

TEST(OtherPlans, TheFirstFindingIsTheOneThatIsTold) {
  for (uint64_t seed = 1; seed <= 10; ++seed)
    EXPECT_EQ(names(check_invariance(numbered(), seed)), Names{"order_dependent"}) << seed;
}

// ---- the clock ----

// Takes what comes within a second of its time: by the clock, which is the mistake.
class Fresh : public KeyedProcess<std::string, Reading, int64_t> {
 public:
  void process(const Reading& reading, Context& ctx) const {
    if (ctx.now().ms - reading.ts.ms < 1000) ctx.emit(reading.value);
  }
};

TEST(OtherClock, TheTimeOfProcessingInAResultIsFound) {
  StreamExecutionEnvironment env;
  timed(env, "a", 0).key_by(&Reading::sensor).process(Fresh()).sink_to(Sink::transactional("out"));
  const InvarianceVerdict said = check_invariance(planned(env.execute("fresh")), 1);
  EXPECT_EQ(names(said), Names{"clock_dependent"});
}

TEST(OtherClock, WhatMayDependOnItIsNotCompared) {
  StreamExecutionEnvironment env;
  timed(env, "a", 0).key_by(&Reading::sensor).process(Fresh()).sink_to(Sink::transactional("out"));
  Scenario scenario = planned(env.execute("fresh"));
  scenario.expect.may_depend_on = {"clock"};
  EXPECT_EQ(names(check_invariance(scenario, 1)), Names{});
}

}  // namespace
}  // namespace leat
