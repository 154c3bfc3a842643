// What must not show in any recorded case of an operator: where it was restarted, and how its rows
// were put into batches.
//
// Two exceptions are Flink's own, and each is known from what happens in the run, not from a list
// of cases. An event timer that is set at or behind the watermark waits for the next one; a restore
// begins at MIN, and the watermark that is sent again fires such a timer. A processing timer that
// is overdue when a row sets it fires after that row; of a batch, after the batch.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "sim/conform/conform.h"
#include "sim/conform/recorded.h"

namespace leat {
namespace {

const std::vector<RecordedCase>& operator_cases() {
  static const std::vector<RecordedCase> kCases = [] {
    std::vector<RecordedCase> all;
    for (const char* area : {"core", "twoinput", "window"}) {
      auto cases = read_cases(std::string(LEAT_SOURCE_DIR "/tests/conformance/") + area);
      for (RecordedCase& recorded : cases.value()) {
        if (recorded.kind == "operator") all.push_back(std::move(recorded));
      }
    }
    return all;
  }();
  return kCases;
}

std::string described(const CaseVerdict& verdict, const RecordedCase& recorded) {
  return recorded.name + "\n" + verdict.transcript;
}

struct Disturbed {
  uint64_t restarts = 0;
  uint64_t held_back = 0;
  uint64_t batched = 0;
};
Disturbed run_all(const Disturbance& disturbance) {
  Disturbed all;
  for (const RecordedCase& recorded : operator_cases()) {
    const CaseVerdict verdict = run_case(recorded, Transcript::kFailureOnly, disturbance);
    EXPECT_TRUE(verdict.passed) << described(verdict, recorded);
    all.restarts += verdict.restarts;
    all.held_back += verdict.held_back;
    all.batched += verdict.batched;
  }
  return all;
}
bool before_each(size_t) { return true; }

RC_GTEST_PROP(Disturbance, RestartsBetweenAnyStepsAndBatchesDoNotShow, ()) {
  const size_t which = *rc::gen::inRange<size_t>(0, operator_cases().size());
  const RecordedCase& recorded = operator_cases()[which];
  const auto steps = *rc::gen::container<std::set<size_t>>(rc::gen::inRange<size_t>(0, 40));
  const Disturbance disturbance{.restart_before = [&](size_t step) { return steps.contains(step); },
                                .batch = *rc::gen::inRange<size_t>(1, 257)};
  const CaseVerdict verdict = run_case(recorded, Transcript::kFailureOnly, disturbance);
  if (!verdict.passed) RC_FAIL(described(verdict, recorded));
}

TEST(Disturbance, ARestartBeforeEachStepDoesNotShow) {
  const Disturbed all = run_all({.restart_before = before_each});
  EXPECT_GT(all.restarts, 100'000u);
  EXPECT_LT(16 * all.held_back, all.restarts);
}

TEST(Disturbance, BatchesDoNotShow) {
  EXPECT_GT(run_all({.restart_before = nullptr, .batch = 256}).batched, 30000u);
}

// ---- the checks can fail ----

std::string kept_by(const char* node) {
  return std::string(R"({"case":"x/y/1","kind":"operator","order":"exact",)") +
         R"("fields":["k:string","cmd:string","arg:any"],"node":)" + node + R"(,"steps":[)";
}
CaseVerdict disturbed(const std::string& text, const Disturbance& disturbance) {
  return run_case(parse_case(text).value(), Transcript::kFailureOnly, disturbance);
}

// A timer behind the watermark, told to wait for the next one; and a restart that is made where
// none may be would show it (`held_back` is what kept it from that).
TEST(Disturbance, ARestartIsHeldBackWhileATimerBehindTheWatermarkWaits) {
  const std::string text = kept_by(R"({"key_by":"k","process":"timers"})") +
                           R"({"watermark":20,"out":[{"watermark":20}]},)"
                           R"({"row":["a","et",15],"ts":21,"out":[]},)"
                           R"({"row":["a","emit",1],"ts":22,"out":[{"row":["a","emit",1,22,20,0],)"
                           R"("ts":22}]},)"
                           R"({"watermark":30,"out":[{"row":["a","et",15,30,0,1,15],"ts":15},)"
                           R"({"watermark":30}]}]})";
  const CaseVerdict verdict = disturbed(text, {.restart_before = before_each});
  EXPECT_TRUE(verdict.passed) << verdict.transcript;
  EXPECT_EQ(verdict.restarts, 2u);   // before the watermark, and before the timer was set
  EXPECT_EQ(verdict.held_back, 2u);  // before the next row, and before the watermark that fires it
}

// A generator's memory is in no snapshot (Flink keeps none either), so no such operator is
// restarted.
TEST(Disturbance, OnlyKeyedOperatorsAreRestarted) {
  const std::string text = std::string(R"({"case":"x/y/1","kind":"operator","order":"exact",)") +
                           R"("fields":["k:string","t:int","mark:int"],"node":{"assign":)"
                           R"({"generator":{"bounded":0},"timestamp":"t","interval":5}},"steps":[)"
                           R"({"row":["a",7,0],"out":[{"row":["a",7,0],"ts":7}]},)"
                           R"({"now":6,"out":[{"watermark":6}]}]})";
  const CaseVerdict verdict = disturbed(text, {.restart_before = before_each});
  EXPECT_TRUE(verdict.passed) << verdict.transcript;
  EXPECT_EQ(verdict.restarts, 0u);
}

// Rows at once answer with all that they answer one by one, no less and no more.
TEST(Disturbance, ABatchThatAnswersOtherwiseFails) {
  const std::string first = R"({"row":["a","emit",1],"ts":1,"out":[)";
  const std::string answer = R"({"row":["a","emit",1,1,"MIN",0],"ts":1})";
  const std::string second =
      R"(]},{"row":["a","emit",2],"ts":2,"out":[{"row":["a","emit",2,2,"MIN",0],"ts":2}]}]})";
  const auto verdict = [&](const std::string& answers) {
    const std::string text = kept_by(R"({"key_by":"k","process":"timers"})") + first + answers;
    return disturbed(text + second, {.restart_before = nullptr, .batch = 2});
  };
  const CaseVerdict good = verdict(answer);
  EXPECT_TRUE(good.passed) << good.transcript;
  EXPECT_EQ(good.batched, 2u);
  EXPECT_FALSE(verdict("").passed);
  EXPECT_FALSE(verdict(answer + "," + answer).passed);
}

}  // namespace
}  // namespace leat
