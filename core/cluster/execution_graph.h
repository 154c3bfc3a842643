// The job as it runs: for every subtask its current execution, where it is and in which state.
//
//   CREATED -> DEPLOYING -> INITIALIZING -> RUNNING -> FINISHED
//   CREATED -> CANCELED;  DEPLOYING, INITIALIZING, RUNNING -> CANCELING -> CANCELED;  all three ->
//   FAILED
//
// Invariants: a terminal state is never left, only reset() begins anew, with a higher attempt; a
// failure while CANCELING counts as CANCELED (reference 9.5; Flink: ExecutionGraph, Execution).
#pragma once

#include <vector>

#include "core/cluster/subtask_index.h"
#include "core/trace/facts.h"

namespace leat {

constexpr bool is_terminal(ExecutionState state) {
  return state == ExecutionState::kFinished || state == ExecutionState::kCanceled ||
         state == ExecutionState::kFailed;
}

struct Execution {
  ExecutionId id;
  ExecutionState state = ExecutionState::kCreated;
  ProcessId process;  // from DEPLOYING on
  uint32_t slot = 0;
  bool end_of_data = false;  // it has seen all its input and waits for its last checkpoint
};

class ExecutionGraph {
 public:
  explicit ExecutionGraph(const JobGraph& job);

  const JobGraph& job() const { return job_; }
  const SubtaskIndex& index() const { return index_; }
  uint32_t count() const { return index_.count(); }
  const Execution& at(uint32_t flat) const { return executions_[flat]; }
  // The current execution with this id; null if the id is of an older attempt or of no subtask.
  const Execution* find(ExecutionId id) const;

  // Moves on; false (and nothing happens) where the state machine has no such step. A failure of an
  // execution that is being cancelled makes it CANCELED.
  bool transition(uint32_t flat, ExecutionState to);
  void place(uint32_t flat, ProcessId process, uint32_t slot);
  // True where this was news.
  bool reach_end_of_data(uint32_t flat);
  // All anew, as attempt `attempt`.  REQUIRES: all terminal or CREATED; a higher attempt.
  void reset(uint32_t attempt);

  bool all(ExecutionState state) const;
  bool all_terminal() const;
  // All have reached the end of their data, or finished, and one at least is still there.
  bool all_at_end_of_data() const;

 private:
  const JobGraph& job_;
  SubtaskIndex index_;
  std::vector<Execution> executions_;
};

}  // namespace leat
