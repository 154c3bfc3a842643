// Which attempt of each subtask counts now, and how far its history is to be cut back when a new
// attempt starts: the lineage that every oracle follows.
//
// A later attempt of a subtask replaces the earlier ones: what these still do (a paused machine
// that does not know) has no effect, and what they had done after the checkpoint that the new one
// starts from never happened.
#pragma once

#include <cstdint>
#include <vector>

#include "core/trace/facts.h"
#include "sim/oracle/plan.h"

namespace leat {

// How the history of a subtask goes on in a new attempt.
enum class Rewind : uint8_t {
  kToStart,     // from nothing
  kToSnapshot,  // from what the subtask had at the checkpoint
  kKeep,        // the subtask had finished before the checkpoint: all of it stands
  kUnknown,     // the checkpoint has no snapshot of this subtask
};

class Runs {
 public:
  explicit Runs(const Plan& plan) : plan_(plan), tasks_(plan.subtasks()) {}

  // kNowhere where the execution is not (or no more) the one that counts.
  uint32_t live(ExecutionId execution) const {
    const uint32_t subtask = plan_.subtask(execution.subtask);
    const bool counts = subtask != kNowhere && tasks_[subtask].attempt == execution.attempt;
    return counts ? subtask : kNowhere;
  }
  uint32_t attempt(uint32_t subtask) const { return tasks_[subtask].attempt; }
  bool finished(uint32_t subtask) const { return tasks_[subtask].finished; }
  bool has_snapshot(uint32_t subtask, CheckpointId id) const;
  // Whether the checkpoint may be restored from: it completed.
  CheckpointId latest_completed() const { return completed_; }
  uint32_t restores() const { return restores_; }
  ProcTime now() const { return now_; }

  void tick(ProcTime at) { now_ = at; }
  // False where the attempt is not new.
  bool deploy(uint32_t subtask, uint32_t attempt, CheckpointId from, Rewind* rewind);
  void snapshot(uint32_t subtask, CheckpointId id) { tasks_[subtask].snapshots.push_back(id); }
  void finish(uint32_t subtask) { tasks_[subtask].finished = true; }
  void complete(CheckpointId id) {
    if (id > completed_) completed_ = id;
  }
  void restored() { ++restores_; }

 private:
  struct TaskRun {
    uint32_t attempt = 0;
    bool finished = false;
    std::vector<CheckpointId> snapshots;  // of the lineage, ascending
  };
  const Plan& plan_;
  std::vector<TaskRun> tasks_;
  CheckpointId completed_;
  uint32_t restores_ = 0;
  ProcTime now_;
};

// What one subtask has, now and at each checkpoint that may still be restored.
template <class State>
class Snapshots {
 public:
  State now{};

  void take(CheckpointId id) { taken_.push_back({id, now}); }
  void rewind(Rewind how, CheckpointId id) {
    if (how == Rewind::kKeep) return;
    if (how == Rewind::kToSnapshot) {
      while (!taken_.empty() && taken_.back().id > id) taken_.pop_back();
      if (!taken_.empty()) {
        now = taken_.back().state;
        return;
      }
    }
    taken_.clear();
    now = State{};
  }
  // Checkpoints before `id` will not be restored any more.
  void settle(CheckpointId id) {
    size_t old = 0;
    while (old < taken_.size() && taken_[old].id < id) ++old;
    taken_.erase(taken_.begin(), taken_.begin() + static_cast<std::ptrdiff_t>(old));
  }
  const State* at(CheckpointId id) const {
    for (const Taken& taken : taken_) {
      if (taken.id == id) return &taken.state;
    }
    return nullptr;
  }

 private:
  struct Taken {
    CheckpointId id;
    State state;
  };
  std::vector<Taken> taken_;
};

}  // namespace leat
