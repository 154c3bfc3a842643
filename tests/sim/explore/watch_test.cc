// What a run without faults shows of its job by itself.
#include "sim/explore/watch.h"

#include <gtest/gtest.h>

#include "sim/explore/invariance.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

struct Job {
  std::string watermark = R"({ "bounded": "1s" })";
  std::string generate = R"("count": 60, "every": "50ms", "disorder": "1s")";
  std::string window = R"({ "tumbling": "500ms" })";
  std::string expect = "{}";
  std::string more_sinks = {};
  std::string cluster = {};
};

std::string text_of(const Job& job) {
  return R"({ "leat": 1, "parallelism": 2, "sources": { "readings": { "partitions": 2,
    "fields": ["ts:time", "sensor:string", "value:int"], "ts": "ts", "watermark": )" +
         job.watermark + R"(, "generate": { "keys": 3, )" + job.generate +
         R"( } } }, "nodes": { "sums": { "inputs": ["readings"], "key_by": "sensor", "window": )" +
         job.window + R"(, "aggregate": ["sum(value) as total"] } },
    "sinks": { "out": "sums")" +
         job.more_sinks +
         R"( }, "checkpoint": { "every": "300ms" }, "cluster": { "heartbeat_timeout": "2s",
    "heartbeat_interval": "500ms")" +
         job.cluster + R"( }, "restart": { "attempts": 5, "delay": "100ms" }, "expect": )" +
         job.expect + " }";
}

Scenario planned(const Job& job) {
  Decoded decoded = decode_scenario(text_of(job), "job.json");
  check(decoded.scenario.has_value(), decoded.report.c_str());
  return std::move(*decoded.scenario);
}

// What is found with seed 1; nothing, or the first.
std::optional<Violation> found(const Job& job) {
  InvarianceVerdict said = check_invariance(planned(job), 1);
  EXPECT_GT(said.judged, 0u);
  if (said.violations.empty()) return std::nullopt;
  return said.violations[0];
}
std::string name_of(const std::optional<Violation>& violation) {
  return violation ? violation->name : "";
}
Job bounded_by(const std::string& ms) {
  Job job;
  job.watermark = R"({ "bounded": )" + ms + " }";
  return job;
}

TEST(LateRows, TheBoundThatIsToldIsTheSmallestThatLosesNone) {
  const auto violation = found(bounded_by("200"));
  ASSERT_EQ(name_of(violation), "late_lost");
  EXPECT_EQ(violation->where, "sums");
  const size_t at = violation->rule.find("a bound of ") + 11;
  const int64_t told = std::stoll(violation->rule.substr(at));
  ASSERT_GT(told, 200) << violation->rule;
  EXPECT_EQ(name_of(found(bounded_by(std::to_string(told)))), "");
  EXPECT_EQ(name_of(found(bounded_by("0"))), "late_lost");
}

TEST(LateRows, WhoKnowsOfThemIsNotTold) {
  for (const char* expect :
       {R"({ "may_depend_on": ["lateness"] })", R"({ "sometimes": ["LateRecord"] })"}) {
    Job job = bounded_by("200");
    job.expect = expect;
    EXPECT_EQ(name_of(found(job)), "") << expect;
  }
  Job side = bounded_by("200");
  side.window = R"({ "tumbling": "500ms", "late_to": "late" })";
  side.more_sinks = R"(, "late": "sums.late")";
  EXPECT_EQ(name_of(found(side)), "");
}

TEST(LateRows, AnIdleTimeoutShorterThanASilenceLosesRows) {
  Job job;
  job.generate = R"("count": 60, "every": "50ms", "disorder": "200ms",
    "silence": [{ "partition": 1, "from": "600ms", "for": "1200ms" }])";
  job.watermark = R"({ "bounded": "200ms", "idle_after": "300ms" })";
  const auto violation = found(job);
  ASSERT_EQ(name_of(violation), "late_lost");
  EXPECT_NE(violation->expected.find("partition 1 of readings was silent"), std::string::npos);
  job.watermark = R"({ "bounded": "200ms", "idle_after": "2s" })";
  EXPECT_EQ(name_of(found(job)), "");
}

TEST(AmendedPanes, AnAnswerThatComesTwiceIsTold) {
  Job job = bounded_by("200");
  job.window = R"({ "tumbling": "500ms", "allowed_lateness": "1s" })";
  const auto violation = found(job);
  ASSERT_EQ(name_of(violation), "duplicate_result");
  EXPECT_EQ(violation->where, "out");
  // Whoever reads the last answer of each window only says so.
  job.expect = R"({ "may_depend_on": ["lateness"] })";
  EXPECT_EQ(name_of(found(job)), "");
}

TEST(StalledWatermark, OnlyALongSilenceOfOneWhileOthersSpeakIsTold) {
  Job job;
  const auto silent_for = [&](const std::string& lasts) {
    job.generate = R"("count": 120, "every": "500ms", "disorder": "1s",
      "silence": [{ "partition": 1, "from": "5s", "for": ")" +
                   lasts + R"(" }])";
    return name_of(found(job));
  };
  EXPECT_EQ(silent_for("20s"), "");
  EXPECT_EQ(silent_for("50s"), "watermark_stalled");
  // All of them are silent: nothing waits.
  job.generate = R"("count": 120, "every": "500ms", "disorder": "1s",
      "silence": [{ "partition": 1, "from": "5s", "for": "50s" },
                  { "partition": 0, "from": "5s", "for": "50s" }])";
  EXPECT_EQ(name_of(found(job)), "");
}

TEST(Refused, WhatIsOutsideTheGuaranteeIsAVerdictWhereTheScenarioExistsForIt) {
  Job job;
  job.cluster = R"(, "transaction_timeout": "1s")";
  EXPECT_FALSE(decode_scenario(text_of(job), "job.json").scenario);
  job.expect = R"({ "violation": "refused" })";
  const auto violation = found(job);
  ASSERT_EQ(name_of(violation), "refused");
  EXPECT_EQ(violation->subject, "SC151");
}

}  // namespace
}  // namespace leat
