#include "sim/explore/scenario_names.h"

#include "sim/world/simulation.h"

namespace leat {

std::string ScenarioNames::subtask(SubtaskId id) const {
  const JobProgram& program = *scenario_.program;
  if (id.vertex.value >= program.job.vertices.size()) return FactNames::subtask(id);
  return subtask_name(program.job, program.graph, id);
}

std::string ScenarioNames::node(NodeId id) const {
  const StreamGraph& graph = scenario_.program->graph;
  return id.value < graph.nodes.size() ? graph.node(id).name : FactNames::node(id);
}

std::string ScenarioNames::process(ProcessId id) const {
  return process_name(scenario_.cluster, id);
}

std::string ScenarioNames::link(uint64_t link) const {
  const std::string name = notes_.name_of(Entity{link});
  return name.empty() ? FactNames::link(link) : name;
}

std::string ScenarioNames::fault_kind(uint32_t kind) const {
  return kind < kFaultKinds ? name_of(static_cast<FaultKind>(kind)) : FactNames::fault_kind(kind);
}

std::vector<std::string> ScenarioNames::chains() const {
  std::vector<std::string> lines;
  for (const JobVertex& vertex : scenario_.program->job.vertices) {
    if (vertex.nodes.size() < 2) continue;
    std::string line;
    for (const NodeId id : vertex.nodes) line += (line.empty() ? "" : " -> ") + node(id);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace leat
