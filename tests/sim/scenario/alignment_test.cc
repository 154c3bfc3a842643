// Sources that wait for each other, in whole jobs under faults.
#include <gtest/gtest.h>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

// Dates of one source are twenty times as far apart as those of the other.
std::string two_speeds(const std::string& align) {
  return R"({"parallelism": 2, "auto_watermark_interval": 10,
    "sources": {
      "slow": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
        "generate": {"count": 100, "every": 10, "keys": 2},
        "watermark": {"ascending": true)" +
         align + R"(}},
      "quick": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
        "rows": [[0, 0, 0, "a", 1], [10, 1, 100, "a", 2], [20, 0, 4000, "a", 3], [40, 1, 4100, "a", 4], [100, 0, 5000, "a", 5],
                 [150, 1, 5100, "a", 6], [200, 0, 6000, "a", 7], [250, 1, 6100, "a", 8], [400, 0, 9000, "a", 9]],
        "watermark": {"ascending": true)" +
         align + R"(}}},
    "nodes": {"both": {"inputs": ["slow", "quick"], "union": true}},
    "sinks": {"out": "both"}, "checkpoint": {"every": 50}, "restart": {"delay": 20, "attempts": 100},
    "random_faults": {"max": 2}})";
}

// Of all runs: how often a limit came to a source, and what the oracle has judged.
struct Waited {
  uint64_t limits = 0;
  uint64_t judged = 0;
};
Waited run_two_speeds(const std::string& align) {
  const Decoded decoded = decode_scenario(two_speeds(align), "two.json");
  EXPECT_TRUE(decoded.scenario) << decoded.report;
  if (!decoded.scenario) return {};
  const Plan plan(*decoded.scenario->program);
  Waited all;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    RunRequest request;
    request.seed = seed;
    const RunOutcome outcome = run_once(*decoded.scenario, plan, request);
    EXPECT_TRUE(outcome.verdict.ok()) << "seed " << seed << ": " << outcome.violation();
    all.limits += outcome.facts[kind_of<AlignmentLimited>()];
    all.judged += outcome.verdict.judged.at("alignment");
  }
  return all;
}

TEST(Aligned, SourcesOfOneGroupWaitForEachOther) {
  const Waited seen =
      run_two_speeds(R"(, "align": {"group": "g", "max_drift": 50, "update_interval": 20})");
  EXPECT_GT(seen.limits, 500U);
  EXPECT_GT(seen.judged, 5000U);
}

TEST(Aligned, OthersAreToldNothing) {
  const Waited seen = run_two_speeds("");
  EXPECT_EQ(seen.limits, 0U);
  EXPECT_EQ(seen.judged, 0U);
}

TEST(Aligned, SaysWhatIsMissing) {
  EXPECT_NE(decode_scenario(two_speeds(R"(, "align": {"group": "g"})"), "x").report.find("drift"),
            std::string::npos);
  EXPECT_NE(decode_scenario(two_speeds(R"(, "align": {"max_drift": 5})"), "x").report.find("group"),
            std::string::npos);
}

}  // namespace
}  // namespace leat
