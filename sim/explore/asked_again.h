// Some violations are found beside the run's oracles, by further runs. Whoever makes such a run
// again asks for the same once more.
#pragma once

#include <string_view>

#include "sim/explore/run_once.h"

namespace leat {

// Adds to the outcome what that says which has found a violation of this name and oracle; nothing
// where an oracle of the run itself has. An oracle that is not known ("") is guessed by the name.
// REQUIRES: `request` is what gave the outcome.
void ask_again(const Scenario& scenario, const Plan& plan, const RunRequest& request,
               std::string_view violation, std::string_view oracle, RunOutcome& outcome);

}  // namespace leat
