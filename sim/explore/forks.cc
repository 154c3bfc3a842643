#include "sim/explore/forks.h"

#include <algorithm>
#include <map>

#include "core/cluster/job_store.h"
#include "core/connectors/log_copy.h"
#include "sim/explore/committed.h"
#include "sim/explore/run_choices.h"
#include "sim/world/cluster_processes.h"
#include "sim/world/seeded_choices.h"
#include "sim/world/world.h"

namespace leat {

namespace {

using ForkBlobs = std::map<std::string, Bytes>;
using ForkTables = std::map<NodeId, Committed::Table>;

// A completed checkpoint, and the world around it.
struct ForkPoint {
  CheckpointId id;
  ProcTime completed_at;
  ProcTime dropped_at;
  ForkTables committed;  // when it was completed
  std::shared_ptr<const LogTransactions> in_log;
  Bytes record;     // of the job
  ForkBlobs blobs;  // of it alone, when it was about to be dropped
};

// Follows a run and collects its checkpoints.
class CheckpointCollector final : public FactObserver {
 public:
  CheckpointCollector(const Scenario& scenario, const World& world, const Committed& committed)
      : directory_(scenario.program->graph.config.checkpoint.directory),
        log_(scenario.cluster.log),
        world_(world),
        committed_(committed) {}

  static FactSet facts() { return fact_set<CheckpointCompleted, BlobWritten, BlobRemoved>(); }
  void on_fact(ProcTime, const Fact& fact) override {
    if (const auto* completed = std::get_if<CheckpointCompleted>(&fact)) {
      completed_.push_back(completed->checkpoint);
    } else {
      stored_ = true;
    }
  }

  void end_step() {
    for (const CheckpointId id : completed_) note(id);
    completed_.clear();
    if (!stored_) return;
    stored_ = false;
    const std::vector<CheckpointId> kept = kept_now();
    for (const CheckpointId id : kept_) {
      if (std::find(kept.begin(), kept.end(), id) == kept.end()) drop(id);
    }
    kept_ = kept;
    before_ = world_.blobs();
  }

  std::map<CheckpointId, ForkPoint>& points() { return points_; }

 private:
  std::vector<CheckpointId> kept_now() const {
    const auto list = world_.blobs().find(list_blob(directory_));
    if (list == world_.blobs().end()) return {};
    return decode_list(list->second);
  }

  // A later leader completes what it finds completed: nothing has happened in between.
  void note(CheckpointId id) {
    const Process* log = world_.process(log_);
    const auto record = world_.blobs().find(job_blob(directory_));
    if (points_.contains(id) || log == nullptr || record == world_.blobs().end()) return;
    ForkPoint& point = points_[id];
    point.id = id;
    point.completed_at = world_.now();
    point.committed = committed_.tables;
    point.in_log = copy_transactions(*log);
    point.record = record->second;
  }

  // What is there of it; what ought to be there and is not is for the fork to miss.
  void drop(CheckpointId id) {
    const auto point = points_.find(id);
    const auto metadata = before_.find(metadata_blob(directory_, id));
    if (point == points_.end()) return;
    ForkBlobs& blobs = point->second.blobs;
    point->second.dropped_at = world_.now();
    blobs[list_blob(directory_)] = encode(std::vector<CheckpointId>{id});
    blobs[job_blob(directory_)] = point->second.record;
    if (metadata == before_.end()) return;
    blobs.insert(*metadata);
    ByteReader in(metadata->second);
    for (const SubtaskSnapshot& subtask : CompletedCheckpoint::decode(in).subtasks) {
      const auto state = before_.find(subtask.handle.blob);
      if (state != before_.end()) blobs.insert(*state);
    }
  }

  const std::string directory_;
  const ProcessId log_;
  const World& world_;
  const Committed& committed_;
  std::vector<CheckpointId> completed_;  // in this step
  bool stored_ = false;                  // in this step, or removed
  std::vector<CheckpointId> kept_;
  ForkBlobs before_;  // the step
  std::map<CheckpointId, ForkPoint> points_;
};

struct ForkResult {
  RunStats stats;
  ForkTables tables;
};

// The job goes on from the checkpoint alone.
ForkResult run_fork(const Scenario& scenario, const ForkPoint& point, uint64_t seed) {
  WorldPlan plan;
  plan.processes = cluster_processes(scenario, point.in_log);
  // Not the first leader: it looks for what an earlier one has left.
  plan.processes[scenario.cluster.job_manager.value].earlier_starts = 1;
  plan.config = scenario.world;
  plan.limits = scenario.limits;
  plan.limits.virtual_time.ms += point.completed_at.ms;
  plan.blobs = point.blobs;
  plan.begin = point.completed_at;
  SeededChoices seeded(mix(seed, point.id.value));
  PlainChoices plain;
  Choices* choices = &seeded;
  if (!scenario.world.disorder) choices = &plain;
  World world(std::move(plan), *choices);
  Committed seen;
  world.trace().tap(seen);
  ForkResult result;
  result.stats = world.run();
  if (world.last_failure() && result.stats.broken.empty())
    result.stats.broken = world.last_failure()->cause;
  result.tables = std::move(seen.tables);
  return result;
}

Committed::Table fork_table(const ForkTables& tables, NodeId sink) {
  const auto found = tables.find(sink);
  return found == tables.end() ? Committed::Table() : found->second;
}

// A row that stands more often in one than in the other.
std::optional<std::string> fork_surplus(const Committed::Table& in, const Committed::Table& than) {
  for (const auto& [row, times] : in) {
    const auto other = than.find(row);
    const uint64_t there = other == than.end() ? 0 : other->second;
    if (times > there)
      return "(" + to_text(RowView(row)) + ") " + std::to_string(times) + " times, not " +
             std::to_string(there);
  }
  return std::nullopt;
}

Violation violation_at(const ForkPoint& point, std::string name, std::string where) {
  Violation v;
  v.name = std::move(name);
  v.oracle = kForksOracle;
  v.where = std::move(where);
  v.subject = "the job goes on from checkpoint " + std::to_string(point.id.value) +
              ", as it stood just before it was dropped";
  v.rule =
      "each completed checkpoint that is still kept is one to go on from: to the end, and with the "
      "result of the run that never failed there";
  v.at = point.dropped_at.ms;
  return v;
}

std::optional<Violation> compare_fork(const Plan& plan, const ForkPoint& point,
                                      const ForkResult& fork, const ForkTables& whole,
                                      uint64_t& compared) {
  if (fork.stats.end != RunEnd::kFinished) {
    Violation v = violation_at(point, "state_lost", "job");
    v.expected = "the job finishes";
    v.got = fork.stats.broken.empty() ? fork.stats.waits_for : fork.stats.broken;
    return v;
  }
  for (uint32_t n = 0; n < plan.graph().nodes.size(); ++n) {
    const auto* sink = std::get_if<SinkSpec>(&plan.graph().nodes[n].spec);
    if (sink == nullptr || sink->kind != SinkSpec::Kind::kTransactional) continue;
    if (plan.flow(NodeId{n}).c != SinkClass::kConfluent) continue;
    ++compared;
    Committed::Table parts = fork_table(point.committed, NodeId{n});
    for (const auto& [row, times] : fork_table(fork.tables, NodeId{n})) parts[row] += times;
    const Committed::Table expected = fork_table(whole, NodeId{n});
    if (parts == expected) continue;
    const auto missing = fork_surplus(expected, parts);
    const auto extra = fork_surplus(parts, expected);
    Violation v =
        violation_at(point, extra ? "state_corrupt" : "state_lost", plan.graph().nodes[n].name);
    v.expected = missing.value_or("no such row");
    v.got = extra.value_or("no such row");
    return v;
  }
  return std::nullopt;
}

}  // namespace

ForkVerdict check_forks(const Scenario& scenario, const Plan& plan, const RunRequest& request) {
  ForkVerdict verdict;
  RunChoices answers(scenario, request);
  World world(drawn_plan(scenario, answers.choices()), answers.choices());
  Committed committed;
  CheckpointCollector collector(scenario, world, committed);
  world.trace().tap(committed);
  world.trace().observe(collector, CheckpointCollector::facts());
  while (world.step()) collector.end_step();
  if (world.run().end != RunEnd::kFinished) return verdict;

  for (const auto& [id, point] : collector.points()) {
    if (point.blobs.empty()) continue;  // it never came to stand in the list
    ++verdict.forks;
    const ForkResult fork = run_fork(scenario, point, request.seed);
    verdict.violation = compare_fork(plan, point, fork, committed.tables, verdict.compared);
    if (verdict.violation) break;
  }
  return verdict;
}

void judge_forks(const Scenario& scenario, const Plan& plan, const RunRequest& request,
                 RunOutcome& outcome) {
  if (!outcome.verdict.ok() || outcome.stats.end != RunEnd::kFinished) return;
  ForkVerdict said = check_forks(scenario, plan, request);
  outcome.verdict.judged[kForksOracle] += said.forks;
  if (said.violation) outcome.verdict.violations.push_back(std::move(*said.violation));
}

}  // namespace leat
