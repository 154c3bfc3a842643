// The same job in streaming and in batch mode: what is confluent comes to the same, what is not
// differs as Flink's batch mode says.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"
#include "tests/sim/scenario/committed_rows.h"

namespace leat {
namespace {

const char* const kSource =
    R"("sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
       "watermark": {"punctuated": 1000},
       "rows": [[0, 30, "ann", 1], [1, 10, "ann", 2], [0, 20, "ann", 4], [1, 5, "bob", 8],
                [0, 1500, "bob", 16], [1, 900, "ann", 32]]}}, "sinks": {"out": "n"})";

// What the job commits; the oracles have nothing to say against it.
Rows run(const std::string& mode, const std::string& nodes, uint64_t seed = 1) {
  const std::string text = "{\"mode\": \"" + mode + "\", \"parallelism\": 2, " + kSource +
                           ", \"nodes\": {" + nodes + "}}";
  const Decoded decoded = decode_scenario(text, "batch.json");
  EXPECT_TRUE(decoded.scenario) << decoded.report;
  if (!decoded.scenario) return {};
  CommittedRows committed;
  RunRequest request;
  request.seed = seed;
  request.taps.push_back(&committed);
  const RunOutcome outcome = run_once(*decoded.scenario, Plan(*decoded.scenario->program), request);
  EXPECT_TRUE(outcome.verdict.ok())
      << mode << " " << outcome.violation() << " " << outcome.verdict.violations.front().subject
      << " got " << outcome.verdict.violations.front().got;
  std::sort(committed.rows.begin(), committed.rows.end());
  return committed.rows;
}

TEST(BatchMode, AConfluentJobComesToTheSame) {
  const std::string sums =
      R"("n": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": 1000},
               "aggregate": ["sum(v) as s", "count() as c"]})";
  const Rows expected = {"ann, 0, 1000, 39, 4", "bob, 0, 1000, 8, 1", "bob, 1000, 2000, 16, 1"};
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(run("streaming", sums, seed), expected);
    EXPECT_EQ(run("batch", sums, seed), expected);
    EXPECT_EQ(run("automatic", sums, seed), expected);
  }
}

// In streaming mode the first is whichever comes first.
TEST(BatchMode, AKeyIsReadInTheOrderOfTime) {
  const std::string first =
      R"("n": {"inputs": ["s"], "key_by": "k", "process": {"state": {"seen": "bool"},
               "on_row": [{"when": "seen is null", "set": {"seen": "true"}, "emit": ["ts", "k"]}]}})";
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_EQ(run("batch", first, seed), (Rows{"10, ann", "5, bob"}));
  }
}

TEST(BatchMode, TheWatermarkReadsMinAndThenMaxAndATimerOfATimerNeverFires) {
  const std::string timers =
      R"("n": {"inputs": ["s"], "key_by": "k", "process": {"state": {"low": "time"},
               "on_row": [{"set": {"low": "watermark"}, "timer": "7"}],
               "on_event_timer": [{"emit": ["k", "low", "watermark", "time"], "timer": "8"}]}})";
  const Rows expected = {
      "ann, " + std::to_string(INT64_MIN) + ", " + std::to_string(INT64_MAX) + ", 7",
      "bob, " + std::to_string(INT64_MIN) + ", " + std::to_string(INT64_MAX) + ", 7"};
  EXPECT_EQ(run("batch", timers), expected);
}

TEST(BatchMode, ProcessingTimersFireWhenTheirKeyIsOver) {
  const std::string timers =
      R"("n": {"inputs": ["s"], "key_by": "k", "process": {"state": {"sum": "int"},
               "on_row": [{"set": {"sum": "coalesce(sum, 0) + v"}, "processing_timer": "now + 60000"}],
               "on_processing_timer": [{"when": "sum is not null", "emit": ["k", "sum"], "clear": "sum"}]}})";
  EXPECT_EQ(run("batch", timers), (Rows{"ann, 39", "bob, 24"}));
}

TEST(BatchMode, CheckpointsAreLeftOutWithAWarning) {
  const std::string text = std::string("{\"mode\": \"batch\", \"checkpoint\": {\"every\": 10}, ") +
                           kSource + R"(, "nodes": {"n": {"inputs": ["s"], "filter": "v > 3"}}})";
  const Decoded decoded = decode_scenario(text, "batch.json");
  ASSERT_TRUE(decoded.scenario);
  EXPECT_NE(decoded.report.find("SC307"), std::string::npos) << decoded.report;
  EXPECT_FALSE(decoded.scenario->program->graph.config.checkpoint.interval);
}

}  // namespace
}  // namespace leat
