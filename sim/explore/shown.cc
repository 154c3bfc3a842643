#include "sim/explore/shown.h"

#include <algorithm>

#include "sim/explore/invariance.h"

namespace leat {

bool shows_at_most(const Scenario& scenario, const RunOutcome& outcome) {
  const auto& shows = scenario.expect.violation;
  return std::ranges::all_of(outcome.verdict.violations,
                             [&](const Violation& v) { return shows && v.name == *shows; });
}

bool take_shown(const Scenario& scenario, RunOutcome& outcome) {
  const auto& shows = scenario.expect.violation;
  auto& violations = outcome.verdict.violations;
  if (!shows) return false;
  const bool by_function = !violations.empty() && violations.front().oracle == kFunctionsOracle;
  if (by_function && outcome.violation() == *shows) {
    violations.clear();
    return true;
  }
  return std::erase_if(violations, [&](const Violation& v) { return v.name == *shows; }) > 0;
}

bool only_shows(const Scenario& scenario, RunOutcome outcome) {
  return take_shown(scenario, outcome) && outcome.verdict.ok();
}

bool passes(const Scenario& scenario, const RunOutcome& outcome) {
  if (outcome.stats.end == RunEnd::kStopped) return false;
  return scenario.expect.violation ? only_shows(scenario, outcome) : outcome.verdict.ok();
}

}  // namespace leat
