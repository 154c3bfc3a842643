// Leaks (LEAK): a subtask whose windows are all over has no more state than one that never had any,
// as far as facts show it: by the size of snapshots. And at the end storage holds no snapshot of a
// checkpoint that nobody can restore any more, if the JobMaster knew of it, or the TaskManager
// whose task was cancelled over it, and can have deleted it: no process has died or was given up,
// and no message was lost, since the checkpoint began. Nor its metadata, which the JobMaster writes
// itself.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "sim/oracle/oracles.h"
#include "sim/oracle/window_of_two.h"

namespace leat {
namespace {

// What an empty snapshot may differ by from another: counters, lengths, the names of transactions
// that were frozen just now; no contents.
constexpr uint64_t kSlack = 64;
// And where the chain ends in a sink, the name of each transaction that waits for its commit.
constexpr uint64_t kTransactionBytes = 20;

class LeakOracle final : public Oracle {
 public:
  LeakOracle(const Plan& plan, const Runs& runs)
      : Oracle("leaks", plan, runs), tasks_(plan.subtasks()), least_(plan.job().vertices.size()) {
    for (const JobVertex& vertex : plan.job().vertices)
      windows_only_.push_back(holds_windows_only(vertex));
  }

  FactSet facts() const override {
    return fact_set<SnapshotTaken, WatermarkAdvanced, CheckpointTriggered, CheckpointAcknowledged,
                    CheckpointAborted, ProcessDied, ConnectionReset, MessageLost, TaskManagerLost,
                    TransactionPreCommitted, TransactionCommitted, TransactionAborted>();
  }
  uint32_t taps() const override { return kInputTap; }

  void on_input(uint32_t instance, const RowBatch&) override {
    tasks_[plan_.subtask_of(instance)].worked = true;
  }

  void on_fact(const Fact& fact) override {
    if (const auto* advanced = std::get_if<WatermarkAdvanced>(&fact)) {
      if (advanced->time == EventTime::max()) tasks_[runs_.live(advanced->execution)].over = true;
      return;
    }
    if (const auto* triggered = std::get_if<CheckpointTriggered>(&fact)) {
      begun_since_loss_.insert(triggered->checkpoint);
      return;
    }
    if (const auto* aborted = std::get_if<CheckpointAborted>(&fact)) {
      aborted_.insert(aborted->checkpoint);
      return;
    }
    if (const auto* acknowledged = std::get_if<CheckpointAcknowledged>(&fact)) {
      on_written(acknowledged->execution, acknowledged->checkpoint);
      return;
    }
    if (const auto* frozen = std::get_if<TransactionPreCommitted>(&fact)) {
      if (Task* task = task_of(frozen->sink, frozen->subtask))
        task->waiting.insert(frozen->transaction);
      return;
    }
    if (const auto* committed = std::get_if<TransactionCommitted>(&fact))
      return on_ended(committed->sink, committed->subtask, committed->transaction);
    if (const auto* aborted = std::get_if<TransactionAborted>(&fact))
      return on_ended(aborted->sink, aborted->subtask, aborted->transaction);
    if (!std::holds_alternative<SnapshotTaken>(fact)) {
      begun_since_loss_.clear();
      known_.clear();
      aborted_.clear();
      return;
    }
    const auto& snapshot = std::get<SnapshotTaken>(fact);
    on_written(snapshot.execution, snapshot.checkpoint);
    const uint32_t subtask = runs_.live(snapshot.execution);
    const uint32_t vertex = snapshot.execution.subtask.vertex.value;
    Task& task = tasks_[subtask];
    if (!windows_only_[vertex] || (task.worked && !task.over)) return;
    report_.judged();
    std::optional<uint64_t>& least = least_[vertex];
    if (!least || snapshot.bytes < *least) least = snapshot.bytes;
    const uint64_t names = std::min(snapshot.bytes, task.waiting.size() * kTransactionBytes);
    task.empty_bytes = std::max(task.empty_bytes.value_or(0), snapshot.bytes - names);
  }

  void on_rewind(uint32_t subtask, Rewind how, CheckpointId) override {
    if (how == Rewind::kKeep) return;
    tasks_[subtask].worked = how != Rewind::kToStart;
    tasks_[subtask].over = false;
  }

  void finish(const EndOfRun& end) override {
    look_into_storage(end);
    for (uint32_t s = 0; s < tasks_.size(); ++s) {
      const std::optional<uint64_t>& least = least_[plan_.subtask_id(s).vertex.value];
      if (!tasks_[s].empty_bytes || *tasks_[s].empty_bytes <= *least + kSlack) continue;
      violate("state_leak", plan_.where_subtask(s), "state after the last window",
              std::to_string(*least) + " bytes as where nothing is open",
              std::to_string(*tasks_[s].empty_bytes) + " bytes",
              "a window that is over leaves nothing in the state");
    }
  }

 private:
  struct Task {
    bool worked = false;  // a row came in this lineage
    bool over = false;    // the watermark MAX has passed
    std::optional<uint64_t> empty_bytes;
    std::set<uint64_t> waiting;  // transactions that are frozen and not yet committed
  };

  // Null for what is not of this job.
  Task* task_of(NodeId sink, uint32_t index) {
    const uint32_t instance = plan_.instance(sink, index);
    return instance == kNowhere ? nullptr : &tasks_[plan_.subtask_of(instance)];
  }
  void on_ended(NodeId sink, uint32_t index, uint64_t transaction) {
    if (Task* task = task_of(sink, index)) task->waiting.erase(transaction);
  }

  // What the clock is to end may be open for ever once the input has ended; global windows have no
  // end, and a timeout may take a window's cleanup timer with it (Flink: the two are one). A timer
  // of the clock outlives the session that set it and merged, until it is due.
  static bool ends_with_the_input(const WindowSpec& window) {
    using Kind = TriggerSpec::Kind;
    const bool by_watermark = window.domain == TimeDomain::kEvent && !window.is_global() &&
                              window.assigner != WindowSpec::Assigner::kCustom;
    const bool cleans_up = window.function == nullptr && window.trigger.kind != Kind::kCustom &&
                           window.trigger.kind != Kind::kProcessingTimeout &&
                           window.trigger.kind != Kind::kProcessingTime &&
                           window.trigger.kind != Kind::kContinuousProcessingTime &&
                           window.trigger.nested == nullptr;
    if (window.gap_of != nullptr) return by_watermark && cleans_up;
    const int64_t longest = std::max(window.size.ms, window.gap.ms);
    return by_watermark && cleans_up && wrapping_add(window.allowed_lateness.ms, longest) >= 0;
  }

  struct Snapshot {
    CheckpointId checkpoint;
    uint32_t subtask = 0;
    uint32_t attempt = 0;
  };

  // Or is about to be: what is taken is known, whatever becomes of the task meanwhile.
  void on_written(ExecutionId execution, CheckpointId checkpoint) {
    const uint32_t subtask = plan_.subtask(execution.subtask);
    if (subtask == kNowhere || begun_since_loss_.count(checkpoint) == 0) return;
    known_.push_back({checkpoint, subtask, execution.attempt});
  }

  std::string name_of(const Snapshot& snapshot) const {
    return plan_.graph().config.checkpoint.directory + "/" +
           std::to_string(snapshot.checkpoint.value) + "/" + plan_.where_subtask(snapshot.subtask) +
           "#" + std::to_string(snapshot.attempt);
  }

  // What the JobMaster writes itself when all have acknowledged.
  std::string metadata_name(CheckpointId id) const {
    return plan_.graph().config.checkpoint.directory + "/chk-" + std::to_string(id.value) +
           "/_metadata";
  }

  // A finished job keeps nothing; one that has failed keeps what had completed (reference 8.1).
  void look_into_storage(const EndOfRun& end) {
    if (!end.finished() && end.how != EndOfRun::How::kFailed) return;
    report_.judged(known_.size());
    if (end.blobs.empty()) return;
    std::map<std::string, CheckpointId> names;
    for (const Snapshot& snapshot : known_) names[name_of(snapshot)] = snapshot.checkpoint;
    for (const CheckpointId id : begun_since_loss_) names[metadata_name(id)] = id;
    for (const std::string& blob : end.blobs) {
      const auto known = names.find(blob);
      if (known == names.end()) continue;
      if (!end.finished() && aborted_.count(known->second) == 0) continue;
      violate("state_leak", "storage", blob, "deleted", "still there",
              "nobody can restore checkpoint " + std::to_string(known->second.value) + " any more");
    }
  }

  bool holds_windows_only(const JobVertex& vertex) const {
    bool windows = false;
    for (const NodeId id : vertex.nodes) {
      const NodeSpec& spec = plan_.node(id).spec;
      if (const WindowSpec* window = windows_of_node(spec)) {
        if (!ends_with_the_input(*window)) return false;
        windows = true;
      } else if (std::holds_alternative<IntervalJoinSpec>(spec)) {
        windows = true;  // a row is kept as long as one of the other side can reach it
      } else if (std::holds_alternative<KeyedProcessSpec>(spec) ||
                 std::holds_alternative<RunningAggregateSpec>(spec) ||
                 std::holds_alternative<CoProcessSpec>(spec) ||
                 std::holds_alternative<BroadcastProcessSpec>(spec) ||
                 std::holds_alternative<AsyncSpec>(spec) ||
                 std::holds_alternative<SourceSpec>(spec)) {
        return false;
      }
    }
    return windows;
  }

  std::vector<Task> tasks_;  // by subtask
  std::vector<std::optional<uint64_t>>
      least_;                       // by vertex: the smallest state of one with nothing open
  std::vector<bool> windows_only_;  // by vertex
  std::set<CheckpointId> begun_since_loss_;
  std::set<CheckpointId> aborted_;
  std::vector<Snapshot> known_;  // that the JobMaster was told of
};

}  // namespace

OraclePtr make_leak_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<LeakOracle>(plan, runs);
}

}  // namespace leat
