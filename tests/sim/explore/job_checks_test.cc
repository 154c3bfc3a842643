// Functions that set timers in vain, share objects, call outside; state that grows; partitions that
// are read at other speeds; and the next version of a job.
#include <gtest/gtest.h>

#include <set>

#include "core/api/outside_map.h"
#include "sim/explore/invariance.h"
#include "sim/explore/job_scenario.h"
#include "sim/explore/upgrade.h"
#include "sim/explore/upgraded_graph.h"

namespace leat {
namespace {

struct Reading {
  EventTime ts;
  int64_t sensor = 0;
  int64_t value = 0;
};
LEAT_ROW(Reading, ts, sensor, value)

using Env = StreamExecutionEnvironment;

DataStream<Reading> readings(Env& env, int64_t sensors, int64_t count = 60) {
  env.set_parallelism(2).enable_checkpointing(milliseconds(100));
  env.restart_config() = {RestartConfig::Kind::kFixedDelay, 20, {100}};
  return env
      .generate(
          "readings", count, milliseconds(20),
          [sensors](int64_t i) {
            // A few sensors all the time, or new ones in place of old ones.
            const int64_t sensor = sensors > 0 ? i % sensors : i / 8 * 4 + i % 4;
            return Reading{EventTime{i * 20}, sensor, i};
          },
          2)
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Reading>::for_monotonous_timestamps().with_timestamp_assigner(
              &Reading::ts));
}

Scenario planned(Env& env, const DataStream<int64_t>& out) {
  out.sink_to(Sink::transactional("out"));
  Result<Scenario> scenario = scenario_of_job(env.execute("job"));
  check(scenario.ok(), "the job could not be planned");
  return scenario.value();
}
std::string found(const Scenario& scenario, uint64_t seed = 1) {
  const InvarianceVerdict said = check_invariance(scenario, seed);
  return said.violations.empty() ? "" : said.violations[0].name;
}

class Count : public KeyedProcess<int64_t, Reading, int64_t> {
 public:
  void process(const Reading&, Context& ctx) const {
    const int64_t n = ctx.state(count_).get().value_or(0) + 1;
    ctx.state(count_).update(n);
    ctx.emit(n);
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
};

TEST(GrowingState, KeysThatComeAndGoLeaveState) {
  Env env;
  Scenario scenario = planned(env, readings(env, 0, 600).key_by(&Reading::sensor).process(Count()));
  EXPECT_EQ(found(scenario), "state_leak");
  scenario.expect.may_depend_on = {"history"};
  EXPECT_EQ(found(scenario), "");
}
TEST(GrowingState, AFewKeysThatStayAreNoLeak) {
  Env env;
  EXPECT_EQ(found(planned(env, readings(env, 5, 600).key_by(&Reading::sensor).process(Count()))),
            "");
}

class Alarm : public KeyedProcess<int64_t, Reading, int64_t> {
 public:
  explicit Alarm(bool deletes) : deletes_(deletes) {}
  void process(const Reading& r, Context& ctx) const {
    const auto before = ctx.state(at_).get();
    const EventTime at = r.ts + seconds(5);
    if (before && *before >= at) return;
    if (before && deletes_) ctx.delete_timer(*before);
    ctx.state(at_).update(at);
    ctx.register_timer(at);
  }
  void on_timer(EventTime at, Context& ctx) const {
    if (*ctx.state(at_).get() == at) ctx.emit(ctx.key());
  }

 private:
  const bool deletes_;
  State<EventTime> at_ = value_state<EventTime>("at");
};
TEST(TimersInVain, AreToldWhereTheyAreNotDeleted) {
  for (const bool deletes : {true, false}) {
    Env env;
    EXPECT_EQ(
        found(planned(env, readings(env, 3).key_by(&Reading::sensor).process(Alarm(deletes)))),
        deletes ? "" : "state_leak");
  }
}

TEST(SharedObjects, AreFoundWhereAnotherFunctionFillsThem) {
  const auto shared = std::make_shared<int64_t>(0);
  Env env;
  EXPECT_EQ(
      found(planned(env, readings(env, 3)
                             .map([shared](const Reading& r) {
                               *shared = r.value;
                               return r.sensor;
                             })
                             .map([shared](int64_t sensor) { return sensor * 1000 + *shared; }))),
      "record_mutated");
}

TEST(Effects, ACallIsRepeatedAndAPutIsNone) {
  for (const bool puts : {true, false}) {
    Env env;
    const Scenario scenario = planned(
        env, map_outside(readings(env, 3), nullptr, [puts](const Reading& r, Outside& outside) {
          const std::string id = std::to_string(r.value);
          if (puts)
            outside.put("table", id, "there");
          else
            outside.call("service", id);
          return r.value;
        }));
    EXPECT_EQ(found(scenario), puts ? "" : "effect_repeated");
  }
}

// On the real clock a client stands behind what a job calls.
TEST(Effects, TheClientIsCalledWhereNobodyCounts) {
  class Client final : public Outside {
   public:
    void call(const std::string&, const std::string&) override { ++calls; }
    void put(const std::string&, const std::string&, const std::string&) override {}
    int calls = 0;
  };
  const auto client = std::make_shared<Client>();
  Env env;
  const auto out = map_outside(readings(env, 3), client, [](const Reading& r, Outside& outside) {
    outside.call("service", "x");
    return r.value;
  });
  const Scenario scenario = planned(env, out);
  for (const StreamNode& node : scenario.program->graph.nodes) {
    const auto* map = std::get_if<MapSpec>(&node.spec);
    if (map == nullptr) continue;
    const Row in = {Value::time(0), Value::integer(1), Value::integer(2)};
    Row result(1);
    map->function->clone()->map(in, std::nullopt, result);
  }
  EXPECT_EQ(client->calls, 1);
}

struct PerSensor {
  int64_t sensor = 0;
  EventTime start;
  EventTime end;
  int64_t sum = 0;
};
LEAT_ROW(PerSensor, sensor, start, end, sum)

TEST(OtherSpeed, PartitionsThatShareAWatermarkLoseRowsWhenOneIsReadSooner) {
  for (const bool declared : {false, true}) {
    Env env;
    const auto sums =
        readings(env, 3)
            .rebalance()
            .map([](const Reading& r) { return r; })
            .assign_timestamps_and_watermarks(
                WatermarkStrategy<Reading>::for_bounded_out_of_orderness(milliseconds(200))
                    .with_timestamp_assigner(&Reading::ts))
            .key_by(&Reading::sensor)
            .window(TumblingEventTimeWindows::of(milliseconds(100)))
            .aggregate<PerSensor>(sum(&Reading::value))
            .map([](const PerSensor& p) { return p.sum; });
    Scenario scenario = planned(env, sums);
    if (declared) scenario.expect.may_depend_on = {"speed", "lateness"};
    std::set<std::string> names;
    for (uint64_t seed = 1; seed <= 4; ++seed) names.insert(found(scenario, seed));
    EXPECT_EQ(names.contains("speed_dependent"), !declared);
  }
}

TEST(Upgrade, ANameMadeOfANumberIsAnotherInTheNextVersion) {
  for (const bool named : {true, false}) {
    Env env;
    const auto counts =
        readings(env, 3, 100).uid("readings").key_by(&Reading::sensor).process(Count());
    const Scenario scenario = planned(env, named ? counts.uid("counts") : counts);
    const UpgradeVerdict said = check_upgrade(scenario, 1);
    EXPECT_GT(said.judged, 10u);
    ASSERT_EQ(said.violation.has_value(), !named);
    if (!said.violation) continue;
    EXPECT_EQ(said.violation->name, "state_lost");
    EXPECT_EQ(said.violation->where, "process-2");
  }
}
TEST(Upgrade, WithoutAnyUidNobodyMeansToUpgrade) {
  Env env;
  const Scenario scenario =
      planned(env, readings(env, 3, 100).key_by(&Reading::sensor).process(Count()));
  EXPECT_EQ(check_upgrade(scenario, 1).judged, 0u);
  const std::optional<UpgradedGraph> next = upgraded(scenario.program->graph);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->graph.nodes.size(), scenario.program->graph.nodes.size() + 1);
  EXPECT_FALSE(next->found[3]);  // process-2 is process-3
  EXPECT_EQ(next->found[0], NodeId{0});
}

}  // namespace
}  // namespace leat
