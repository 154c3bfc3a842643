// Determinism is the product: the same scenario and choices are the same run, however it is run.
#include <gtest/gtest.h>

#include "sim/explore/campaign.h"
#include "sim/explore/capsule.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

constexpr const char* kScenario = R"({
  "leat": 1, "scenario": "sums", "parallelism": 2,
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                    "watermark": {"bounded": "500ms"},
                    "generate": {"count": 100, "every": "20ms", "keys": 5, "disorder": "400ms"}}},
  "nodes": {"w": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": "1s"}, "aggregate": ["sum(v) as s"]}},
  "sinks": {"out": "w"},
  "cluster": {"workers": 2, "slots": 1, "heartbeat_interval": "1s", "heartbeat_timeout": "5s"},
  "checkpoint": {"every": "500ms", "timeout": "10s"},
  "restart": {"strategy": "fixed_delay", "attempts": 20, "delay": "200ms"},
  "random_faults": {"max": 2, "kinds": ["kill", "reset", "fail", "delay"]}
})";

std::vector<Scenario> scenario(const std::string& text = kScenario) {
  Decoded decoded = decode_scenario(text, "sums.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  std::vector<Scenario> scenarios;
  scenarios.push_back(std::move(*decoded.scenario));
  return scenarios;
}

RunOutcome run(const Scenario& scenario, RunRequest request) {
  return run_once(scenario, Plan(*scenario.program), request);
}

TEST(Determinism, ASeedIsARun) {
  const auto scenarios = scenario();
  RunRequest request;
  request.seed = 7;
  const RunOutcome once = run(scenarios[0], request);
  EXPECT_EQ(once.digest, run(scenarios[0], request).digest);
  request.seed = 8;
  EXPECT_NE(once.digest, run(scenarios[0], request).digest);
}

TEST(Determinism, LookingOnChangesNothing) {
  const auto scenarios = scenario();
  RunRequest bare;
  bare.seed = 7;
  bare.oracles = {};
  RunRequest judged;
  judged.seed = 7;
  judged.record = true;
  EXPECT_EQ(run(scenarios[0], bare).digest, run(scenarios[0], judged).digest);
}

TEST(Determinism, ThreadsChangeNothing) {
  const auto scenarios = scenario();
  CampaignRequest request;
  request.runs = 200;
  const CampaignResult alone = explore(scenarios, request);
  request.jobs = 3;
  const CampaignResult together = explore(scenarios, request);
  EXPECT_EQ(alone.digest, together.digest);
  EXPECT_EQ(alone.scenarios[0].fired, together.scenarios[0].fired);
  EXPECT_TRUE(alone.ok());
  // The story really happened: faults fired and jobs went on from checkpoints.
  EXPECT_GT(alone.scenarios[0].restored, 20U);
}

TEST(Replay, TheRecordedChoicesAreTheRunInEveryBit) {
  const auto scenarios = scenario();
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RunRequest request;
    request.seed = seed;
    request.record = true;
    const RunOutcome recorded = run(scenarios[0], request);
    RunRequest replay;
    replay.replay = &recorded.choices;
    const RunOutcome again = run(scenarios[0], replay);
    EXPECT_EQ(again.digest, recorded.digest) << "seed " << seed;
    EXPECT_EQ(again.drift, 0U);
    EXPECT_EQ(again.stats.faults_fired, recorded.stats.faults_fired);
  }
}

TEST(Replay, AnAnswerLeftOutIsAnotherRun) {
  const auto scenarios = scenario();
  RunRequest request;
  request.seed = 3;
  request.record = true;
  const RunOutcome recorded = run(scenarios[0], request);
  ASSERT_FALSE(recorded.choices.answers.empty());
  ChoiceMap edited = recorded.choices;
  edited.answers.clear();
  RunRequest replay;
  replay.replay = &edited;
  EXPECT_NE(run(scenarios[0], replay).digest, recorded.digest);
}

TEST(Capsule, TextIsItsInverse) {
  const auto scenarios = scenario();
  RunRequest request;
  request.seed = 5;
  request.record = true;
  const RunOutcome recorded = run(scenarios[0], request);
  const Capsule capsule{"a/b.json", kScenario,       5, "duplicate_result", recorded.digest,
                        build_id(), recorded.choices};
  const auto again = parse_capsule(to_text(capsule));
  ASSERT_TRUE(again.ok()) << again.error();
  EXPECT_EQ(to_text(again.value()), to_text(capsule));
  EXPECT_EQ(again.value().scenario_text, kScenario);
  RunRequest replay;
  replay.replay = &again.value().choices;
  EXPECT_EQ(run(scenarios[0], replay).digest, recorded.digest);
}

TEST(Capsule, CutOffAnywhereItIsRefusedOrWhole) {
  const std::string text = to_text(Capsule{"p", "{}", 1, "v", "d", "b", {}});
  const size_t scenario_at = text.find("--- scenario\n") + 13;
  for (size_t size = 0; size < scenario_at; ++size) {
    EXPECT_FALSE(parse_capsule(text.substr(0, size)).ok()) << size;
  }
}

// The complaints about the one scenario, after enough runs.
std::vector<std::string> complaints_about(const std::string& text) {
  const auto scenarios = scenario(text);
  CampaignRequest request;
  request.runs = 160;
  const CampaignResult result = explore(scenarios, request);
  EXPECT_EQ(result.ok(), result.scenarios[0].complaints.empty());
  return result.scenarios[0].complaints;
}

TEST(Campaign, ADrawnFaultThatNeverFiresIsAComplaint) {
  EXPECT_EQ(complaints_about(kScenario), std::vector<std::string>{});
  std::string text = kScenario;
  // A job that may be restarted once is given no fault that could fail it.
  text.replace(text.find(R"("attempts": 20)"), 14, R"("attempts": 1)");
  EXPECT_EQ(complaints_about(text),
            (std::vector<std::string>{"fault kill: never fired", "fault reset: never fired",
                                      "fault fail: never fired"}));
}

TEST(Campaign, AFaultOfTheScenarioThatNeverFiresIsAComplaint) {
  const auto with_fault = [](const std::string& trigger) {
    std::string text = kScenario;
    text.insert(text.rfind('}'),
                R"(, "faults": [{"pause": "worker-1", "for": 20, )" + trigger + "}]");
    return text;
  };
  EXPECT_EQ(complaints_about(with_fault(R"("after": "2 CheckpointCompleted")")),
            std::vector<std::string>{});
  EXPECT_EQ(complaints_about(with_fault(R"("after": "2000 CheckpointCompleted")")),
            std::vector<std::string>{"faults[0], pause: never fired in 160 runs"});
}

TEST(Campaign, AnOracleThatMustJudgeAndJudgesNothingIsAComplaint) {
  const auto scenarios = scenario();
  CampaignRequest request;
  request.runs = 4;
  request.oracles = request.must_judge = {OracleKind::kTimers, OracleKind::kCut};
  const CampaignResult result = explore(scenarios, request);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.complaints, std::vector<std::string>{"oracle timers: judged nothing"});
}

TEST(Campaign, RunsStopWhereAsked) {
  const auto scenarios = scenario();
  CampaignRequest request;
  request.runs = 16;
  request.until = ProcTime{100};
  const CampaignResult result = explore(scenarios, request);
  EXPECT_TRUE(result.ok());
  EXPECT_LE(result.scenarios[0].virtual_ms, 16U * 100U);
  EXPECT_EQ(result.scenarios[0].facts[kind_of<TaskFinished>()], 0U);
}

TEST(Campaign, ASituationThatIsNeverSeenIsAComplaint) {
  std::string text = kScenario;
  text.insert(text.rfind('}'), R"(, "expect": {"sometimes": ["LateRecord >= 1"]})");
  const auto scenarios = scenario(text);
  CampaignRequest request;
  request.runs = 32;
  const CampaignResult result = explore(scenarios, request);
  EXPECT_FALSE(result.ok());
  ASSERT_EQ(result.scenarios[0].complaints.size(), 1U);
  EXPECT_EQ(result.scenarios[0].complaints[0], "sometimes LateRecord: never seen");
}

}  // namespace
}  // namespace leat
