#include "core/cluster/task_table.h"

namespace leat {

TaskTable::Entry* TaskTable::find(ExecutionId execution) {
  if (!index_.contains(execution.subtask)) return nullptr;
  Entry& entry = entries_[index_.of(execution.subtask)];
  return entry.execution == execution ? &entry : nullptr;
}

Task* TaskTable::task(ExecutionId execution) {
  const Entry* entry = find(execution);
  return entry == nullptr || entry->doomed ? nullptr : entry->task.get();
}

Task* TaskTable::task_of_local(uint32_t local) {
  return local < local_.size() ? task(local_[local]) : nullptr;
}

TaskTable::Entry& TaskTable::begin(ExecutionId execution) {
  check(index_.contains(execution.subtask), "a task is deployed that is not in the job");
  Entry& entry = entries_[index_.of(execution.subtask)];
  entry = Entry{};
  entry.execution = execution;
  return entry;
}

void TaskTable::own(Entry& entry, uint32_t local) {
  check(local == next_local(), "a local task number is used out of order");
  local_.push_back(entry.execution);
}

void TaskTable::doom(Entry& entry) {
  entry.task->discard_snapshots();
  entry.doomed = true;
  any_doomed_ = true;
}

void TaskTable::destroy_doomed() {
  if (!any_doomed_) return;
  any_doomed_ = false;
  for (Entry& entry : entries_) {
    if (entry.doomed) entry.task.reset();
  }
}

void TaskTable::clear() {
  for (Entry& entry : entries_) {
    if (entry.task != nullptr && !entry.doomed) entry.task->discard_snapshots();
    entry = Entry{};
  }
}

}  // namespace leat
