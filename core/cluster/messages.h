// What the parts of the cluster say to each other: plain structs and their canonical bytes.
//
// A control message opens with its type and its fence: the leader session of the JobManager and the
// registration of the TaskManager concerned. A receiver drops what was meant for, or comes from, a
// session or registration other than the current one (Flink: fenced RPC endpoints).
#pragma once

#include "core/cluster/wire.h"

namespace leat::rpc {

// ---- TaskManager <-> ResourceManager ----
struct Register {  // the one message that needs no fence: it asks for one
  static constexpr MessageType kType = MessageType::kRegister;
  uint32_t incarnation = 0;
  uint32_t slots = 0;
  uint64_t left = 0;  // the registration under this leader that it has given up; 0: none
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.incarnation);
    a(m.slots);
    a(m.left);
  }
};
// The TaskManager is (again) new to the cluster: whatever it had before under another registration
// was given up.
struct Registered {
  static constexpr MessageType kType = MessageType::kRegistered;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct Dismissed {  // the cluster is shutting down
  static constexpr MessageType kType = MessageType::kDismissed;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct LeaderChanged {
  static constexpr MessageType kType = MessageType::kLeaderChanged;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct RequestSlot {  // "offer this slot to the JobMaster"
  static constexpr MessageType kType = MessageType::kRequestSlot;
  uint32_t slot = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.slot);
  }
};
struct Disconnected {  // your registration is over; register anew if you are there
  static constexpr MessageType kType = MessageType::kDisconnected;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct Probe {
  static constexpr MessageType kType = MessageType::kProbe;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct ProbeReply {
  static constexpr MessageType kType = MessageType::kProbeReply;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};

// ---- inside the JobManager ----
struct StartJob {
  static constexpr MessageType kType = MessageType::kStartJob;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct JobEnded {
  static constexpr MessageType kType = MessageType::kJobEnded;
  JobStatus status = JobStatus::kFinished;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.status);
  }
};
struct RequireSlots {  // in all, not in addition (Flink: declarative resource management)
  static constexpr MessageType kType = MessageType::kRequireSlots;
  uint32_t slots = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.slots);
  }
};
struct TaskManagerGone {  // the fence's registration of this process is over
  static constexpr MessageType kType = MessageType::kTaskManagerGone;
  ProcessId process;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.process);
  }
};
struct TaskManagerUnreachable {  // the JobMaster's heartbeats say so
  static constexpr MessageType kType = MessageType::kTaskManagerUnreachable;
  ProcessId process;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.process);
  }
};
struct ShutDown {
  static constexpr MessageType kType = MessageType::kShutDown;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};

// ---- TaskManager <-> JobMaster ----
struct OfferSlots {
  static constexpr MessageType kType = MessageType::kOfferSlots;
  std::vector<uint32_t> slots;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.slots);
  }
};
// All tasks that one TaskManager gets in one attempt of the job. `placements` covers every subtask,
// in the order of vertices and indices.
struct DeployedTask {
  ExecutionId execution;
  uint32_t slot = 0;
  std::string snapshot_blob;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.slot);
    a(m.snapshot_blob);
  }
};
struct Deploy {
  static constexpr MessageType kType = MessageType::kDeploy;
  CheckpointId restore_from;
  std::vector<Placement> placements;
  std::vector<DeployedTask> tasks;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.restore_from);
    a(m.placements);
    a(m.tasks);
  }
};
struct Cancel {
  static constexpr MessageType kType = MessageType::kCancel;
  ExecutionId execution;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
  }
};
struct TaskState {
  static constexpr MessageType kType = MessageType::kTaskState;
  ExecutionId execution;
  ExecutionState state = ExecutionState::kCreated;
  std::string cause;  // kFailed
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.state);
    a(m.cause);
  }
};
struct EndOfDataReached {
  static constexpr MessageType kType = MessageType::kEndOfDataReached;
  ExecutionId execution;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
  }
};
struct Heartbeat {
  static constexpr MessageType kType = MessageType::kHeartbeat;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct ExecutionReport {  // what runs here (Flink: ExecutionDeploymentReport)
  static constexpr MessageType kType = MessageType::kExecutionReport;
  std::vector<ExecutionId> executions;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.executions);
  }
};
struct Trigger {
  static constexpr MessageType kType = MessageType::kTrigger;
  ExecutionId execution;
  CheckpointId checkpoint;
  ProcTime timestamp;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.checkpoint);
    a(m.timestamp);
  }
};
struct TriggerReceived {
  static constexpr MessageType kType = MessageType::kTriggerReceived;
  ExecutionId execution;
  CheckpointId checkpoint;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.checkpoint);
  }
};
struct Acknowledge {
  static constexpr MessageType kType = MessageType::kAcknowledge;
  ExecutionId execution;
  CheckpointId checkpoint;
  SnapshotHandle handle;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.checkpoint);
    a(m.handle);
  }
};
struct Decline {
  static constexpr MessageType kType = MessageType::kDecline;
  ExecutionId execution;
  CheckpointId checkpoint;
  AbortReason reason = AbortReason::kDeclined;
  std::string cause;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.checkpoint);
    a(m.reason);
    a(m.cause);
  }
};
struct NotifyComplete {
  static constexpr MessageType kType = MessageType::kNotifyComplete;
  ExecutionId execution;
  CheckpointId checkpoint;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.checkpoint);
  }
};
struct NotifyAborted {
  static constexpr MessageType kType = MessageType::kNotifyAborted;
  ExecutionId execution;
  CheckpointId checkpoint;
  CheckpointId latest_complete;  // 0: none
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.checkpoint);
    a(m.latest_complete);
  }
};
struct CoordinatorEvent {  // enumerator -> reader
  static constexpr MessageType kType = MessageType::kCoordinatorEvent;
  ExecutionId execution;
  NodeId node;
  uint64_t number = 0;
  Bytes event;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.node);
    a(m.number);
    a(m.event);
  }
};
struct CoordinatorEventReceived {  // the reader has it
  static constexpr MessageType kType = MessageType::kCoordinatorEventReceived;
  ExecutionId execution;
  NodeId node;
  uint64_t number = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.node);
    a(m.number);
  }
};
struct ReaderEvent {  // reader -> enumerator
  static constexpr MessageType kType = MessageType::kReaderEvent;
  ExecutionId execution;
  NodeId node;
  Bytes event;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.node);
    a(m.event);
  }
};
struct ReaderEventReceived {
  static constexpr MessageType kType = MessageType::kReaderEventReceived;
  ExecutionId execution;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
  }
};

}  // namespace leat::rpc
