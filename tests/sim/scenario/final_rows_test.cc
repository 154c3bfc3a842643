// Expected rows with "match": "final": of the rows that answer the same question only the last
// counts, and what asks a question is known or said.
#include <gtest/gtest.h>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

Decoded decoded(const std::string& nodes, const std::string& expected) {
  return decode_scenario(R"({
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "every": "10ms",
                    "rows": [[1, "a", 1], [2, "b", 5], [3, "a", 2], [4, "a", 3], [5, "b", 6]]}},
  "nodes": {)" + nodes + R"(}, "sinks": {"out": "n"}, "world": {"disorder": false},
  "expect": {"rows": {"out": {"match": "final", )" +
                             expected + "}}}}",
                         "final.json");
}

// The name of the violation; empty where the expectation holds.
std::string violation(const std::string& nodes, const std::string& expected) {
  const Decoded read = decoded(nodes, expected);
  EXPECT_TRUE(read.scenario.has_value()) << read.report;
  if (!read.scenario) return "refused";
  return run_once(*read.scenario, Plan(*read.scenario->program), {}).violation();
}

constexpr const char* kSums =
    R"json("n": {"inputs": ["s"], "key_by": "k", "running": "sum(v)"})json";
constexpr const char* kCounts =
    R"json("n": {"inputs": ["s"], "key_by": "k", "window": {"count": 1}, "aggregate": ["sum(v) as v"]})json";

TEST(FinalRows, OfARunningAggregateTheLastOfEachKeyCounts) {
  EXPECT_EQ(violation(kSums, R"("rows": [[1, "a", 6], [2, "b", 11]])"), "");
  EXPECT_NE(violation(kSums, R"("rows": [[1, "a", 3], [2, "b", 11]])"), "");
}

// Their rows have no window in them: the key alone asks.
TEST(FinalRows, OfCountWindowsTheLastOfEachKeyCounts) {
  EXPECT_EQ(violation(kCounts, R"("rows": [["a", 3], ["b", 6]])"), "");
  EXPECT_NE(violation(kCounts, R"("rows": [["a", 1], ["a", 2], ["a", 3], ["b", 5], ["b", 6]])"),
            "");
}

const std::string kMapped =
    R"json("w": {"inputs": ["s"], "key_by": "k", "window": {"count": 1}, "aggregate": ["sum(v) as v"]},
       "n": {"inputs": ["w"], "map": ["k as what", "v * 2 as twice"]})json";

TEST(FinalRows, BehindAMapTheScenarioSaysWhichFieldsAsk) {
  const Decoded unsaid = decoded(kMapped, R"("rows": [["a", 6], ["b", 12]])");
  EXPECT_FALSE(unsaid.scenario.has_value());
  EXPECT_NE(unsaid.report.find("\"by\""), std::string::npos) << unsaid.report;
  EXPECT_EQ(violation(kMapped, R"("by": ["what"], "rows": [["a", 6], ["b", 12]])"), "");
  EXPECT_NE(violation(kMapped, R"("by": ["what", "twice"], "rows": [["a", 6], ["b", 12]])"), "");
}

TEST(FinalRows, AFieldThatAsksIsAmongThoseOfTheRow) {
  EXPECT_NE(decoded(kMapped, R"("by": ["k"], "rows": [])").report.find("SC112"), std::string::npos);
}

}  // namespace
}  // namespace leat
