// A job goes on from each of its checkpoints, older ones too.
#include "sim/explore/forks.h"

#include <gtest/gtest.h>

#include "core/api/outside_map.h"
#include "sim/explore/asked_again.h"
#include "sim/explore/campaign.h"
#include "sim/explore/job_scenario.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

constexpr const char* kSums = R"({
  "leat": 1, "scenario": "sums", "parallelism": 2,
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                    "watermark": {"bounded": "500ms"},
                    "generate": {"count": 100, "every": "20ms", "keys": 5, "disorder": "400ms"}}},
  "nodes": {"w": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": "1s"}, "aggregate": ["sum(v) as s"]}},
  "sinks": {"out": "w"},
  "cluster": {"workers": 2, "slots": 1, "heartbeat_interval": "1s", "heartbeat_timeout": "5s"},
  "checkpoint": {"every": "200ms", "timeout": "10s", "keep": 3, "max_concurrent": 2},
  "restart": {"strategy": "fixed_delay", "attempts": 20, "delay": "200ms"},
  "random_faults": {"max": 3}
})";

std::vector<Scenario> sums() {
  Decoded decoded = decode_scenario(kSums, "sums.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  std::vector<Scenario> scenarios;
  scenarios.push_back(std::move(*decoded.scenario));
  return scenarios;
}

TEST(Forks, EveryCheckpointOfARunIsOneToGoOnFrom) {
  const auto scenarios = sums();
  const Plan plan(*scenarios[0].program);
  uint64_t forks = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    RunRequest request;
    request.seed = seed;
    request.strategy = strategy_of(seed);
    const RunOutcome run = run_once(scenarios[0], plan, request);
    ASSERT_TRUE(run.verdict.ok()) << run.violation();
    const ForkVerdict said = check_forks(scenarios[0], plan, request);
    EXPECT_FALSE(said.violation) << "seed " << seed << ": " << said.violation->got;
    EXPECT_EQ(said.compared, said.forks);
    forks += said.forks;
  }
  EXPECT_GT(forks, 60u);
}

TEST(Forks, ACampaignCountsThemAndThreadsChangeNothing) {
  const auto scenarios = sums();
  CampaignRequest request;
  request.runs = 32;
  request.forks = CampaignRequest::Forks::kAll;
  const CampaignResult alone = explore(scenarios, request);
  request.jobs = 3;
  const CampaignResult together = explore(scenarios, request);
  EXPECT_TRUE(alone.ok());
  EXPECT_EQ(alone.scenarios[0].judged, together.scenarios[0].judged);
  EXPECT_GT(alone.scenarios[0].judged.at(kForksOracle), 100u);
}

struct Reading {
  EventTime ts;
  int64_t sensor = 0;
};
LEAT_ROW(Reading, ts, sensor)

using Env = StreamExecutionEnvironment;

// Remembers in a captured variable how many rows it has seen.
Scenario job_that_remembers_outside() {
  Env env;
  env.set_parallelism(1).enable_checkpointing(milliseconds(100));
  env.restart_config() = {RestartConfig::Kind::kFixedDelay, 20, {100}};
  auto seen = std::make_shared<int64_t>(0);
  env.generate("readings", 60, milliseconds(20),
               [](int64_t i) { return Reading{EventTime{i * 20}, i % 3}; })
      .map([seen](const Reading& r) { return r.sensor * 1000 + ++*seen; })
      .sink_to(Sink::transactional("out"));
  Result<Scenario> scenario = scenario_of_job(env.execute("job"));
  check(scenario.ok(), "the job could not be planned");
  return scenario.value();
}

TEST(Forks, StateThatIsNotInTheCheckpointIsMissed) {
  const Scenario scenario = job_that_remembers_outside();
  const Plan plan(*scenario.program);
  const RunRequest request;
  RunOutcome outcome = run_once(scenario, plan, request);
  outcome.verdict.violations.clear();
  judge_forks(scenario, plan, request, outcome);
  ASSERT_FALSE(outcome.verdict.ok());
  EXPECT_EQ(outcome.violation(), "state_corrupt");
  EXPECT_EQ(outcome.verdict.violations[0].oracle, kForksOracle);
  EXPECT_EQ(outcome.verdict.violations[0].where, "out");
}

TEST(Forks, WhoeverMakesTheRunAgainIsToldAgain) {
  const Scenario scenario = job_that_remembers_outside();
  const Plan plan(*scenario.program);
  const RunRequest request;
  for (const char* oracle : {kForksOracle, "output"}) {
    RunOutcome outcome = run_once(scenario, plan, request);
    outcome.verdict.violations.clear();
    ask_again(scenario, plan, request, "state_corrupt", oracle, outcome);
    EXPECT_EQ(outcome.verdict.ok(), std::string(oracle) != kForksOracle);
  }
}

}  // namespace
}  // namespace leat
