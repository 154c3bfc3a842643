#include "core/cluster/checkpoint_failures.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

const char* name_of(CheckpointFailure reason) {
  static constexpr const char* kNames[kCheckpointFailures] = {
      "CHECKPOINT_EXPIRED",
      "CHECKPOINT_SUBSUMED",
      "FINALIZE_CHECKPOINT_FAILURE",
      "JOB_FAILOVER_REGION",
      "CHECKPOINT_COORDINATOR_SUSPEND",
      "CHECKPOINT_COORDINATOR_SHUTDOWN",
      "PERIODIC_SCHEDULER_SHUTDOWN",
      "NOT_ALL_REQUIRED_TASKS_RUNNING",
      "CHECKPOINT_DECLINED",
      "CHECKPOINT_DECLINED_TASK_NOT_READY",
      "CHECKPOINT_DECLINED_TASK_CLOSING",
      "CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER",
      "CHECKPOINT_DECLINED_SUBSUMED",
      "CHECKPOINT_DECLINED_INPUT_END_OF_STREAM",
      "CHECKPOINT_ASYNC_EXCEPTION",
      "IO_EXCEPTION",
      "TASK_FAILURE",
      "TASK_CHECKPOINT_FAILURE",
  };
  return kNames[static_cast<size_t>(reason)];
}

AbortReason abort_reason(CheckpointFailure reason) {
  switch (reason) {
    case CheckpointFailure::kExpired:
      return AbortReason::kExpired;
    case CheckpointFailure::kSubsumed:
      return AbortReason::kSubsumed;
    case CheckpointFailure::kStorageFailed:
      return AbortReason::kStorageFailed;
    case CheckpointFailure::kJobFailover:
      return AbortReason::kJobFailover;
    case CheckpointFailure::kCoordinatorSuspend:
    case CheckpointFailure::kCoordinatorShutdown:
    case CheckpointFailure::kSchedulerShutdown:
      return AbortReason::kCoordinatorSuspend;
    case CheckpointFailure::kTaskNotRunning:
      return AbortReason::kTaskNotRunning;
    default:
      return AbortReason::kDeclined;
  }
}

CheckpointFailure checkpoint_failure(AbortReason reason) {
  switch (reason) {
    case AbortReason::kExpired:
      return CheckpointFailure::kExpired;
    case AbortReason::kDeclined:
      return CheckpointFailure::kDeclined;
    case AbortReason::kSubsumed:
      return CheckpointFailure::kSubsumed;
    case AbortReason::kStorageFailed:
      return CheckpointFailure::kStorageFailed;
    case AbortReason::kJobFailover:
      return CheckpointFailure::kJobFailover;
    case AbortReason::kCoordinatorSuspend:
      return CheckpointFailure::kCoordinatorSuspend;
    case AbortReason::kTaskNotRunning:
      return CheckpointFailure::kTaskNotRunning;
  }
  fail_check("a checkpoint was given up for no reason");
}

bool CheckpointFailures::add(CheckpointId id, CheckpointFailure reason) {
  const bool counts =
      reason == CheckpointFailure::kExpired || reason == CheckpointFailure::kDeclined ||
      reason == CheckpointFailure::kAsyncFailed || reason == CheckpointFailure::kIoFailed ||
      reason == CheckpointFailure::kStorageFailed;
  if (!counts || id <= last_completed_) return false;
  failed_.insert(id);
  if (failed_.size() <= tolerable_) return false;
  failed_.clear();
  return true;
}

void CheckpointFailures::completed(CheckpointId id) {
  last_completed_ = std::max(last_completed_, id);
  failed_.clear();
}

}  // namespace leat
