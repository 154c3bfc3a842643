#include "core/cluster/execution_graph.h"

#include <algorithm>

namespace leat {

namespace {

bool is_active(ExecutionState s) {
  return s == ExecutionState::kDeploying || s == ExecutionState::kInitializing ||
         s == ExecutionState::kRunning;
}

bool may_follow(ExecutionState from, ExecutionState to) {
  switch (to) {
    case ExecutionState::kCreated:
      return false;
    case ExecutionState::kDeploying:
      return from == ExecutionState::kCreated;
    case ExecutionState::kInitializing:
      return from == ExecutionState::kDeploying;
    case ExecutionState::kRunning:
      return from == ExecutionState::kDeploying || from == ExecutionState::kInitializing;
    case ExecutionState::kFinished:
      // Also out of CANCELING: the task was faster than the request.
      return is_active(from) || from == ExecutionState::kCanceling;
    case ExecutionState::kCanceling:
      return is_active(from);
    case ExecutionState::kCanceled:
      return from == ExecutionState::kCreated || from == ExecutionState::kCanceling;
    case ExecutionState::kFailed:
      return from == ExecutionState::kCreated || is_active(from);
  }
  return false;
}

}  // namespace

ExecutionGraph::ExecutionGraph(const JobGraph& job) : job_(job), index_(job) {
  executions_.reserve(index_.count());
  for (uint32_t flat = 0; flat < index_.count(); ++flat) {
    Execution execution;
    execution.id = {index_.at(flat), 0};
    executions_.push_back(execution);
  }
}

const Execution* ExecutionGraph::find(ExecutionId id) const {
  if (!index_.contains(id.subtask)) return nullptr;
  const Execution& current = executions_[index_.of(id.subtask)];
  return current.id == id ? &current : nullptr;
}

bool ExecutionGraph::transition(uint32_t flat, ExecutionState to) {
  Execution& execution = executions_[flat];
  if (to == ExecutionState::kFailed && execution.state == ExecutionState::kCanceling) {
    to = ExecutionState::kCanceled;
  }
  if (!may_follow(execution.state, to)) return false;
  execution.state = to;
  return true;
}

void ExecutionGraph::place(uint32_t flat, ProcessId process, uint32_t slot) {
  check(executions_[flat].state == ExecutionState::kCreated, "a running execution is placed anew");
  executions_[flat].process = process;
  executions_[flat].slot = slot;
}

bool ExecutionGraph::reach_end_of_data(uint32_t flat) {
  const bool news = !executions_[flat].end_of_data;
  executions_[flat].end_of_data = true;
  return news;
}

void ExecutionGraph::reset(uint32_t attempt) {
  for (Execution& execution : executions_) {
    check(is_terminal(execution.state) || execution.state == ExecutionState::kCreated,
          "an execution is reset while its task may still run");
    check(attempt > execution.id.attempt, "an attempt number is used again");
    const SubtaskId subtask = execution.id.subtask;
    execution = Execution{};
    execution.id = {subtask, attempt};
  }
}

bool ExecutionGraph::all(ExecutionState state) const {
  return std::all_of(executions_.begin(), executions_.end(),
                     [&](const Execution& e) { return e.state == state; });
}

bool ExecutionGraph::all_terminal() const {
  return std::all_of(executions_.begin(), executions_.end(),
                     [](const Execution& e) { return is_terminal(e.state); });
}

bool ExecutionGraph::all_at_end_of_data() const {
  bool alive = false;
  for (const Execution& execution : executions_) {
    if (execution.state == ExecutionState::kFinished) continue;
    if (execution.state != ExecutionState::kRunning || !execution.end_of_data) return false;
    alive = true;
  }
  return alive;
}

}  // namespace leat
