#include "sim/explore/patience.h"

#include <algorithm>

namespace leat {

namespace {

// Generous, because more than one of each may come behind another: a message, a step, a write.
constexpr int64_t kHops = 40;
// Rows that wait before a slow system outside, while a barrier waits behind them.
constexpr int64_t kRowsInLine = 2000;
// A client of the log waits so long for an answer, and then for the time to ask again.
constexpr Duration kLogClient{30000 + 10000};

Duration felt(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kReset:
    case FaultKind::kStorageFail:
      return {0};
    case FaultKind::kDelay:
    case FaultKind::kStorageSlow:
      return {fault.lasts.ms + fault.amount.ms};
    case FaultKind::kKill:
    case FaultKind::kKillSilently:
    case FaultKind::kPause:
    case FaultKind::kPartition:
      // Of one that does not come back nothing is left to wait for.
      return fault.lasts == kForever ? Duration{0} : fault.lasts;
  }
  return fault.lasts;
}

FeltFault::Hits hits(FaultKind kind) {
  using Hits = FeltFault::Hits;
  if (kind == FaultKind::kReset) return Hits::kConnection;
  if (kind == FaultKind::kStorageFail) return Hits::kRequests;
  return kind == FaultKind::kStorageSlow ? Hits::kStorage : Hits::kReach;
}

Duration longest_restart(const RestartConfig& restart) {
  return restart.kind == RestartConfig::Kind::kExponentialDelay ? restart.max_delay : restart.delay;
}

int64_t slowest_call(const StreamGraph& graph) {
  int64_t slowest = 0;
  for (const StreamNode& node : graph.nodes) {
    const auto* async = std::get_if<AsyncSpec>(&node.spec);
    if (async == nullptr) continue;
    slowest = std::max({slowest, async->most_latency.ms, async->timeout.value_or(Duration{0}).ms});
  }
  return slowest;
}

}  // namespace

Patience patience_for(const Scenario& scenario, const std::vector<Fault>& faults) {
  Patience patience;
  for (const Fault& fault : faults) patience.faults.push_back({felt(fault), hits(fault.kind)});
  const WorldConfig& world = scenario.world;
  patience.step = {2 * world.latency_max.ms + world.step_cost_max.ms + 1};
  const JobConfig& job = scenario.program->graph.config;
  const ClusterConfig& cluster = scenario.cluster;
  const int64_t missed = cluster.heartbeat_timeout.ms + cluster.heartbeat_interval.ms;
  const int64_t hop = world.latency_max.ms + world.step_cost_max.ms + world.storage_max.ms +
                      cluster.buffer_timeout.ms;
  patience.noticed = {2 * missed + kHops * hop};
  if (!job.checkpoint.interval) return patience;
  // Whoever is gone is missed and comes back; the job begins anew and takes its next checkpoint.
  const int64_t back = 2 * (cluster.registration_retry.ms + cluster.partition_request_retry.ms);
  const int64_t next = 2 * (job.checkpoint.interval->ms + job.checkpoint.min_pause.ms);
  patience.recovery = {2 * missed + back + longest_restart(job.restart).ms + kLogClient.ms + next +
                       kHops * hop + kRowsInLine * slowest_call(scenario.program->graph)};
  return patience;
}

}  // namespace leat
