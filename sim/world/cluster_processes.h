// The real processes of a scenario's cluster.
#pragma once

#include <vector>

#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace leat {

// In the order of their numbers: JobManager, workers, log.
std::vector<ProcessPlan> cluster_processes(const Scenario& scenario);
// The scenario's world with the faults that it names; what is drawn is for the caller to add.
WorldPlan world_plan(const Scenario& scenario);

}  // namespace leat
