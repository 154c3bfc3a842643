#include "sim/world/cluster_processes.h"

#include <algorithm>

#include "core/cluster/cluster.h"
#include "sim/world/random_faults.h"
#include "sim/world/simulation.h"

namespace leat {

ClusterConfig cluster_of(uint32_t workers, uint32_t slots) {
  ClusterConfig cluster;
  cluster.job_manager = {0};
  for (uint32_t i = 1; i <= workers; ++i) cluster.task_managers.push_back({i});
  cluster.log = {workers + 1};
  cluster.slots_per_task_manager = slots;
  return cluster;
}

std::string process_name(const ClusterConfig& cluster, ProcessId process) {
  if (process == cluster.job_manager) return "jobmanager";
  if (process == cluster.log) return "log";
  const auto& workers = cluster.task_managers;
  const auto found = std::find(workers.begin(), workers.end(), process);
  if (found == workers.end()) return "process " + std::to_string(process.value);
  return "worker-" + std::to_string(found - workers.begin() + 1);
}

std::vector<ProcessPlan> cluster_processes(const Scenario& scenario,
                                           const std::shared_ptr<const LogTransactions>& in_log) {
  const ClusterConfig& cluster = scenario.cluster;
  std::vector<ProcessPlan> plans(cluster.task_managers.size() + 2);
  const auto place = [&](ProcessId process) -> ProcessPlan& {
    check(process.value < plans.size() && plans[process.value].name.empty(),
          "the cluster's processes are not numbered as cluster_of() does");
    plans[process.value].name = process_name(cluster, process);
    return plans[process.value];
  };
  const Scenario* s = &scenario;
  place(cluster.job_manager).make = [s](Env& env) {
    return make_job_manager(env, s->cluster, s->program);
  };
  for (const ProcessId worker : cluster.task_managers) {
    place(worker).make = [s](Env& env) { return make_task_manager(env, s->cluster, s->program); };
  }
  ProcessPlan& log = place(cluster.log);
  log.make = [s, in_log](Env& env) { return make_log_broker_after(env, s->topics, in_log); };
  log.memory = ProcessPlan::Memory::kDurable;
  return plans;
}

WorldPlan world_plan(const Scenario& scenario) {
  WorldPlan plan;
  plan.processes = cluster_processes(scenario);
  plan.config = scenario.world;
  plan.limits = scenario.limits;
  plan.faults = scenario.faults;
  return plan;
}

WorldPlan drawn_plan(const Scenario& scenario, Choices& choices) {
  WorldPlan plan = world_plan(scenario);
  if (!scenario.world.disorder) return plan;
  // Drawn before the world begins, through the same door, and so in the same map.
  for (Fault& fault : draw_faults(scenario, choices)) plan.faults.push_back(std::move(fault));
  return plan;
}

}  // namespace leat
