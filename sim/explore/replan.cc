#include "sim/explore/replan.h"

#include <algorithm>

#include "sim/world/simulation.h"

namespace leat {

std::optional<Scenario> replanned(const Scenario& scenario, StreamGraph graph) {
  Result<JobGraph> job = make_job_graph(graph);
  if (!job.ok()) return std::nullopt;
  Scenario other = scenario;
  const uint32_t slots = slots_needed(job.value());
  const auto workers = static_cast<uint32_t>(scenario.cluster.task_managers.size());
  other.cluster.slots_per_task_manager =
      std::max(scenario.cluster.slots_per_task_manager, (slots + workers - 1) / workers);
  other.program =
      std::make_shared<const JobProgram>(JobProgram{std::move(graph), std::move(job.value())});
  return other;
}

}  // namespace leat
