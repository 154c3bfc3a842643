// Leaks (LEAK): a subtask whose windows are all over has no more state than one that never had any,
// as far as facts show it: by the size of snapshots. And at the end storage holds no blob of a
// checkpoint that nobody can restore any more, unless whoever was to delete it may not have been
// able to: a process has died, or a message was lost, since the checkpoint began.
#include <algorithm>
#include <optional>
#include <set>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

// What an empty snapshot may differ by from another: counters, lengths, and the names of a few
// transactions where the chain ends in a sink; no contents.
constexpr uint64_t kSlack = 64;

class LeakOracle final : public Oracle {
 public:
  LeakOracle(const Plan& plan, const Runs& runs)
      : Oracle("leaks", plan, runs), tasks_(plan.subtasks()), least_(plan.job().vertices.size()) {
    for (const JobVertex& vertex : plan.job().vertices)
      windows_only_.push_back(holds_windows_only(vertex));
  }

  uint64_t facts() const override {
    return fact_set<SnapshotTaken, WatermarkAdvanced, CheckpointTriggered, CheckpointAborted,
                    ProcessDied, ConnectionReset, MessageLost>();
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
    if (!std::holds_alternative<SnapshotTaken>(fact)) {
      begun_since_loss_.clear();
      aborted_.clear();
      return;
    }
    const auto& snapshot = std::get<SnapshotTaken>(fact);
    const uint32_t subtask = runs_.live(snapshot.execution);
    const uint32_t vertex = snapshot.execution.subtask.vertex.value;
    Task& task = tasks_[subtask];
    if (!windows_only_[vertex] || (task.worked && !task.over)) return;
    report_.judged();
    std::optional<uint64_t>& least = least_[vertex];
    if (!least || snapshot.bytes < *least) least = snapshot.bytes;
    task.empty_bytes = std::max(task.empty_bytes.value_or(0), snapshot.bytes);
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
  };

  // "checkpoints/7/sum[0]#1" and "checkpoints/chk-7/_metadata" are of checkpoint 7.
  std::optional<CheckpointId> checkpoint_of(const std::string& blob) const {
    std::string begin = plan_.graph().config.checkpoint.directory + "/";
    if (!blob.starts_with(begin)) return std::nullopt;
    if (blob.starts_with(begin + "chk-")) begin += "chk-";
    uint64_t id = 0;
    size_t at = begin.size();
    for (; at < blob.size() && blob[at] >= '0' && blob[at] <= '9'; ++at) {
      id = id * 10 + static_cast<uint64_t>(blob[at] - '0');
    }
    if (at == begin.size() || at == blob.size() || blob[at] != '/') return std::nullopt;
    return CheckpointId{id};
  }

  // A finished job keeps nothing; one that has failed keeps what had completed (reference 8.1).
  void look_into_storage(const EndOfRun& end) {
    if (!end.finished() && end.how != EndOfRun::How::kFailed) return;
    for (const std::string& blob : end.blobs) {
      const std::optional<CheckpointId> id = checkpoint_of(blob);
      if (!id || begun_since_loss_.count(*id) == 0) continue;
      report_.judged();
      if (!end.finished() && aborted_.count(*id) == 0) continue;
      violate("state_leak", "storage", blob, "deleted", "still there",
              "nobody can restore checkpoint " + std::to_string(id->value) + " any more");
    }
  }

  bool holds_windows_only(const JobVertex& vertex) const {
    bool windows = false;
    for (const NodeId id : vertex.nodes) {
      const NodeSpec& spec = plan_.node(id).spec;
      if (const auto* window = std::get_if<WindowSpec>(&spec)) {
        // What the clock is to end may be open for ever once the input has ended.
        if (window->domain == TimeDomain::kProcessing) return false;
        if (wrapping_add(window->allowed_lateness.ms, window->size.ms) < 0) return false;
        windows = true;
      } else if (std::holds_alternative<KeyedProcessSpec>(spec) ||
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
};

}  // namespace

OraclePtr make_leak_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<LeakOracle>(plan, runs);
}

}  // namespace leat
