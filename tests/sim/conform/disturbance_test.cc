// What must not show in any recorded case of a keyed operator: where it was restarted, and how its
// rows were put into batches.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "sim/conform/conform.h"
#include "sim/conform/recorded.h"

namespace leat {
namespace {

constexpr const char* kKeyed[] = {"core/running_aggregates", "core/state", "core/ttl",
                                  "core/timers", "window/tumbling"};

const std::vector<RecordedCase>& keyed_cases() {
  static const std::vector<RecordedCase> kCases = [] {
    std::vector<RecordedCase> all;
    for (const char* file : kKeyed) {
      auto cases = read_cases(std::string(LEAT_SOURCE_DIR "/tests/conformance/") + file + ".jsonl");
      for (RecordedCase& recorded : cases.value()) all.push_back(std::move(recorded));
    }
    return all;
  }();
  return kCases;
}

bool mentions(const RecordedCase& recorded, const char* word) {
  return to_json(recorded.body).find(word) != std::string::npos;
}

// Flink's own exceptions. A restore begins at the watermark MIN, and what a timer sets behind the
// watermark in the meantime waits for the next one: sending the old one again fires it. A full
// snapshot leaves out what is expired, which a state that still shows it cannot hide.
bool shows_a_restart(const RecordedCase& recorded) {
  return recorded.name.starts_with("core/timers/") ||
         (mentions(recorded, "full_snapshot") && mentions(recorded, "if_not_cleaned_up"));
}
// A processing timer that is overdue when it is set fires after the row that set it; of a batch,
// after the batch.
bool shows_a_batch(const RecordedCase& recorded) {
  return mentions(recorded, "\"pt\"") || mentions(recorded, "pt_in") ||
         mentions(recorded, "processing");
}

std::string described(const CaseVerdict& verdict, const RecordedCase& recorded) {
  return recorded.name + "\n" + verdict.transcript;
}

RC_GTEST_PROP(Disturbance, ARestartBetweenAnyTwoStepsDoesNotShow, ()) {
  const size_t which = *rc::gen::inRange<size_t>(0, keyed_cases().size());
  const RecordedCase& recorded = keyed_cases()[which];
  RC_PRE(!shows_a_restart(recorded));
  const auto steps = *rc::gen::container<std::set<size_t>>(rc::gen::inRange<size_t>(0, 40));
  Disturbance disturbance;
  disturbance.restart_before = [&](size_t step) { return steps.contains(step); };
  const CaseVerdict verdict = run_case(recorded, Transcript::kFailureOnly, disturbance);
  if (!verdict.passed) RC_FAIL(described(verdict, recorded));
}

TEST(Disturbance, ARestartBeforeEachStepDoesNotShow) {
  uint64_t restarts = 0;
  for (const RecordedCase& recorded : keyed_cases()) {
    if (shows_a_restart(recorded)) continue;
    const CaseVerdict verdict =
        run_case(recorded, Transcript::kFailureOnly, Restarts::kBeforeEachStep);
    EXPECT_TRUE(verdict.passed) << described(verdict, recorded);
    restarts += verdict.restarts;
  }
  EXPECT_GT(restarts, 8000u);
}

// Single rows are how the cases are told; here those that follow one another come at once.
TEST(Disturbance, BatchesDoNotShow) {
  Disturbance disturbance;
  disturbance.whole_batches = true;
  uint64_t batched = 0;
  for (const RecordedCase& recorded : keyed_cases()) {
    if (shows_a_batch(recorded)) continue;
    const CaseVerdict verdict = run_case(recorded, Transcript::kFailureOnly, disturbance);
    EXPECT_TRUE(verdict.passed) << described(verdict, recorded);
    batched += verdict.batched;
  }
  EXPECT_GT(batched, 5000u);
}

}  // namespace
}  // namespace leat
