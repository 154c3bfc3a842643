// The engine is right where Flink is known not to be. One switch brings Flink's defects back, and
// then the oracles say so.
#include <gtest/gtest.h>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

// Two sessions of a key become one, [0, 9000), whose contents stay where those of the first were;
// then a row comes that opens just that window.
Verdict verdict_of(const std::string& defects) {
  const std::string text = R"json({
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int", "gap:int"], "ts": "ts",
    "watermark": {"bounded": "60s"},
    "rows": [[0, 0, "a", 1, 5000], [1, 3000, "a", 2, 6000], [2, 0, "a", 4, 9000]]}},
  "nodes": {"w": {"inputs": ["s"], "key_by": "k", "window": {"session_by": "gap"},
                  "aggregate": ["sum(v) as s"]}},
  "sinks": {"out": "w"},
  "flink_defects": )json" + defects +
                           "}";
  const Decoded decoded = decode_scenario(text, "sessions.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  RunRequest request;
  request.oracles = {OracleKind::kWindows, OracleKind::kOutput};
  return run_once(*decoded.scenario, Plan(*decoded.scenario->program), request).verdict;
}

TEST(FlinkDefects, ASessionThatEqualsAnOpenOneLosesItsRowsAndTheOraclesReportIt) {
  const Verdict verdict = verdict_of("true");
  ASSERT_EQ(verdict.violations.size(), 2U);
  for (const Violation& violation : verdict.violations) {
    EXPECT_EQ(violation.name, "wrong_value");
    EXPECT_EQ(violation.expected, "(a, 0, 9000, 7)");
    EXPECT_EQ(violation.got, "(a, 0, 9000, 4)");
  }
  EXPECT_NE(verdict.violations[0].oracle, verdict.violations[1].oracle);
}

TEST(FlinkDefects, WithoutTheSwitchItDoesNot) { EXPECT_TRUE(verdict_of("false").ok()); }

}  // namespace
}  // namespace leat
