// The most that things take in a run, written down once: what must have gone on by then is stuck.
#pragma once

#include <vector>

#include "sim/oracle/end_of_run.h"
#include "sim/scenario/scenario.h"

namespace leat {

// `faults`: those of the scenario and those drawn, by their numbers.
Patience patience_for(const Scenario& scenario, const std::vector<Fault>& faults);

}  // namespace leat
