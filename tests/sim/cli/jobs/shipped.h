// The scenarios that are shipped around the program's jobs.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace leat {

// The names of the files of a folder of `scenarios`, without their ending, in order.
std::vector<std::string> shipped_names(const std::string& folder);
Scenario shipped(const std::string& folder, const std::string& name);

}  // namespace leat
