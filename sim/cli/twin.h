// The same run in a fresh process: other addresses, another heap fill, time zone and locale.
#pragma once

#include <string>

#include "sim/scenario/scenario.h"

namespace leat {

// The digest that this program prints for the scenario's file at the seed, run as a new process;
// empty where that could not be done (the scenario has no file, say).
std::string digest_in_fresh_process(const Scenario& scenario, uint64_t seed);

}  // namespace leat
