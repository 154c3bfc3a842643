// The real processes of a scenario's cluster.
#pragma once

#include <memory>
#include <vector>

#include "core/connectors/log_copy.h"
#include "sim/scenario/scenario.h"
#include "sim/world/world.h"

namespace leat {

// In the order of their numbers: JobManager, workers, log. `in_log`: what the log begins with.
std::vector<ProcessPlan> cluster_processes(
    const Scenario& scenario, const std::shared_ptr<const LogTransactions>& in_log = nullptr);
// The scenario's world with the faults that it names; what is drawn is for the caller to add.
WorldPlan world_plan(const Scenario& scenario);
// The same, with what the choices draw.
WorldPlan drawn_plan(const Scenario& scenario, Choices& choices);

}  // namespace leat
