// The two kinds of process that a cluster consists of.
#pragma once

#include <memory>

#include "core/env/cluster_config.h"
#include "core/env/env.h"
#include "core/graph/job_graph.h"

namespace leat {

// JobManager: Dispatcher, ResourceManager and JobMaster (with its CheckpointCoordinator and source
// coordinators) as fenced endpoints. It runs the one job of `program`; what must survive its own
// crash (the latest completed checkpoints) is in durable storage, and a new incarnation goes on
// from there. The job's end is the fact JobStatusChanged{kFinished | kFailed}.
std::unique_ptr<Process> make_job_manager(Env& env, ClusterConfig config,
                                          std::shared_ptr<const JobProgram> program);

// TaskManager: a TaskExecutor that offers slots and runs tasks.
std::unique_ptr<Process> make_task_manager(Env& env, ClusterConfig config,
                                           std::shared_ptr<const JobProgram> program);

}  // namespace leat
