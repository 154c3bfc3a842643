// All interleavings of a small scenario, once each: what the reduction leaves out is counted again
// by an enumeration that leaves out nothing.
#include "sim/explore/exhaustive.h"

#include <gtest/gtest.h>

#include "sim/explore/crash_points.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

// Records of one source, or of two, meet a checkpoint in one instant.
std::string scope(const std::string& sources, const std::string& inputs,
                  const std::string& expect = "{}", const std::string& batch_rows = "1") {
  return R"({
  "leat": 1, "scenario": "scope", "parallelism": 1,
  "sources": {)" +
         sources + R"(},
  "nodes": {"both": {"inputs": [)" +
         inputs + R"(], "union": true},
            "sum": {"inputs": ["both"], "key_by": ["k"], "window": {"tumbling": "100ms"},
                    "aggregate": ["sum(v) as s"]}},
  "sinks": {"out": "sum"},
  "cluster": {"workers": 1, "batch_rows": )" +
         batch_rows + R"(, "buffers": 64, "buffer_timeout": "0ms",
              "heartbeat_interval": "1000s", "heartbeat_timeout": "3000s"},
  "checkpoint": {"every": "3s", "min_pause": "3s", "timeout": "300s"},
  "world": {"latency": ["0ms", "0ms"], "storage": ["0ms", "0ms"], "step_cost_max": "0ms"},
  "restart": {"attempts": 20, "delay": "100ms"},
  "random_faults": {"max": 1, "kinds": ["kill"]},
  "expect": )" +
         expect + "}";
}
std::string source(const std::string& name, const std::string& rows) {
  return "\"" + name +
         R"(": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts",
         "watermark": {"punctuated": 0}, "rows": [)" +
         rows + "]}";
}
std::string smallest(const std::string& expect = "{}") {
  return scope(source("a", R"([3000, 10, "x", 1])"), R"("a")", expect);
}

Scenario decoded(const std::string& text) {
  Decoded decoded = decode_scenario(text, "scope.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  return std::move(*decoded.scenario);
}

TEST(Exhaustive, TheNaiveEnumerationCountsTheSameClassesAndCrashes) {
  const Scenario scenario = decoded(smallest());
  ExhaustiveRequest request;
  request.victims = victims_of(scenario);
  ASSERT_EQ(request.victims.size(), 1U);
  request.deviations.reset();
  const ExhaustiveResult reduced = explore_exhaustively(scenario, request);
  request.reduction = ExhaustiveRequest::Reduction::kNone;
  const ExhaustiveResult naive = explore_exhaustively(scenario, request);
  EXPECT_TRUE(reduced.ok());
  EXPECT_TRUE(naive.ok());
  EXPECT_EQ(reduced.classes, naive.classes);
  EXPECT_EQ(reduced.states, naive.states);
  EXPECT_EQ(reduced.worlds, naive.worlds);
  EXPECT_EQ(reduced.aftermaths, naive.aftermaths);
  EXPECT_EQ(reduced.after_crash, naive.after_crash);
  // And it did reduce.
  EXPECT_LT(reduced.runs, naive.runs);
  EXPECT_GT(reduced.worlds, 10U);
}

TEST(Exhaustive, EachClassIsRunOnce) {
  const Scenario scenario = decoded(
      scope(source("a", R"([3000, 10, "x", 1])") + "," + source("b", R"([3000, 20, "x", 2])"),
            R"("a", "b")"));
  const ExhaustiveResult result = explore_exhaustively(scenario, {});
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.classes.size(), result.runs);
  EXPECT_GT(result.classes.size(), 100U);
}

// The engine is right, so what fails is an expectation: that no transaction is ever aborted, which
// only a crash between the first row and the commit brings about.
TEST(Exhaustive, WhatOnlyACrashAtSomeStepShowsIsFoundAndRepeated) {
  const Scenario scenario = decoded(smallest(R"({"never": ["TransactionAborted"]})"));
  ExhaustiveRequest request;
  EXPECT_TRUE(explore_exhaustively(scenario, request).ok());
  request.victims = victims_of(scenario);
  const ExhaustiveResult result = explore_exhaustively(scenario, request);
  EXPECT_FALSE(result.ok());
  ASSERT_EQ(result.failures.size(), 1U);
  const ExhaustiveResult::Failure& failure = result.failures.front();
  EXPECT_EQ(failure.recorded.digest, failure.outcome.digest);
  // Made explicit it needs no search.
  const std::optional<Scenario> made = pinned(failure.scenario, failure.recorded, nullptr);
  ASSERT_TRUE(made.has_value());
  RunRequest again;
  again.rest = RunRequest::Rest::kPlain;
  const RunOutcome repeated = run_once(*made, Plan(*made->program), again);
  EXPECT_EQ(repeated.digest, failure.outcome.digest);
  EXPECT_EQ(repeated.violation(), failure.outcome.violation());
}

TEST(Exhaustive, WhatWasNotSearchedToItsEndIsNotComplete) {
  const Scenario scenario = decoded(smallest());
  ExhaustiveRequest request;
  request.victims = victims_of(scenario);
  request.runs_max = 20;
  const ExhaustiveResult result = explore_exhaustively(scenario, request);
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(result.ok());
}

TEST(Exhaustive, AStepIsOneRecordOrItIsRefused) {
  const Scenario scenario =
      decoded(scope(source("a", R"([3000, 10, "x", 1])"), R"("a")", "{}", "4"));
  EXPECT_FALSE(explore_exhaustively(scenario, {}).refused.empty());
}

TEST(Footprint, StepsAreDependentExactlyWhereTheyTouchTheSame) {
  const Footprint a{{1, 5}, {}, {1}};
  const Footprint b{{2, 6}, {}, {1}};
  const Footprint c{{5, 9}, {}, {1}};
  const Footprint whole{{}, {1}, {}};
  const Footprint elsewhere{{}, {0}, {}};
  EXPECT_FALSE(dependent(a, b));
  EXPECT_TRUE(dependent(a, c));
  EXPECT_TRUE(dependent(c, a));
  EXPECT_TRUE(dependent(a, whole));
  EXPECT_TRUE(dependent(whole, b));
  EXPECT_TRUE(dependent(whole, whole));
  EXPECT_FALSE(dependent(whole, elsewhere));
  EXPECT_FALSE(dependent(a, elsewhere));
}

}  // namespace
}  // namespace leat
