// Checkpoints whose barriers overtake rows, in whole jobs under faults.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"
#include "tests/sim/scenario/committed_rows.h"

namespace leat {
namespace {

// Slow steps and little room, so that rows wait in both queues of a channel.
std::string crowded_job(const std::string& checkpoint) {
  return R"json({"parallelism": 2, "chaining": false,
    "cluster": {"buffers": 2, "batch_rows": 2, "heartbeat_interval": 100, "heartbeat_timeout": 500},
    "world": {"latency": [1, 20], "step_cost_max": 30},
    "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
      "watermark": {"bounded": 100},
      "generate": {"count": 120, "every": 5, "keys": 5, "disorder": 100}}},
    "nodes": {
      "spread": {"inputs": ["s"], "partition": "rebalance"},
      "w": {"inputs": ["spread"], "key_by": "k", "window": {"tumbling": 100},
            "aggregate": ["sum(v) as s"]},
      "total": {"inputs": ["w"], "key_by": "k", "running": "sum(s)"}},
    "sinks": {"out": "w"}, "restart": {"delay": 20, "attempts": 100}, "random_faults": {"max": 3},
    "checkpoint": {"every": 100, "tolerable_failures": 100, )json" +
         checkpoint + "}}";
}

struct InFlight {
  uint64_t taken = 0;
  uint64_t overtook = 0;
  uint64_t processed_again = 0;
};

// Under many seeds all commit the same, and no oracle objects.
InFlight run_crowded(const std::string& checkpoint) {
  const Decoded decoded = decode_scenario(crowded_job(checkpoint), "crowded.json");
  EXPECT_TRUE(decoded.scenario) << decoded.report;
  if (!decoded.scenario) return {};
  const Plan plan(*decoded.scenario->program);
  InFlight all;
  Rows first;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CommittedRows committed;
    RunRequest request;
    request.seed = seed;
    request.taps.push_back(&committed);
    const RunOutcome outcome = run_once(*decoded.scenario, plan, request);
    EXPECT_TRUE(outcome.verdict.ok()) << "seed " << seed << ": " << outcome.violation();
    all.taken += outcome.facts[kind_of<ChannelStateTaken>()];
    all.overtook += outcome.facts[kind_of<BarrierOvertook>()];
    all.processed_again += outcome.facts[kind_of<RestoredProcessed>()];
    std::sort(committed.rows.begin(), committed.rows.end());
    if (seed == 1) first = committed.rows;
    EXPECT_EQ(committed.rows, first) << seed;
  }
  return all;
}

TEST(Unaligned, RowsThatBarriersOvertakeArePartOfTheCheckpoint) {
  const InFlight seen = run_crowded(R"("unaligned": true)");
  EXPECT_GT(seen.overtook, 1000U);
  EXPECT_GT(seen.taken, 500U);
  EXPECT_GT(seen.processed_again, 20U);
}

TEST(Unaligned, TheyWaitForATimeoutAndOvertakeThen) {
  const InFlight seen = run_crowded(R"("unaligned": true, "alignment_timeout": 20)");
  EXPECT_GT(seen.overtook, 500U);
  EXPECT_GT(seen.taken, 100U);
  EXPECT_GT(seen.processed_again, 5U);
}

TEST(Unaligned, WhereThereIsTimeEnoughNoRowIsOvertaken) {
  const InFlight seen = run_crowded(R"("unaligned": true, "alignment_timeout": "1h")");
  EXPECT_EQ(seen.taken, 0U);
  EXPECT_EQ(seen.processed_again, 0U);
}

TEST(Unaligned, SaysWhatDoesNotGoTogether) {
  const auto report = [](const std::string& checkpoint) {
    return decode_scenario(crowded_job(checkpoint), "x").report;
  };
  EXPECT_NE(report(R"("unaligned": true, "max_concurrent": 2)").find("one is under way"),
            std::string::npos);
  EXPECT_NE(report(R"("unaligned": true, "mode": "at_least_once")").find("at least once"),
            std::string::npos);
  EXPECT_NE(report(R"("alignment_timeout": 5)").find("unaligned"), std::string::npos);
  EXPECT_NE(report(R"("unaligned": "maybe")").find("forced"), std::string::npos);
}

}  // namespace
}  // namespace leat
