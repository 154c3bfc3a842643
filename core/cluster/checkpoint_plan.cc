#include "core/cluster/checkpoint_plan.h"

#include <algorithm>

namespace leat {

namespace {

bool runs(const ExecutionGraph& graph, VertexId vertex, uint32_t index) {
  return graph.at(graph.index().of({vertex, index})).state == ExecutionState::kRunning;
}

bool fed_by_a_running_task(const ExecutionGraph& graph, SubtaskId subtask) {
  const JobGraph& job = graph.job();
  for (const uint32_t e : job.vertex(subtask.vertex).in_edges) {
    const JobEdge& edge = job.edges[e];
    const uint32_t sources = job.vertex(edge.from_vertex).parallelism;
    const uint32_t targets = job.vertex(edge.to_vertex).parallelism;
    for (uint32_t source = 0; source < sources; ++source) {
      if (!runs(graph, edge.from_vertex, source)) continue;
      if (!is_pointwise(edge.partitioning)) return true;
      const auto fed = channel_targets(edge.partitioning, sources, targets, source);
      if (std::find(fed.begin(), fed.end(), subtask.index) != fed.end()) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<CheckpointPlan> plan_checkpoint(const ExecutionGraph& graph) {
  CheckpointPlan plan;
  for (uint32_t flat = 0; flat < graph.count(); ++flat) {
    const ExecutionState state = graph.at(flat).state;
    if (state == ExecutionState::kFinished) {
      plan.finished.push_back(flat);
    } else if (state == ExecutionState::kRunning) {
      plan.wait_for.push_back(flat);
    } else {
      return std::nullopt;
    }
  }
  for (const uint32_t flat : plan.wait_for) {
    const SubtaskId subtask = graph.index().at(flat);
    const bool is_source = graph.job().vertex(subtask.vertex).in_edges.empty();
    if (is_source || (!plan.finished.empty() && !fed_by_a_running_task(graph, subtask))) {
      plan.trigger.push_back(flat);
    }
  }
  return plan;
}

}  // namespace leat
