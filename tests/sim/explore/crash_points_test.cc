// A process dies right after each fact of a run, one after the other, and every time the job
// survives; or the report says where it did not.
#include "sim/explore/crash_points.h"

#include <gtest/gtest.h>

#include "sim/scenario/decode.h"

namespace leat {
namespace {

// Two workers count a few rows into a transactional sink.
std::string counting(const std::string& restart, const std::string& expect) {
  return R"({
  "leat": 1, "scenario": "counts", "parallelism": 2,
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                    "watermark": {"bounded": "100ms"},
                    "generate": {"count": 12, "every": "20ms", "keys": 2}}},
  "nodes": {"w": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": "100ms"},
                  "aggregate": ["count() as n"]}},
  "sinks": {"out": "w"},
  "cluster": {"workers": 2},
  "checkpoint": {"every": "100ms"},
  "restart": )" +
         restart + R"(,
  "random_faults": {"max": 3},
  "expect": )" +
         expect + "}";
}
constexpr const char* kOften = R"({"strategy": "fixed_delay", "attempts": 20, "delay": "50ms"})";

Scenario decoded(const std::string& text) {
  Decoded decoded = decode_scenario(text, "counts.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  return std::move(*decoded.scenario);
}

TEST(CrashPoints, ASmallJobSurvivesAllOfThem) {
  const Scenario scenario = decoded(counting(kOften, "{}"));
  const PointsResult result = explore_points(scenario, PointsRequest{});
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.survived, result.points);
  EXPECT_EQ(result.left_out, 0U);
  // The story really happened: the JobManager and both workers could die nearly everywhere, and
  // many of the jobs went on from a checkpoint.
  ASSERT_EQ(result.processes.size(), 3U);
  EXPECT_EQ(result.processes[0].name, "jobmanager");
  uint64_t points = 0;
  for (const PointsResult::OfProcess& of : result.processes) {
    EXPECT_GT(of.points, result.facts / 2) << of.name;
    points += of.points;
  }
  EXPECT_EQ(points, result.points);
  EXPECT_GT(result.restored, result.runs / 4);
}

TEST(CrashPoints, ARunStandsForTheFactsOfItsStep) {
  const Scenario scenario = decoded(counting(kOften, "{}"));
  const PointsResult result = explore_points(scenario, PointsRequest{});
  // Each crash of the enumeration is another one, and there are fewer of them than points.
  EXPECT_LT(result.runs, result.points);
  EXPECT_GT(result.runs, result.points / 4);
}

TEST(CrashPoints, ThreadsChangeNothing) {
  const Scenario scenario = decoded(counting(kOften, "{}"));
  PointsRequest request;
  request.runs_max = 60;
  const PointsResult alone = explore_points(scenario, request);
  request.jobs = 3;
  const PointsResult together = explore_points(scenario, request);
  EXPECT_EQ(alone.digest, together.digest);
  EXPECT_EQ(alone.survived, together.survived);
}

TEST(CrashPoints, TooManyAreThinnedOutEvenlyAndSaid) {
  const Scenario scenario = decoded(counting(kOften, "{}"));
  PointsRequest request;
  request.runs_max = 50;
  const PointsResult result = explore_points(scenario, request);
  EXPECT_EQ(result.runs, 50U);
  EXPECT_GT(result.left_out, 0U);
  EXPECT_EQ(result.survived + result.left_out, result.points);
  // Of all processes some are left.
  EXPECT_EQ(result.processes.size(), 3U);
}

// The engine is right, so what fails is an expectation: that no transaction is ever aborted. A
// crash after a sink has begun to write and before its checkpoint is complete aborts one; other
// crashes do not.
TEST(CrashPoints, WhatOnlyACrashAtTheRightPlaceShowsIsFound) {
  const Scenario scenario = decoded(counting(kOften, R"({"never": ["TransactionAborted"]})"));
  const PointsResult result = explore_points(scenario, PointsRequest{});
  EXPECT_FALSE(result.ok());
  ASSERT_FALSE(result.failures.empty());
  EXPECT_GT(result.survived, 0U);
  uint64_t failed = 0;
  for (const PointFailure& failure : result.failures) failed += failure.points;
  EXPECT_EQ(result.survived + failed, result.points);
}

TEST(CrashPoints, AFailureMadeExplicitIsTheSameRunWithoutSeedAndEnumeration) {
  const Scenario scenario = decoded(counting(kOften, R"({"never": ["TransactionAborted"]})"));
  const PointsResult result = explore_points(scenario, PointsRequest{});
  ASSERT_FALSE(result.failures.empty());
  const PointFailure& failure = result.failures.front();
  const Scenario planted = with_fault(scenario, failure.fault);
  RunRequest request;
  request.seed = failure.outcome.seed;
  request.record = true;
  const RunOutcome recorded = run_once(planted, Plan(*planted.program), request);
  EXPECT_EQ(recorded.digest, failure.outcome.digest);
  const std::optional<Scenario> made = pinned(planted, recorded, nullptr);
  ASSERT_TRUE(made.has_value());
  RunRequest again;
  again.seed = 77;
  again.rest = RunRequest::Rest::kPlain;
  const RunOutcome explicit_one = run_once(*made, Plan(*made->program), again);
  EXPECT_EQ(explicit_one.digest, recorded.digest);
  EXPECT_EQ(explicit_one.violation(), failure.outcome.violation());
}

TEST(CrashPoints, AJobThatMayNotRestartIsRefused) {
  const std::string once = R"({"strategy": "fixed_delay", "attempts": 1, "delay": "50ms"})";
  for (const std::string& restart : {std::string(R"({"strategy": "none"})"), once}) {
    const PointsResult result = explore_points(decoded(counting(restart, "{}")), PointsRequest{});
    EXPECT_FALSE(result.refused.empty()) << restart;
    EXPECT_EQ(result.runs, 0U);
  }
}

TEST(CrashPoints, WhatFailsWithoutAnyCrashIsSaidSo) {
  const Scenario scenario = decoded(counting(kOften, R"({"never": ["CheckpointCompleted"]})"));
  const PointsResult result = explore_points(scenario, PointsRequest{});
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(result.base.verdict.ok());
  EXPECT_EQ(result.runs, 0U);
}

}  // namespace
}  // namespace leat
