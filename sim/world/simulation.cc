#include "sim/world/simulation.h"

#include <utility>

#include "sim/world/cluster_processes.h"
#include "sim/world/world.h"

namespace leat {

Simulation::Simulation(const Scenario& scenario, Choices& choices)
    : scenario_(scenario),
      world_(std::make_unique<World>(drawn_plan(scenario, choices), choices)) {}
Simulation::~Simulation() = default;

Trace& Simulation::trace() { return world_->trace(); }
RunStats Simulation::run(std::optional<ProcTime> stop_at) {
  RunStats stats = world_->run(stop_at);
  const std::optional<TaskFailed>& failed = world_->last_failure();
  if (stats.end == RunEnd::kFailed && failed) {
    const JobProgram& program = *scenario_.program;
    stats.broken = subtask_name(program.job, program.graph, failed->execution.subtask) +
                   " failed: " + failed->cause;
  }
  return stats;
}
bool Simulation::step() { return world_->step(); }
ProcTime Simulation::now() const { return world_->now(); }
const std::vector<Fault>& Simulation::faults() const { return world_->faults(); }
std::vector<std::string> Simulation::blob_names() const {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : world_->blobs()) names.push_back(name);
  return names;
}
std::vector<UnfinishedTransaction> Simulation::unfinished_transactions() const {
  const Process* log = world_->process(scenario_.cluster.log);
  if (log == nullptr) return {};  // it has not started yet
  return leat::unfinished_transactions(*log);
}
std::string Simulation::name_of(ProcessId process) const { return world_->name_of(process); }

}  // namespace leat
