// Scenarios that exist to show a violation (`expect.violation`).
#pragma once

#include "sim/explore/run_once.h"
#include "sim/scenario/scenario.h"

namespace leat {

// Whether nothing is wrong but what the scenario exists to show, if anything is.
bool shows_at_most(const Scenario& scenario, const RunOutcome& outcome);

// Whether the run shows it; takes it out of the verdict. What is left is wrong: nothing is
// where a user's function was found wrong, because all else may follow from that.
bool take_shown(const Scenario& scenario, RunOutcome& outcome);

// Whether it shows what it exists to show, and nothing else is wrong.
bool only_shows(const Scenario& scenario, RunOutcome outcome);

// Whether the run, to its end, is as the scenario says.
bool passes(const Scenario& scenario, const RunOutcome& outcome);

}  // namespace leat
