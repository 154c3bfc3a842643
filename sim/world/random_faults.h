// Faults drawn from chance, inside what the scenario's guarantee tolerates (the fault atlas):
// - every process that dies comes back, and the log is never killed, only paused or cut off;
// - faults that can make the job restart stay below the restarts it is allowed;
// - an outage and a checkpoint interval together stay below the transaction timeout.
//
// Swarm: each run has a subset of the kinds, and some runs have no fault at all. A third of the
// faults comes at a time, the others right after a protocol moment, where bugs are. In a third of
// the runs all faults meet the same machines.
#pragma once

#include <vector>

#include "core/env/choices.h"
#include "sim/scenario/scenario.h"

namespace leat {

std::vector<Fault> draw_faults(const Scenario& scenario, Choices& choices);

}  // namespace leat
