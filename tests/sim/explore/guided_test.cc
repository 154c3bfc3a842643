// Coverage-guided search: what it reaches, and that it is a function of its seed.
#include "sim/explore/guided.h"

#include <gtest/gtest.h>

#include "sim/explore/crash_points.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

Scenario sums(const std::string& expect = "{}") {
  Decoded decoded = decode_scenario(R"({
  "leat": 1, "scenario": "sums", "parallelism": 2,
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                    "watermark": {"bounded": "500ms"},
                    "generate": {"count": 40, "every": "20ms", "keys": 5, "disorder": "400ms"}}},
  "nodes": {"w": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": "1s"}, "aggregate": ["sum(v) as s"]}},
  "sinks": {"out": "w"},
  "cluster": {"workers": 2, "slots": 1, "heartbeat_interval": "1s", "heartbeat_timeout": "5s"},
  "checkpoint": {"every": "200ms", "timeout": "10s"},
  "restart": {"strategy": "fixed_delay", "attempts": 20, "delay": "200ms"},
  "random_faults": {"max": 2},
  "expect": )" + expect + "}",
                                    "sums.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  return std::move(*decoded.scenario);
}

TEST(Guided, ThreadsChangeNothing) {
  const Scenario scenario = sums();
  GuidedRequest request;
  request.runs = 200;
  const GuidedResult alone = explore_guided(scenario, request);
  request.jobs = 3;
  const GuidedResult together = explore_guided(scenario, request);
  EXPECT_TRUE(alone.ok());
  EXPECT_EQ(alone.digest, together.digest);
  EXPECT_EQ(alone.guided.features, together.guided.features);
  EXPECT_EQ(alone.corpus, together.corpus);
}

TEST(Guided, ReachesMoreThanAsManyRandomSeeds) {
  const Scenario scenario = sums();
  GuidedRequest request;
  request.runs = 512;
  const GuidedResult result = explore_guided(scenario, request);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.guided.runs, result.random.runs);
  EXPECT_GT(result.guided.features, result.random.features);
  EXPECT_GT(result.corpus, 32u);
}

// The engine is right, so what fails is an expectation; what is found can be made again.
TEST(Guided, WhatItFindsIsKeptAsARunOfItsOwn) {
  const Scenario scenario = sums(R"({"never": ["TransactionAborted"]})");
  GuidedRequest request;
  request.runs = 256;
  const GuidedResult result = explore_guided(scenario, request);
  ASSERT_FALSE(result.failures.empty());
  EXPECT_TRUE(result.guided.first_failure);
  const GuidedResult::Failure& failure = result.failures[0];
  EXPECT_EQ(failure.outcome.digest, failure.recorded.digest);
  const std::optional<Scenario> again = pinned(scenario, failure.recorded, nullptr);
  ASSERT_TRUE(again);
  RunRequest run;
  run.rest = RunRequest::Rest::kPlain;
  EXPECT_EQ(run_once(*again, Plan(*again->program), run).violation(), failure.outcome.violation());
}

}  // namespace
}  // namespace leat
