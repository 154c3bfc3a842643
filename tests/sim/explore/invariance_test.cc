// What a job's result must not depend on: found without knowing the job.
#include "sim/explore/invariance.h"

#include <gtest/gtest.h>

#include "core/api/data_stream.h"
#include "sim/explore/event_times.h"
#include "sim/explore/fixed_by_input.h"
#include "sim/explore/job_scenario.h"

namespace leat {
namespace {

struct Reading {
  EventTime ts;
  std::string sensor;
  int64_t value = 0;
};
LEAT_ROW(Reading, ts, sensor, value)

// One sensor, out of order by up to a second.
std::vector<Reading> readings() {
  std::vector<Reading> list;
  for (int64_t i = 0; i < 60; ++i)
    list.push_back({EventTime{i * 100 - (i * 377) % 1000}, "s", (i * 31) % 17});
  return list;
}

DataStream<Reading> timed(StreamExecutionEnvironment& env) {
  return env.from_collection("readings", readings())
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Reading>::for_bounded_out_of_orderness(seconds(1))
              .with_timestamp_assigner(&Reading::ts));
}

// The difference to the reading before: of arrival, which is the mistake.
class Steps : public KeyedProcess<std::string, Reading, int64_t> {
 public:
  void process(const Reading& reading, Context& ctx) const {
    if (const auto last = ctx.state(last_).get()) ctx.emit(reading.value - *last);
    ctx.state(last_).update(reading.value);
  }

 private:
  State<int64_t> last_ = value_state<int64_t>("last");
};

struct PerSecond {
  std::string sensor;
  EventTime start;
  EventTime end;
  int64_t sum = 0;
};
LEAT_ROW(PerSecond, sensor, start, end, sum)

Scenario planned(const Result<StreamGraph>& graph) {
  Result<Scenario> scenario = scenario_of_job(graph);
  check(scenario.ok(), "the job could not be planned");
  return scenario.value();
}

Scenario steps() {
  StreamExecutionEnvironment env;
  timed(env).key_by(&Reading::sensor).process(Steps()).sink_to(Sink::transactional("out"));
  return planned(env.execute("steps"));
}

Scenario sums() {
  StreamExecutionEnvironment env;
  timed(env)
      .key_by(&Reading::sensor)
      .window(TumblingEventTimeWindows::of(seconds(1)))
      .aggregate<PerSecond>(sum(&Reading::value))
      .sink_to(Sink::transactional("out"));
  return planned(env.execute("sums"));
}

TEST(Invariance, AFunctionThatTakesRowsAsTheyComeDependsOnTheirOrder) {
  const InvarianceVerdict said = check_invariance(steps(), 1);
  ASSERT_EQ(said.violations.size(), 1u);
  EXPECT_EQ(said.violations[0].name, "order_dependent");
  EXPECT_EQ(said.violations[0].where, "out");
  EXPECT_GT(said.judged, 40u);
}

TEST(Invariance, WindowsDoNot) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const InvarianceVerdict said = check_invariance(sums(), seed);
    EXPECT_TRUE(said.violations.empty()) << said.violations[0].got;
    EXPECT_GT(said.judged, 6u);
  }
}

TEST(Invariance, WhatTheScenarioAllowsIsNotCompared) {
  Scenario scenario = steps();
  scenario.expect.may_depend_on = {"order"};
  EXPECT_TRUE(check_invariance(scenario, 1).violations.empty());
}

TEST(Invariance, WithoutWatermarksTheOrderOfArrivalIsTheOnlyOneThereIs) {
  StreamExecutionEnvironment env;
  env.from_collection("readings", readings())
      .key_by(&Reading::sensor)
      .process(Steps())
      .sink_to(Sink::transactional("out"));
  EXPECT_TRUE(check_invariance(planned(env.execute("steps")), 1).violations.empty());
}

// In the other order each row is as late, or as timely, as it was; and something has moved.
TEST(ArrivalOrder, NothingBecomesLateAndNothingComesInTime) {
  const Scenario base = sums();
  const NodeId source = *base.program->graph.find("readings");
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const auto run = perturb_arrival_order()->apply(base, seed);
    ASSERT_TRUE(run);
    const StreamGraph& graph = run->scenario.program->graph;
    const SplitData& data = *std::get<SourceSpec>(graph.node(source).spec).data;
    EXPECT_TRUE(stays_in_bound(EventTimes(graph, source), data)) << "seed " << seed;
    RowBatch before(3);
    RowBatch after(3);
    std::get<SourceSpec>(base.program->graph.node(source).spec).data->read(0, 0, 60, before);
    data.read(0, 0, 60, after);
    EXPECT_NE(before.hash(), after.hash()) << "seed " << seed;
  }
}

// A bound that is too small makes rows late: how many come in time depends on the watermark.
TEST(FixedByInput, NotWhereRowsAreLate) {
  StreamExecutionEnvironment env;
  env.from_collection("readings", readings())
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Reading>::for_bounded_out_of_orderness(milliseconds(500))
              .with_timestamp_assigner(&Reading::ts))
      .sink_to(Sink::transactional("out"));
  const Scenario late = planned(env.execute("late"));
  const StreamGraph& graph = late.program->graph;
  EXPECT_FALSE(fixed_by_input(graph, *graph.find("out"), {}));
  EXPECT_EQ(not_compared(graph).at("out"), "rows of readings may come late");
  const Scenario in_time = sums();
  EXPECT_TRUE(not_compared(in_time.program->graph).empty());
  EXPECT_TRUE(fixed_by_input(in_time.program->graph, *in_time.program->graph.find("out"), {}));
}

TEST(FixedByInput, NotWhereTheClockDecides) {
  StreamExecutionEnvironment env;
  timed(env)
      .key_by(&Reading::sensor)
      .window(TumblingProcessingTimeWindows::of(seconds(1)))
      .aggregate<PerSecond>(sum(&Reading::value))
      .sink_to(Sink::transactional("out"));
  const Scenario scenario = planned(env.execute("clock"));
  EXPECT_FALSE(fixed_by_input(scenario.program->graph, *scenario.program->graph.find("out"), {}));
  const Scenario event = steps();
  const NodeId process =
      event.program->graph.node(*event.program->graph.find("out")).inputs[0].from;
  EXPECT_FALSE(fixed_by_input(event.program->graph, *event.program->graph.find("out"), {process}));
}

}  // namespace
}  // namespace leat
