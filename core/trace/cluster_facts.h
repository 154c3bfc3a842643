// Facts of the cluster and of checkpoints: who runs where, and which state is complete. What a fact
// is: facts.h.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

enum class JobStatus : uint8_t { kCreated, kRunning, kRestarting, kFailing, kFailed, kFinished };
enum class ExecutionState : uint8_t {
  kCreated,
  kDeploying,
  kInitializing,
  kRunning,
  kFinished,
  kCanceling,
  kCanceled,
  kFailed
};
enum class AbortReason : uint8_t {
  kExpired,
  kDeclined,
  kSubsumed,
  kStorageFailed,
  kJobFailover,
  kCoordinatorSuspend,
  kTaskNotRunning
};

const char* name_of(JobStatus status);
const char* name_of(ExecutionState state);
const char* name_of(AbortReason reason);

struct TaskManagerRegistered {
  static constexpr const char* kName = "TaskManagerRegistered";
  ProcessId process;
  uint32_t slots = 0;
  template <class F>
  void fields(F&& f) const {
    f("process", process);
    f("slots", slots);
  }
};
struct TaskManagerLost {  // noticed by heartbeats or a reset connection
  static constexpr const char* kName = "TaskManagerLost";
  ProcessId process;
  template <class F>
  void fields(F&& f) const {
    f("process", process);
  }
};
struct SlotAllocated {
  static constexpr const char* kName = "SlotAllocated";
  ProcessId process;
  uint32_t slot = 0;
  template <class F>
  void fields(F&& f) const {
    f("process", process);
    f("slot", slot);
  }
};
struct JobStatusChanged {
  static constexpr const char* kName = "JobStatusChanged";
  JobStatus status = JobStatus::kCreated;
  template <class F>
  void fields(F&& f) const {
    f("status", status);
  }
};
struct ExecutionStateChanged {  // as the JobMaster sees it
  static constexpr const char* kName = "ExecutionStateChanged";
  ExecutionId execution;
  ExecutionState state = ExecutionState::kCreated;
  ProcessId process;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("state", state);
    f("process", process);
  }
};
struct JobRestored {  // the whole job starts anew from `checkpoint` (0: from nothing)
  static constexpr const char* kName = "JobRestored";
  CheckpointId checkpoint;
  uint32_t restarts = 0;
  template <class F>
  void fields(F&& f) const {
    f("checkpoint", checkpoint);
    f("restarts", restarts);
  }
};

struct AlignmentHeard {  // the JobMaster knows how far this subtask of a source is
  static constexpr const char* kName = "AlignmentHeard";
  NodeId node;
  uint32_t subtask = 0;
  EventTime time;
  template <class F>
  void fields(F&& f) const {
    f("node", node);
    f("subtask", subtask);
    f("time", time);
  }
};
struct AlignmentAnnounced {  // and tells it how far it may be
  static constexpr const char* kName = "AlignmentAnnounced";
  NodeId node;
  uint32_t subtask = 0;
  EventTime limit;
  template <class F>
  void fields(F&& f) const {
    f("node", node);
    f("subtask", subtask);
    f("limit", limit);
  }
};

struct CheckpointTriggered {
  static constexpr const char* kName = "CheckpointTriggered";
  CheckpointId checkpoint;
  template <class F>
  void fields(F&& f) const {
    f("checkpoint", checkpoint);
  }
};
struct BarrierReceived {  // channel is blocked until the alignment is complete
  static constexpr const char* kName = "BarrierReceived";
  ExecutionId execution;
  uint32_t channel = 0;
  CheckpointId checkpoint;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("channel", channel);
    f("checkpoint", checkpoint);
  }
};
struct BarrierAligned {
  static constexpr const char* kName = "BarrierAligned";
  ExecutionId execution;
  CheckpointId checkpoint;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("checkpoint", checkpoint);
  }
};
struct SnapshotTaken {  // the synchronous part; state is now frozen
  static constexpr const char* kName = "SnapshotTaken";
  ExecutionId execution;
  CheckpointId checkpoint;
  uint64_t bytes = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("checkpoint", checkpoint);
    f("bytes", bytes);
    f("hash", hash);
  }
};
struct CheckpointAcknowledged {  // the coordinator has counted the acknowledgement
  static constexpr const char* kName = "CheckpointAcknowledged";
  ExecutionId execution;
  CheckpointId checkpoint;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("checkpoint", checkpoint);
  }
};
struct CheckpointCompleted {
  static constexpr const char* kName = "CheckpointCompleted";
  CheckpointId checkpoint;
  template <class F>
  void fields(F&& f) const {
    f("checkpoint", checkpoint);
  }
};
struct CheckpointAborted {
  static constexpr const char* kName = "CheckpointAborted";
  CheckpointId checkpoint;
  AbortReason reason = AbortReason::kExpired;
  template <class F>
  void fields(F&& f) const {
    f("checkpoint", checkpoint);
    f("reason", reason);
  }
};
struct CompletionNotified {  // the task has heard of it
  static constexpr const char* kName = "CompletionNotified";
  ExecutionId execution;
  CheckpointId checkpoint;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("checkpoint", checkpoint);
  }
};

}  // namespace leat
