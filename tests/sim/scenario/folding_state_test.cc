// States of a process function that fold what is added: "reduce", and "start", "add" and "result".
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"
#include "tests/sim/scenario/committed_rows.h"

namespace leat {
namespace {

std::string folding_job(const std::string& process, int faults = 2) {
  return R"({"parallelism": 2, "checkpoint": {"every": 20}, "restart": {"delay": 10},
    "cluster": {"heartbeat_interval": 50, "heartbeat_timeout": 200}, "random_faults": {"max": )" +
         std::to_string(faults) + R"(},
    "sources": {"s": {"fields": ["k:string", "v:int"], "rows": [
      [0, "ann", 3], [20, "bob", -9], [40, "ann", 8], [60, "ann", 0], [80, "ann", 1],
      [20000, "ann", 6]]}},
    "nodes": {"n": {"inputs": ["s"], "key_by": "k", "process": )" +
         process + R"(}}, "sinks": {"out": "n"}})";
}

// Under several schedules and faults; with the states in the snapshots, all commit the same.
Rows committed_by(const std::string& process, int faults) {
  const Decoded decoded = decode_scenario(folding_job(process, faults), "folds.json");
  EXPECT_TRUE(decoded.scenario) << decoded.report;
  if (!decoded.scenario) return {};
  const Plan plan(*decoded.scenario->program);
  Rows first;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    CommittedRows committed;
    RunRequest request;
    request.seed = seed;
    request.taps.push_back(&committed);
    const RunOutcome outcome = run_once(*decoded.scenario, plan, request);
    EXPECT_TRUE(outcome.verdict.ok()) << outcome.violation();
    EXPECT_GT(outcome.verdict.judged.at("operators"), 0u);
    std::sort(committed.rows.begin(), committed.rows.end());
    if (seed == 1) first = committed.rows;
    EXPECT_EQ(committed.rows, first) << seed;
  }
  return first;
}

constexpr const char* kFolds = R"json("state": {
    "most": {"of": "int", "reduce": "greatest(a, b)"},
    "mean": {"of": "double", "start": {"sum": "0.0", "n": "0"},
             "add": {"sum": "sum + value", "n": "n + 1"}, "result": "sum / n"}},
  "on_row": [{"emit": ["k", "most", "mean"]}, {"add": {"most": "v", "mean": "v"}},
             {"when": "v = 0", "clear": ["most", "mean"]}])json";

TEST(FoldingState, ReadsAsWhatItHasMadeOfAllThatWasAdded) {
  EXPECT_EQ(committed_by("{" + std::string(kFolds) + "}", 2),
            (Rows{"ann, 1, 1", "ann, 3, 3", "ann, 8, 5.5", "ann, null, null", "ann, null, null",
                  "bob, null, null"}));
}

// A fault may put off a row until what it would have seen is gone.
TEST(FoldingState, IsGoneAfterItsTimeToLive) {
  EXPECT_EQ(committed_by(R"({"ttl": 5000, )" + std::string(kFolds) + "}", 0),
            (Rows{"ann, 3, 3", "ann, 8, 5.5", "ann, null, null", "ann, null, null",
                  "ann, null, null", "bob, null, null"}));
}

TEST(FoldingState, SaysWhatIsWrong) {
  const auto report = [](const std::string& state, const std::string& action) {
    return decode_scenario(folding_job(R"({"state": {"x": )" + state + R"(}, "on_row": [)" +
                                       action + R"(, {"emit": ["k"]}]})"),
                           "x")
        .report;
  };
  const std::string sum = R"({"of": "int", "reduce": "a + b"})";
  const std::string add = R"({"add": {"x": "v"}})";
  EXPECT_EQ(report(sum, add), "");
  EXPECT_NE(report(R"({"reduce": "a + b"})", add).find("\"of\""), std::string::npos);
  EXPECT_NE(report(R"({"of": "int"})", add).find("\"start\""), std::string::npos);
  EXPECT_NE(report(R"({"of": "int", "reduce": "'a'"})", add).find("string"), std::string::npos);
  EXPECT_NE(report(sum, R"({"add": {"x": "k"}})").find("string"), std::string::npos);
  EXPECT_NE(report(sum, R"({"set": {"x": "v"}})").find("cannot be set"), std::string::npos);
  EXPECT_NE(report(sum, R"({"put": {"x": ["v", "v"]}})").find("map"), std::string::npos);
  EXPECT_NE(report(R"({"of": "int", "start": {"n": "0"}, "add": {"m": "n"}, "result": "n"})", add)
                .find("\"n\""),
            std::string::npos);
  EXPECT_NE(report(R"({"of": "int", "reduce": "a", "start": {"n": "0"}})", add).find("start"),
            std::string::npos);
}

}  // namespace
}  // namespace leat
