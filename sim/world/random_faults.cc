#include "sim/world/random_faults.h"

#include <algorithm>
#include <array>
#include <set>

namespace leat {

namespace {

constexpr Site kStormy{"fault.stormy"};
constexpr Site kSwarm{"fault.swarm"};
constexpr Site kKind{"fault.kind"};
constexpr Site kFocus{"fault.focus"};
constexpr Site kVictim{"fault.victim"};
constexpr Site kPeer{"fault.peer"};
constexpr Site kTrigger{"fault.trigger"};
constexpr Site kTime{"fault.time"};
constexpr Site kTogether{"fault.together"};
constexpr Site kWhen{"fault.when"};
constexpr Site kWidth{"fault.width"};
constexpr Site kMoment{"fault.moment"};
constexpr Site kScale{"fault.scale"};
constexpr Site kNth{"fault.nth"};
constexpr Site kLong{"fault.long"};
constexpr Site kLasts{"fault.lasts"};
constexpr Site kAmount{"fault.amount"};
constexpr Site kCount{"fault.count"};
constexpr Site kForEver{"fault.for_ever"};

// How often each kind is drawn: those that lead to a restore more often. By FaultKind.
constexpr std::array<uint32_t, kFaultKinds> kWeights = {6, 3, 2, 3, 2, 2, 2, 2};

// The moments after which faults come. Twice those that stand between a checkpoint and its commit,
// and those of recovery, where a second fault meets what the first has left.
constexpr std::array kMoments = {kind_of<CheckpointTriggered>(),
                                 kind_of<BarrierReceived>(),
                                 kind_of<BarrierAligned>(),
                                 kind_of<SnapshotTaken>(),
                                 kind_of<CheckpointAcknowledged>(),
                                 kind_of<CheckpointCompleted>(),
                                 kind_of<CheckpointCompleted>(),
                                 kind_of<CompletionNotified>(),
                                 kind_of<CompletionNotified>(),
                                 kind_of<TransactionPreCommitted>(),
                                 kind_of<TransactionCommitted>(),
                                 kind_of<TaskRestored>(),
                                 kind_of<TaskRestored>(),
                                 kind_of<BatchProcessed>(),
                                 kind_of<BatchProcessed>(),
                                 kind_of<JobRestored>(),
                                 kind_of<JobStatusChanged>(),
                                 kind_of<TaskDeployed>(),
                                 kind_of<CheckpointAborted>(),
                                 kind_of<TransactionAborted>(),
                                 kind_of<SplitAssigned>(),
                                 kind_of<SplitFinished>(),
                                 kind_of<TaskFinished>()};

// What the declared guarantee leaves room for.
struct Atlas {
  Duration span;           // faults begin before this
  Duration longest;        // outage
  Duration noticed_after;  // an outage longer than this fails what it hits
  uint32_t failures;       // that the job may be given
  size_t spare;            // workers whose slots the job does not need
  bool restarts = false;
};

Duration last_arrival(const Scenario& scenario) {
  Duration last{0};
  for (const auto& [topic, data] : scenario.topics.topics) {
    if (data) last = std::max(last, last_arrival(*data));
  }
  for (const StreamNode& node : scenario.program->graph.nodes) {
    if (const auto* source = std::get_if<SourceSpec>(&node.spec); source && source->data) {
      last = std::max(last, last_arrival(*source->data));
    }
  }
  return last;
}

Atlas atlas_of(const Scenario& scenario) {
  const JobConfig& job = scenario.program->graph.config;
  const Duration interval = job.checkpoint.interval.value_or(Duration{0});
  Atlas atlas{};
  atlas.span = scenario.random_faults.span;
  if (atlas.span.ms <= 0) atlas.span = {last_arrival(scenario).ms + 1000};
  const uint32_t max = std::max(scenario.random_faults.max, 1u);
  // All outages of a run together stay below what a transaction survives.
  const int64_t room = scenario.topics.transaction_timeout.ms - interval.ms;
  atlas.longest = {
      std::clamp<int64_t>(room / 4 / max, 1, 3 * scenario.cluster.heartbeat_timeout.ms)};
  atlas.noticed_after = scenario.cluster.heartbeat_timeout;
  // One fault may cost two restarts: the failure, and a restart that comes before its victim is
  // back.
  const bool by_rate = job.restart.kind == RestartConfig::Kind::kFailureRate;
  atlas.failures = (by_rate ? job.restart.max_failures : job.restart.attempts) / 2;
  atlas.restarts = atlas.failures > 0;
  const size_t workers = scenario.cluster.task_managers.size();
  const uint32_t slots = std::max(scenario.cluster.slots_per_task_manager, 1u);
  const size_t needed = (slots_needed(scenario.program->job) + slots - 1) / slots;
  atlas.spare = workers > needed ? workers - needed : 0;
  return atlas;
}

bool may_fail_the_job(const Fault& fault, const Atlas& atlas) {
  switch (fault.kind) {
    case FaultKind::kDelay:
    case FaultKind::kStorageSlow:
      return false;
    case FaultKind::kPause:
      return fault.lasts.ms * 2 > atlas.noticed_after.ms;
    case FaultKind::kKill:
    case FaultKind::kKillSilently:
    case FaultKind::kReset:
    case FaultKind::kPartition:
    case FaultKind::kStorageFail:
      return true;
  }
  return true;
}

// Which fault number `number` is, from the kinds that this run has; none at the plain answer.
std::optional<FaultKind> draw_kind(const std::vector<FaultKind>& kinds, Entity who,
                                   Choices& choices) {
  uint32_t total = 0;
  for (const FaultKind kind : kinds) total += kWeights[static_cast<size_t>(kind)];
  if (total == 0) return std::nullopt;
  uint32_t answer = choices.choose(kKind, who, total + 1 + total / 4);
  if (answer < 1 + total / 4) return std::nullopt;
  answer -= 1 + total / 4;
  for (const FaultKind kind : kinds) {
    const uint32_t weight = kWeights[static_cast<size_t>(kind)];
    if (answer < weight) return kind;
    answer -= weight;
  }
  return std::nullopt;
}

// In some runs all faults meet the same machines: what one has left is there for the next.
struct Focus {
  uint32_t victim = 0;
  uint32_t peer = 0;
};
std::optional<Focus> draw_focus(const ClusterConfig& cluster, Choices& choices) {
  const Entity run = entity("faults");
  if (choices.choose(kFocus, run, 3) != 0) return std::nullopt;
  const auto machines = static_cast<uint32_t>(cluster.task_managers.size() + 2);
  return Focus{choices.choose(kVictim, run, machines), choices.choose(kPeer, run, machines)};
}

// When faults come that go by the clock. In some runs all do within a short time, so that one meets
// what another has begun: a recovery, an outage, a checkpoint of the new attempt.
struct Period {
  int64_t from = 0;
  int64_t length = 0;
};
Period draw_period(const Atlas& atlas, Choices& choices) {
  const Entity run = entity("faults");
  const Period all{0, atlas.span.ms};
  if (choices.choose(kTogether, run, 3) < 2) return all;
  const int64_t length = int64_t{100} << choices.choose(kWidth, run, 5);
  if (length >= all.length) return all;
  const auto latest = static_cast<uint32_t>(std::min<int64_t>(all.length - length, 0x7fffffff));
  return {choices.choose(kWhen, run, latest), length};
}

bool kills(FaultKind kind) { return kind == FaultKind::kKill || kind == FaultKind::kKillSilently; }

void draw_victims(Fault& fault, const ClusterConfig& cluster, const std::optional<Focus>& focus,
                  Entity who, Choices& choices) {
  // Workers first: they are the plain victims, and the log comes last because it cannot be killed.
  std::vector<ProcessId> victims = cluster.task_managers;
  victims.push_back(cluster.job_manager);
  if (!kills(fault.kind)) victims.push_back(cluster.log);
  const auto one_of = [&](const Site& site, uint32_t in_focus) {
    const auto count = static_cast<uint32_t>(victims.size());
    return victims[focus ? in_focus % count : choices.choose(site, who, count)];
  };
  fault.process = one_of(kVictim, focus ? focus->victim : 0);
  std::erase(victims, fault.process);
  if (!victims.empty()) fault.peer = one_of(kPeer, focus ? focus->peer : 0);
}

uint32_t below(const Site& site, Entity who, int64_t bound, Choices& choices) {
  return choices.choose(site, who,
                        static_cast<uint32_t>(std::clamp<int64_t>(bound, 1, 0x7fffffff)));
}

Fault draw_fault(FaultKind kind, Entity who, const Scenario& scenario, const Atlas& atlas,
                 const std::optional<Focus>& focus, const Period& period, Choices& choices) {
  Fault fault;
  fault.kind = kind;
  draw_victims(fault, scenario.cluster, focus, who, choices);
  if (choices.choose(kTrigger, who, 3) == 0) {
    fault.when = AtTime{ProcTime{period.from + below(kTime, who, period.length, choices)}};
  } else {
    const uint32_t moment = kMoments[choices.choose(kMoment, who, kMoments.size())];
    // Some facts come a few times in a run, others with every batch.
    const bool often = moment == kind_of<BatchProcessed>() ||
                       moment == kind_of<BarrierReceived>() || moment == kind_of<SnapshotTaken>() ||
                       moment == kind_of<CheckpointAcknowledged>();
    const uint32_t scale = 4U << choices.choose(kScale, who, often ? 5 : 2);
    fault.when = AfterFact{moment, 1 + choices.choose(kNth, who, scale)};
  }
  const bool is_long = choices.chance(kLong, who, 1, 4) && atlas.restarts;
  const int64_t usual = std::min<int64_t>(atlas.longest.ms, 2000);
  fault.lasts = {1 + below(kLasts, who, is_long ? atlas.longest.ms : usual, choices)};
  fault.amount = {1 + below(kAmount, who, usual, choices)};
  fault.count = 1 + choices.choose(kCount, who, 3);
  return fault;
}

// Whether who is killed does not come back: only workers, and as many as the job can do without.
bool stays_away(const Fault& fault, const ClusterConfig& cluster, size_t spare, Entity who,
                Choices& choices, std::set<ProcessId>& away) {
  const auto& workers = cluster.task_managers;
  const bool worker = std::find(workers.begin(), workers.end(), fault.process) != workers.end();
  if (!kills(fault.kind) || !worker || choices.choose(kForEver, who, 4) == 0) return false;
  const bool first = away.insert(fault.process).second;
  if (away.size() <= spare) return true;
  if (first) away.erase(fault.process);
  return false;
}

}  // namespace

std::vector<Fault> draw_faults(const Scenario& scenario, Choices& choices) {
  std::vector<Fault> faults;
  const RandomFaults& wanted = scenario.random_faults;
  const Entity run = entity("faults");
  if (wanted.max == 0 || scenario.program == nullptr) return faults;
  if (choices.choose(kStormy, run, 16) == 0) return faults;

  std::vector<FaultKind> kinds;
  for (uint32_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    const bool asked = wanted.kinds.empty() || std::find(wanted.kinds.begin(), wanted.kinds.end(),
                                                         kind) != wanted.kinds.end();
    if (asked && choices.choose(kSwarm, entity(run, i), 4) > 0) kinds.push_back(kind);
  }
  const Atlas atlas = atlas_of(scenario);
  const std::optional<Focus> focus = draw_focus(scenario.cluster, choices);
  const Period period = draw_period(atlas, choices);
  uint32_t failures = 0;
  std::set<ProcessId> away;
  for (uint32_t i = 0; i < wanted.max; ++i) {
    const Entity who = entity(entity("fault"), i);
    const std::optional<FaultKind> kind = draw_kind(kinds, who, choices);
    if (!kind) continue;
    Fault fault = draw_fault(*kind, who, scenario, atlas, focus, period, choices);
    if (may_fail_the_job(fault, atlas) && ++failures > atlas.failures) continue;
    if (stays_away(fault, scenario.cluster, atlas.spare, who, choices, away))
      fault.lasts = kForever;
    faults.push_back(fault);
  }
  return faults;
}

}  // namespace leat
