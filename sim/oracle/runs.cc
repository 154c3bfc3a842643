#include "sim/oracle/runs.h"

#include <algorithm>

namespace leat {

bool Runs::has_snapshot(uint32_t subtask, CheckpointId id) const {
  const auto& taken = tasks_[subtask].snapshots;
  return std::find(taken.begin(), taken.end(), id) != taken.end();
}

bool Runs::deploy(uint32_t subtask, uint32_t attempt, CheckpointId from, Rewind* rewind) {
  TaskRun& run = tasks_[subtask];
  if (attempt <= run.attempt) return false;
  run.attempt = attempt;
  if (from.value == 0) {
    *rewind = Rewind::kToStart;
  } else if (has_snapshot(subtask, from)) {
    *rewind = Rewind::kToSnapshot;
  } else {
    *rewind = run.finished ? Rewind::kKeep : Rewind::kUnknown;
  }
  if (*rewind == Rewind::kKeep) return true;
  run.finished = false;
  while (!run.snapshots.empty() && run.snapshots.back() > from) run.snapshots.pop_back();
  return true;
}

}  // namespace leat
