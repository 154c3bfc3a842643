// "connect": "broadcast": rules that all subtasks hold, and rows that look them up.
#include <gtest/gtest.h>

#include "sim/scenario/decode.h"
#include "tests/sim/scenario/committed_rows.h"

namespace leat {
namespace {

// The rules come at once, the rows a second later.
std::string job(const std::string& node) {
  return R"({"parallelism": 2, "world": {"latency": [1, 5], "step_cost_max": 0},
    "checkpoint": {"every": 200},
    "sources": {
      "rows": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "rows": [
        ["1s", 1, "ann", 1], ["1010ms", 2, "bob", 2], ["1020ms", 3, "ann", 3], ["2s", 4, "ann", 1]]},
      "rules": {"fields": ["ts:time", "name:int", "most:int"], "ts": "ts", "rows": [
        ["0s", 1, 1, 100], ["0s", 2, 3, 300], ["1500ms", 3, 1, 0]]}},
    "nodes": {"n": {"inputs": ["rows", "rules"], "connect": "broadcast",
                    "rule": ["name", "most"], "on": "v")" +
         node + R"(}}, "sinks": {"out": "n"}})";
}

TEST(Broadcast, ARowSeesTheRuleThatItAsksFor) {
  const std::string node = R"(, "select": ["k", "v", "rule"])";
  EXPECT_EQ(committed_under_seeds(job(node), 5),
            (Rows{"ann, 1, 0", "ann, 1, 100", "ann, 3, 300", "bob, 2, null"}));
}

TEST(Broadcast, BesideKeyedStateADroppedRuleLetsTheCountsBeginAnew) {
  const std::string node =
      R"(, "key_by": "k", "drop": "most = 0", "select": ["k", "v", "coalesce(rule, -1) as rule", "seen"])";
  EXPECT_EQ(committed_under_seeds(job(node), 5),
            (Rows{"ann, 1, -1, 1", "ann, 1, 100, 1", "ann, 3, 300, 2", "bob, 2, -1, 1"}));
}

TEST(Broadcast, SaysWhatIsWrongWithARule) {
  const auto report = [](const std::string& node) {
    return decode_scenario(job(node), "x").report;
  };
  EXPECT_NE(report(R"(, "select": ["seen"])").find("seen"), std::string::npos);
  EXPECT_NE(report(R"(, "drop": "most", "select": ["k"])").find("condition"), std::string::npos);
  EXPECT_NE(report("").find("select"), std::string::npos);
}

}  // namespace
}  // namespace leat
