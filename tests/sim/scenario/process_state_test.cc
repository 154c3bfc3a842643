// States of a process function: those that fold what is added ("reduce", and "start", "add" and
// "result"), lists by elements, and the time to live.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/oracle/not_judged.h"
#include "sim/scenario/decode.h"
#include "tests/sim/scenario/committed_rows.h"

namespace leat {
namespace {

std::string folding_job(const std::string& process, int faults = 2) {
  return R"({"parallelism": 2, "checkpoint": {"every": 20}, "restart": {"delay": 10},
    "cluster": {"heartbeat_interval": 50, "heartbeat_timeout": 200}, "random_faults": {"max": )" +
         std::to_string(faults) + R"(},
    "sources": {"s": {"fields": ["k:string", "v:int"], "rows": [
      [0, "ann", 3], [20, "bob", -9], [40, "ann", 8], [60, "ann", 0], [10000, "ann", 1],
      [20000, "ann", 6]]}},
    "nodes": {"n": {"inputs": ["s"], "key_by": "k", "process": )" +
         process + R"(}}, "sinks": {"out": "n"}})";
}

// Under several schedules and faults; with the states in the snapshots, all commit the same.
Rows committed_by(const std::string& process, int faults) {
  return committed_under_seeds(folding_job(process, faults), 10);
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

constexpr const char* kAnn =
    R"json(, "on_row": [{"emit": ["k", "x"]}, {"when": "v > 2", "set": {"x": "v"}}]})json";

Rows of_ann(const std::string& state) {
  Rows rows = committed_by(R"({"state": {"x": )" + state + "}" + kAnn, 0);
  std::erase_if(rows, [](const std::string& row) { return !row.starts_with("ann"); });
  return rows;
}

// ann's rows: 3, 8 and 0 at once, 1 after ten seconds, 6 after twenty; x is the last above 2.
TEST(TimeToLive, StandsAtAStateOfItsOwn) {
  EXPECT_EQ(of_ann(R"({"type": "int", "ttl": 5000})"),
            (Rows{"ann, 3", "ann, 8", "ann, null", "ann, null", "ann, null"}));
  EXPECT_EQ(of_ann(R"({"type": "int"})"),
            (Rows{"ann, 3", "ann, 8", "ann, 8", "ann, 8", "ann, null"}));
}
TEST(TimeToLive, IsRenewedByReading) {
  EXPECT_EQ(of_ann(R"({"type": "int", "ttl": "15s"})"),
            (Rows{"ann, 3", "ann, 8", "ann, 8", "ann, null", "ann, null"}));
  EXPECT_EQ(of_ann(R"({"type": "int", "ttl": {"time": "15s", "update": "on_read_and_write"}})"),
            (Rows{"ann, 3", "ann, 8", "ann, 8", "ann, 8", "ann, null"}));
}
TEST(TimeToLive, ShowsOnceMoreWhatIsNotCleanedUp) {
  EXPECT_EQ(of_ann(R"({"type": "int", "ttl": {"time": 5000, "cleanup": "none",
                       "visibility": "return_expired_if_not_cleaned_up"}})"),
            (Rows{"ann, 3", "ann, 8", "ann, 8", "ann, null", "ann, null"}));
}
// Cleaning up is left to the engine: what is seen meanwhile is judged by nobody, and that is told.
TEST(TimeToLive, ThatShowsWhatIsNotCleanedUpYetIsNotJudged) {
  const Decoded decoded = decode_scenario(
      folding_job(
          R"({"ttl": {"time": 5, "visibility": "return_expired_if_not_cleaned_up"}, "state": {"x": "int"})" +
          std::string(kAnn)),
      "ttl.json");
  ASSERT_TRUE(decoded.scenario) << decoded.report;
  EXPECT_EQ(not_judged(decoded.scenario->program->graph),
            (std::map<std::string, std::string>{
                {"n", "a state that shows what is expired until it is cleaned up"}}));
}
TEST(TimeToLive, SaysWhatIsWrong) {
  const auto report = [](const std::string& ttl) {
    return decode_scenario(folding_job(R"({"state": {"x": "int"}, "ttl": )" + ttl + kAnn), "x")
        .report;
  };
  EXPECT_NE(report(R"({"update": "on_read_and_write"})").find("a time to live needs \"time\""),
            std::string::npos);
  EXPECT_NE(report(R"({"time": 5, "update": "on_read"})").find("on_read_and_write"),
            std::string::npos);
  EXPECT_NE(report(R"({"time": 5, "cleanup": "none", "cleanup_size": 3})").find("this cleanup"),
            std::string::npos);
  EXPECT_NE(report(R"({"time": 0})"), "");
}

TEST(ListState, IsUpdatedAndAddedToByElements) {
  const Rows rows = committed_by(R"json({"state": {"seen": "list"}, "on_row": [
      {"emit": ["k", "seen"]}, {"when": "v = 3", "set": {"seen": ["v", "v + 1"]}},
      {"when": "v = 8", "add": {"seen": ["v", "v * 2"]}}, {"when": "v = 0", "set": {"seen": []}}]})json",
                                 2);
  EXPECT_EQ(rows, (Rows{"ann, [3, 4, 8, 16]", "ann, [3, 4]", "ann, []", "ann, []", "ann, []",
                        "bob, []"}));
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
