#include "tests/sim/cli/jobs/real_clock.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/cluster/cluster.h"
#include "core/env/real_env.h"
#include "core/env/real_env_blobs.h"

namespace leat {

namespace {

// Threads of a busy machine are late: nobody is taken for dead because of that.
ClusterConfig unhurried(ClusterConfig cluster) {
  const ClusterConfig defaults;
  cluster.heartbeat_interval = defaults.heartbeat_interval;
  cluster.heartbeat_timeout = defaults.heartbeat_timeout;
  return cluster;
}

std::shared_ptr<const JobProgram> patient(const Scenario& scenario, int64_t speed) {
  auto program = std::make_shared<JobProgram>(*scenario.program);
  CheckpointConfig& checkpoint = program->graph.config.checkpoint;
  if (checkpoint.interval) checkpoint.interval = Duration{checkpoint.interval->ms * speed};
  checkpoint.timeout = Duration{60'000 * speed};
  return program;
}

bool is_end(const Fact& fact) {
  const auto* changed = std::get_if<JobStatusChanged>(&fact);
  return changed != nullptr &&
         (changed->status == JobStatus::kFinished || changed->status == JobStatus::kFailed);
}

}  // namespace

RealResult run_on_the_real_clock(const std::function<Scenario()>& make, const std::string& name,
                                 int64_t speed) {
  constexpr Duration kPatience{60'000};
  const auto path = std::filesystem::path(testing::TempDir()) / ("leat_real_" + name);
  std::filesystem::remove_all(path);
  RealResult result;
  const Scenario scenario = make();
  {
    RealCluster cluster({path.string(), speed, std::nullopt});
    cluster.add(scenario.cluster.job_manager, [&](Env& env) {
      const Scenario own = make();
      return make_job_manager(env, unhurried(own.cluster), patient(own, speed));
    });
    for (const ProcessId worker : scenario.cluster.task_managers) {
      cluster.add(worker, [&](Env& env) {
        const Scenario own = make();
        return make_task_manager(env, unhurried(own.cluster), patient(own, speed));
      });
    }
    cluster.add(scenario.cluster.log,
                [&](Env& env) { return make_log_broker(env, make().topics, /*persist=*/true); });
    result.finished = cluster.run_until(
        [](ProcessId, ProcTime, const Fact& fact) { return is_end(fact); }, kPatience);
    cluster.stop();
  }
  for (const auto& [topic, sink] : scenario.topics.sinks) {
    for (const auto& [blob, bytes] : read_blobs(path.string(), committed_prefix(topic))) {
      const RowBatch rows = decode_committed(bytes);
      for (uint32_t i = 0; i < rows.size(); ++i) result.rows[topic].insert(to_text(rows.row(i)));
    }
  }
  std::filesystem::remove_all(path);
  return result;
}

}  // namespace leat
