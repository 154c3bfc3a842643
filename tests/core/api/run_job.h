// Runs a job that was written in C++ under faults, and says what it has committed.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/scenario/scenario.h"

namespace leat {

// Two subtasks, checkpoints each 300 ms, restarts.
JobConfig durable();
// Two workers; no faults.  REQUIRES: the job could be built and planned.
Scenario scenario_of(Result<StreamGraph> graph);
// Runs it under several seeds of schedules and faults: every verdict is good, and all commit the
// same, which is what a sink's reader sees then, as texts, sorted.
std::vector<std::string> committed(Result<StreamGraph> graph, const std::string& sink,
                                   uint32_t faults = 2);

}  // namespace leat
