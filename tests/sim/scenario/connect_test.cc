// "connect": "process" and "flat_map": functions over the rows of two streams; process functions of
// rows without a key.
#include <gtest/gtest.h>

#include "sim/scenario/decode.h"
#include "tests/sim/scenario/committed_rows.h"

namespace leat {
namespace {

// Names come in the first second and again after three, orders after one and after four.
std::string job_of(const std::string& node) {
  return R"({"parallelism": 2, "world": {"latency": [1, 5], "step_cost_max": 0},
    "checkpoint": {"every": 200}, "restart": {"delay": 10},
    "cluster": {"heartbeat_interval": 50, "heartbeat_timeout": 200},
    "random_faults": {"max": 2, "span": 500, "kinds": ["kill"]},
    "sources": {
      "orders": {"fields": ["ts:time", "k:int", "v:int"], "ts": "ts", "rows": [
        ["5s", 1000, 1, 10], ["5010ms", 1010, 2, 20], ["9s", 4000, 1, 11]]},
      "names": {"fields": ["ts:time", "k:int", "name:string"], "ts": "ts", "rows": [
        ["0s", 0, 1, "ann"], ["7s", 3000, 1, "eve"], ["7s", 3000, 3, "tom"]]}},
    "nodes": {"n": {"inputs": ["orders", "names"], "connect": )" +
         node + R"(}}, "sinks": {"out": "n")" +
         (node.find("aside") == std::string::npos ? "" : R"(, "aside": "n.aside")") + "}}";
}

Rows committed_of(const std::string& node) { return committed_under_seeds(job_of(node), 10); }

TEST(ConnectedProcess, BothInputsShareStateAndTimersOfAKey) {
  EXPECT_EQ(committed_of(R"("process", "key_by": ["k", "k"], "process": {
      "state": {"known": "string"},
      "on_left": [{"emit": ["k", "v", "coalesce(known, 'nobody') as who"]},
                  {"when": "v = 11", "timer": "timestamp + 5"}, {"side": {"aside": ["v"]}}],
      "on_right": [{"set": {"known": "name"}}],
      "on_event_timer": [{"emit": ["k", "0", "known"]}]})"),
            (Rows{"1, 0, eve", "1, 10, ann", "1, 11, eve", "10", "11", "2, 20, nobody", "20"}));
}

TEST(ConnectedProcess, WithoutAKeyLooksAtOneRow) {
  EXPECT_EQ(committed_of(R"("process", "process": {
      "on_left": [{"when": "k = 2", "side": {"aside": ["v"]}, "stop": true}, {"emit": ["k", "v"]}],
      "on_right": [{"emit": ["k", "-k"]}]})"),
            (Rows{"1, -1", "1, -1", "1, 10", "1, 11", "20", "3, -3"}));
}

TEST(ConnectedProcess, SaysWhatIsWrong) {
  const auto report = [](const std::string& node) {
    return decode_scenario(job_of(node), "x").report;
  };
  const auto says = [&](const std::string& node, const std::string& words) {
    EXPECT_NE(report(node).find(words), std::string::npos) << report(node);
  };
  says(R"("process")", "the node needs \"process\"");
  says(R"("process", "process": 3)", "an object");
  says(R"("process", "process": {"on_left": []})", "\"on_left\" or \"on_right\"");
  says(R"("process", "process": {"state": {"x": "int"}, "on_left": [{"emit": ["k"]}]})",
       "\"state\" is of a key");
  says(R"("process", "process": {"on_left": [{"timer": "5"}, {"emit": ["k"]}]})",
       "\"timer\" is of a key");
  says(R"("process", "key_by": ["k", "name"], "process": {"on_left": [{"emit": ["k"]}]})", "key");
  says(R"("process", "key_by": "k", "process": {"on_left": [{"emit": ["k"]}]})",
       "a node of two inputs needs a key of either");
  says(R"("process", "process": {"on_row": [{"emit": ["k"]}]})", "\"on_left\" or \"on_right\"");
  says(
      R"("process", "process": {"on_left": [{"emit": ["k", "v"]}], "on_right": [{"emit": ["k"]}]})",
      "does not have the types");
  says(R"("process", "process": {"on_left": [{"emit": ["k", "v as k"]}]})", "two fields are named");
}

TEST(ConnectedFlatMap, MakesRowsOfEither) {
  EXPECT_EQ(committed_of(R"("flat_map", "left": [["k", "v"], ["k", "-v"]], "right": [])"),
            (Rows{"1, -10", "1, -11", "1, 10", "1, 11", "2, -20", "2, 20"}));
}

TEST(ConnectedFlatMap, SaysWhatIsWrong) {
  const auto says = [&](const std::string& node, const std::string& words) {
    const std::string report = decode_scenario(job_of(node), "x").report;
    EXPECT_NE(report.find(words), std::string::npos) << report;
  };
  says(R"("flat_map", "left": [], "right": [])", "nothing is made of any row");
  says(R"("flat_map", "left": ["k"])", "a list of expressions");
  says(R"("flat_map", "left": [["k", "v"]], "right": [["name", "k"]])", "does not have the types");
  says(R"("flatmap", "left": [["k", "v"]])", "flat_map");
}

}  // namespace
}  // namespace leat
