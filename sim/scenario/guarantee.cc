#include "sim/scenario/guarantee.h"

#include <fmt/format.h>

#include <algorithm>

namespace leat {

namespace {

using Subject = OutsideGuarantee::Subject;

// Storage is written for the snapshots, the metadata and the list, one after the other.
constexpr int64_t kWritesOfACheckpoint = 3;
// Trigger, barriers through the job (for each hop one), acknowledgement, notification, commit.
constexpr int64_t kMessagesOfACheckpoint = 4;

std::optional<std::string> transactional_sink(const StreamGraph& graph) {
  for (const StreamNode& node : graph.nodes) {
    const auto* sink = std::get_if<SinkSpec>(&node.spec);
    if (sink != nullptr && sink->kind == SinkSpec::Kind::kTransactional) return node.name;
  }
  return std::nullopt;
}

bool kills(FaultKind kind) { return kind == FaultKind::kKill || kind == FaultKind::kKillSilently; }

// A new leader runs the job again even where the restart strategy would not.
bool job_manager_may_die(const Scenario& scenario) {
  const std::vector<FaultKind>& drawn = scenario.random_faults.kinds;
  if (scenario.random_faults.max > 0 &&
      (drawn.empty() || std::any_of(drawn.begin(), drawn.end(), kills))) {
    return true;
  }
  return std::any_of(scenario.faults.begin(), scenario.faults.end(), [&](const Fault& fault) {
    return kills(fault.kind) && fault.process == scenario.cluster.job_manager;
  });
}

bool restarts(const Scenario& scenario) {
  return scenario.program->graph.config.restart.kind != RestartConfig::Kind::kNone;
}

// For how long the fault keeps a transaction from being committed.
Duration outage(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kKill:
    case FaultKind::kKillSilently:
    case FaultKind::kPause:
    case FaultKind::kPartition:
      // Another takes the work of one that does not come back.
      return fault.lasts == kForever ? Duration{0} : fault.lasts;
    case FaultKind::kDelay:
    case FaultKind::kStorageSlow:
      return fault.amount;
    case FaultKind::kReset:
    case FaultKind::kStorageFail:
      return {0};
  }
  return {0};
}

Duration longest_delay(const RestartConfig& restart) {
  return restart.kind == RestartConfig::Kind::kExponentialDelay ? restart.max_delay : restart.delay;
}

}  // namespace

Duration longest_transaction(const Scenario& scenario) {
  const StreamGraph& graph = scenario.program->graph;
  const CheckpointConfig& checkpoint = graph.config.checkpoint;
  const int64_t hops = kMessagesOfACheckpoint + static_cast<int64_t>(graph.nodes.size());
  return {std::max(checkpoint.interval.value_or(Duration{0}).ms, checkpoint.min_pause.ms) +
          kWritesOfACheckpoint * scenario.world.storage_max.ms +
          hops * (scenario.world.latency_max.ms + scenario.world.step_cost_max.ms)};
}

Duration longest_recovery(const Scenario& scenario) {
  const JobConfig& job = scenario.program->graph.config;
  return {scenario.cluster.heartbeat_timeout.ms + longest_delay(job.restart).ms +
          2 * scenario.world.storage_max.ms};
}

std::vector<OutsideGuarantee> outside_guarantee(const Scenario& scenario) {
  std::vector<OutsideGuarantee> all;
  const std::optional<std::string> sink = transactional_sink(scenario.program->graph);
  if (!sink) return all;
  if (!scenario.program->graph.config.checkpoint.interval) {
    if (!restarts(scenario) && !job_manager_may_die(scenario)) return all;
    all.push_back({Subject::kRestart, 0, "SC150",
                   fmt::format("the transactional sink \"{}\" keeps its rows exactly once over a "
                               "restart by checkpoints only, and the job has none",
                               *sink),
                   "add \"checkpoint\": {\"every\": \"1s\"}, or make the sink \"kind\": "
                   "\"at_least_once\", or let nothing restart the job"});
    return all;
  }
  const Duration open = longest_transaction(scenario);
  const Duration needed = {open.ms + (restarts(scenario) ? longest_recovery(scenario).ms : 0)};
  const Duration timeout = scenario.topics.transaction_timeout;
  if (timeout <= needed) {
    all.push_back({Subject::kTransactionTimeout, 0, "SC151",
                   fmt::format("the log aborts a transaction of \"{}\" after {}, and one may have "
                               "to stay open for {} (a checkpoint interval, the checkpoint itself, "
                               "and a recovery)",
                               *sink, describe(timeout), describe(needed)),
                   "raise transaction_timeout, or checkpoint more often"});
    return all;
  }
  for (size_t i = 0; i < scenario.faults.size(); ++i) {
    const Duration lasts = outage(scenario.faults[i]);
    if (timeout.ms - needed.ms > lasts.ms) continue;
    all.push_back(
        {Subject::kFault, i, "SC152",
         fmt::format("this outage of {} is longer than a transaction of \"{}\" lives: the "
                     "log aborts it after {}",
                     describe(lasts), *sink, describe(timeout)),
         "shorten the fault, or raise cluster.transaction_timeout"});
  }
  return all;
}

}  // namespace leat
