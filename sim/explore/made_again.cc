#include "sim/explore/made_again.h"

#include "sim/explore/invariance.h"
#include "sim/explore/other_thread.h"
#include "sim/explore/other_time.h"

namespace leat {

namespace {

RunOutcome run_elsewhere(const Scenario& scenario, const RunRequest& request) {
  RunRequest again = request;
  again.observers.clear();
  again.taps.clear();
  RunOutcome outcome;
  in_another_thread([&] {
    const OtherTime other_time;
    outcome = run_once(scenario, Plan(*scenario.program), again);
  });
  return outcome;
}

std::string told(const RunOutcome& outcome) {
  const std::string violation = outcome.violation();
  return "digest " + outcome.digest + (violation.empty() ? ", all right" : ", " + violation);
}

}  // namespace

std::optional<Violation> made_again(const Scenario& scenario, const RunOutcome& first,
                                    const RunRequest& request) {
  const RunOutcome again = run_elsewhere(scenario, request);
  if (again.digest == first.digest && again.violation() == first.violation()) return std::nullopt;
  Violation v;
  v.where = "job";
  v.subject = "the same run again";
  v.expected = told(first);
  v.got = told(again);
  if (!scenario.is_cpp) {  // a job that a file describes has no function of its own
    v.name = "nondeterminism";
    v.oracle = "twin";
    v.rule = "a run is a function of scenario and seed, whenever and in whatever thread it is made";
    return v;
  }
  v.name = "user_function_impure";
  v.oracle = kFunctionsOracle;
  v.rule =
      "a function of the job says the same of the same, whenever and wherever it is called; here "
      "the same run, made once more in another thread and at another time of day, went another "
      "way; repair: what must be remembered is state (no static, no captured variable), time "
      "comes from the context, and chance from a field of the row";
  return v;
}

}  // namespace leat
