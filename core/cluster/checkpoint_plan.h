// Whom a checkpoint needs: the tasks that begin it, those it waits for, those that are over.
// (Flink: DefaultCheckpointPlanCalculator; reference 8.14.)
#pragma once

#include <optional>
#include <vector>

#include "core/cluster/execution_graph.h"

namespace leat {

struct CheckpointPlan {
  std::vector<uint32_t> trigger;   // running, and nothing that feeds them runs: sources at first
  std::vector<uint32_t> wait_for;  // all that run
  std::vector<uint32_t> finished;
};

// Numbers are those of the graph's index. Nothing, if a task that is needed is not running.
std::optional<CheckpointPlan> plan_checkpoint(const ExecutionGraph& graph);

}  // namespace leat
