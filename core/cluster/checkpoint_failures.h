// Why checkpoints fail, and how many in a row may. (Flink: CheckpointFailureReason,
// CheckpointFailureManager; reference 8.13; recorded in machine/coordinator.)
#pragma once

#include <set>

#include "core/base/ids.h"
#include "core/trace/facts.h"

namespace leat {

enum class CheckpointFailure : uint8_t {
  // The coordinator's own.
  kExpired,
  kSubsumed,  // a later one has completed
  kStorageFailed,
  kJobFailover,
  kCoordinatorSuspend,
  kCoordinatorShutdown,
  kSchedulerShutdown,
  kTaskNotRunning,  // one that is needed
  // What a task says.
  kDeclined,
  kTaskNotReady,
  kTaskClosing,
  kCancelledUpstream,
  kDeclinedSubsumed,
  kInputEnded,
  kAsyncFailed,
  kIoFailed,
  kTaskFailed,
  kTaskCheckpointFailed,
};
inline constexpr uint8_t kCheckpointFailures = 18;
const char* name_of(CheckpointFailure reason);  // as Flink: "CHECKPOINT_EXPIRED"
AbortReason abort_reason(CheckpointFailure reason);
// The one that a fact of this reason tells.
CheckpointFailure checkpoint_failure(AbortReason reason);

class CheckpointFailures {
 public:
  explicit CheckpointFailures(uint32_t tolerable) : tolerable_(tolerable) {}

  // True: one too many, the job is to fail; it counts anew from here. Each id counts once, none at
  // or below the last that completed, and only for reasons that say something about the job.
  bool add(CheckpointId id, CheckpointFailure reason);
  void completed(CheckpointId id);

 private:
  uint32_t tolerable_;
  CheckpointId last_completed_;
  std::set<CheckpointId> failed_;
};

}  // namespace leat
