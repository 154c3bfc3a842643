// The real processes of a scenario's cluster.
#pragma once

#include <vector>

#include "sim/scenario/scenario.h"
#include "sim/world/processes.h"

namespace leat {

// In the order of their numbers: JobManager, workers, log.
std::vector<ProcessPlan> cluster_processes(const Scenario& scenario);

}  // namespace leat
