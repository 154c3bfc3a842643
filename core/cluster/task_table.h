// The tasks of one TaskManager: at most one attempt of each subtask at a time, and how the last one
// of each stands (so that it can be told again after a broken connection).
#pragma once

#include <memory>
#include <vector>

#include "core/cluster/subtask_index.h"
#include "core/runtime/task.h"

namespace leat {

class TaskTable {
 public:
  struct Entry {
    ExecutionId execution;                            // attempt 0: none yet
    ExecutionState state = ExecutionState::kCreated;  // the last one that was told
    std::string cause;
    bool end_of_data = false;
    uint32_t unanswered_events = 0;  // sent to its source coordinator
    bool doomed = false;             // over; destroyed after the outer call
    std::unique_ptr<Task> task;
  };

  explicit TaskTable(const JobGraph& job) : index_(job), entries_(index_.count()) {}

  // The entry of exactly this attempt, alive or not; null: it was never here, or a newer one is.
  Entry* find(ExecutionId execution);
  // Its task, if it is there and not doomed.
  Task* task(ExecutionId execution);
  Task* task_of_local(uint32_t local);
  // Begins a new attempt; one of the same subtask that still runs is destroyed.
  // REQUIRES: not called from inside a task.
  Entry& begin(ExecutionId execution);
  uint32_t next_local() const { return static_cast<uint32_t>(local_.size()); }
  void own(Entry& entry, uint32_t local);  // REQUIRES: local == next_local()

  void doom(Entry& entry);
  // REQUIRES: not called from inside a task.
  void destroy_doomed();
  void clear();

  std::vector<Entry>& entries() { return entries_; }

 private:
  SubtaskIndex index_;
  std::vector<Entry> entries_;
  std::vector<ExecutionId> local_;  // by number
  bool any_doomed_ = false;
};

}  // namespace leat
