// What a job is made of, in the words of the scenario format: so that a campaign of drawn jobs can
// say what it has covered, and what it never has.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace leat {

// Everything that a scenario file can ask for and this counts, in a fixed order.
const std::vector<std::string>& all_features();

// Each once, however often the job has it; all are among all_features().
std::set<std::string> features_of(const Scenario& scenario);

}  // namespace leat
