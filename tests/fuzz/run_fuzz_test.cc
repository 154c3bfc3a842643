// What is accepted runs to an end within its limits: a verdict, bounded time and memory, no crash.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/base/hash.h"
#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/json_tree.h"

namespace leat {
namespace {

const std::filesystem::path kScenarios = std::filesystem::path(LEAT_SOURCE_DIR) / "scenarios";

RunOutcome run(const Scenario& scenario) {
  const Plan plan(*scenario.program);
  return run_once(scenario, plan, {});
}

// A keyed process function over `count` rows; `process` is what it does.
Scenario job(const std::string& node) {
  const Decoded decoded = decode_scenario(R"({"sources": {"s": {"fields": ["ts:time", "k:string",
      "v:int"], "ts": "ts", "watermark": {"ascending": true},
      "generate": {"count": 200, "keys": 3}}},
      "nodes": {"n": {"inputs": ["s"], )" + node +
                                              R"(}}, "sinks": {"out": "n"},
      "checkpoint": {"every": "1s"}})",
                                          "x.json");
  EXPECT_EQ(decoded.report, "");
  Scenario scenario = *decoded.scenario;
  scenario.cluster.work_per_step = 200'000;  // the default is ten times that
  return scenario;
}

std::string process(const std::string& body) {
  return R"("key_by": "k", "process": {"state": {"t": "string"}, )" + body + "}";
}

TEST(HostileJobs, ATimerThatSetsItselfForEverIsCutOff) {
  for (const char* next : {"time + 1000", "time"}) {
    const RunOutcome outcome =
        run(job(process(R"("on_row": [{"timer": "timestamp"}, {"emit": ["k"]}],
                           "on_event_timer": [{"timer": ")" +
                        std::string(next) + "\"}]")));
    EXPECT_EQ(outcome.stats.end, RunEnd::kOutOfSteps) << next;
    ASSERT_EQ(outcome.violation(), "liveness");
    EXPECT_NE(outcome.stats.waits_for.find("a step was cut off"), std::string::npos);
  }
}

TEST(HostileJobs, AClockThatIsAskedForThePastForEverIsCutOff) {
  const RunOutcome outcome = run(job(process(
      R"("on_row": [{"processing_timer": "now"}, {"emit": ["k"]}],
         "on_processing_timer": [{"processing_timer": "time - 1"}, {"emit": ["k"]}])")));
  EXPECT_EQ(outcome.stats.end, RunEnd::kOutOfSteps);
}

TEST(HostileJobs, ARowThatBecomesABillionIsAnErrorOfTheJob) {
  const RunOutcome outcome = run(job(R"("flat_map": {"repeat": "1000000000", "as": "i"})"));
  EXPECT_EQ(outcome.stats.end, RunEnd::kFailed);
  EXPECT_FALSE(outcome.verdict.ok());
}

TEST(HostileJobs, RowsThatBecomeVeryManyTogetherAreCutOff) {
  Scenario scenario = job(R"("flat_map": {"repeat": "100000", "as": "i"})");
  scenario.cluster.work_per_step = 50'000;
  EXPECT_EQ(run(scenario).stats.end, RunEnd::kOutOfSteps);
}

TEST(HostileJobs, ATextThatDoublesForEverIsAnErrorOfTheJob) {
  const RunOutcome outcome = run(job(process(
      R"~("on_row": [{"set": {"t": "coalesce(t, 'x') || coalesce(t, 'x')"}}, {"emit": ["k"]}])~")));
  EXPECT_EQ(outcome.stats.end, RunEnd::kFailed);
}

// Each shipped scenario with one value replaced; most are refused, some are run.
TEST(ScenarioFuzz, WhatIsAcceptedRunsToAnEnd) {
  const char* given = std::getenv("LEAT_FUZZ_RUNS");
  const uint64_t each = given == nullptr ? 12 : std::strtoull(given, nullptr, 10);
  const std::vector<std::string> others = {"0",         "1",        "7",    "-1",
                                           "\"1ms\"",   "\"1h\"",   "true", "\"0\"",
                                           "\"1 = 1\"", "\"time\"", "[]",   "{}"};
  uint64_t ran = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kScenarios)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json" || name == "leat.schema.json") continue;
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    if (text.find("\"file\"") != std::string::npos) continue;  // long
    std::vector<Span> spans;
    const std::variant<Json, Diagnostic> parsed = parse_json(text);
    std::vector<const Json*> open = {&std::get<Json>(parsed)};
    while (!open.empty()) {
      const Json* json = open.back();
      open.pop_back();
      spans.push_back(json->span);
      for (const Json& item : json->items) open.push_back(&item);
      for (const JsonMember& member : json->members) open.push_back(&member.value);
    }
    for (uint64_t i = 0; i < each; ++i) {
      const uint64_t chance = mix(hash_name(name), i);
      const Span span = spans[chance % spans.size()];
      std::string other = text;
      other.replace(span.begin, span.end - span.begin, others[mix(chance, 1) % others.size()]);
      Decoded decoded = decode_scenario(other, (kScenarios / name).string());
      if (!decoded.scenario) continue;
      decoded.scenario->limits.steps = 20'000;
      decoded.scenario->cluster.work_per_step = 20'000;
      const RunOutcome outcome = run(*decoded.scenario);
      EXPECT_NE(outcome.stats.end, RunEnd::kBroken) << name << "\n"
                                                    << outcome.stats.broken << other;
      ++ran;
    }
  }
  EXPECT_GT(ran, 0u);
}

}  // namespace
}  // namespace leat
