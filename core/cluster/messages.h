// What the parts of the cluster say to each other: plain structs and their canonical bytes.
//
// A control message opens with its type and its fence: the leader session of the JobManager and the
// registration of the TaskManager concerned. A receiver drops what was meant for, or comes from, a
// session or registration other than the current one (Flink: fenced RPC endpoints). Messages of the
// data plane are fenced by the attempt in the execution's id instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/data/element.h"
#include "core/env/env.h"
#include "core/runtime/task.h"
#include "core/trace/facts.h"

namespace leat {

// ---- endpoints ----
inline constexpr uint32_t kDispatcher = 0;  // in the JobManager
inline constexpr uint32_t kResourceManager = 1;
inline constexpr uint32_t kJobMaster = 2;
inline constexpr uint32_t kTaskExecutor = 0;  // in a TaskManager
inline constexpr uint32_t kDataPlane = 1;

enum class MessageType : uint8_t {
  // TaskManager <-> ResourceManager
  kRegister,
  kRegistered,
  kRefused,
  kLeaderChanged,
  kRequestSlot,
  kDisconnected,
  kProbe,
  kProbeReply,
  // inside the JobManager
  kStartJob,
  kJobEnded,
  kRequireSlots,
  kTaskManagerGone,
  kTaskManagerUnreachable,
  kShutDown,
  // TaskManager <-> JobMaster
  kOfferSlots,
  kDeploy,
  kCancel,
  kTaskState,
  kEndOfDataReached,
  kHeartbeat,
  kExecutionReport,
  kTrigger,
  kTriggerReceived,
  kAcknowledge,
  kDecline,
  kNotifyComplete,
  kNotifyAborted,
  kCoordinatorEvent,
  kCoordinatorEventReceived,
  kReaderEvent,
  kReaderEventReceived,
  // data plane
  kBatch,
  kCredit,
  kPartitionRequest,
  kPartitionNotFound,
};

struct Fence {
  uint64_t leader = 0;        // counts the JobManager's leaderships from 1; 0: not known yet
  uint64_t registration = 0;  // counts the ResourceManager's registrations; 0: none concerned
  friend constexpr bool operator==(Fence, Fence) = default;
};

// ---- TaskManager <-> ResourceManager ----
struct Register {  // the one message that needs no fence: it asks for one
  static constexpr MessageType kType = MessageType::kRegister;
  uint32_t incarnation = 0;
  uint32_t slots = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.incarnation);
    a(m.slots);
  }
};
// The TaskManager is (again) new to the cluster: whatever it had before under another registration
// was given up.
struct Registered {
  static constexpr MessageType kType = MessageType::kRegistered;
  template <class Self, class A>
  static void fields(Self&, A&) {}
};
struct Refused {  // the cluster is shutting down
  static constexpr MessageType kType = MessageType::kRefused;
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
  std::string cause;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.execution);
    a(m.checkpoint);
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

// ---- data plane (no fence) ----
struct BatchMessage {
  static constexpr MessageType kType = MessageType::kBatch;
  ExecutionId to;
  uint32_t channel = 0;
  uint64_t sequence = 0;
  Batch batch;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.to);
    a(m.channel);
    a(m.sequence);
    a(m.batch);
  }
};
struct CreditMessage {
  static constexpr MessageType kType = MessageType::kCredit;
  ExecutionId to;
  uint32_t channel = 0;
  uint32_t credits = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.to);
    a(m.channel);
    a(m.credits);
  }
};
struct PartitionRequest {
  static constexpr MessageType kType = MessageType::kPartitionRequest;
  ExecutionId producer;
  uint32_t producer_channel = 0;
  ExecutionId consumer;
  uint32_t consumer_channel = 0;
  uint32_t credits = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.producer);
    a(m.producer_channel);
    a(m.consumer);
    a(m.consumer_channel);
    a(m.credits);
  }
};
struct PartitionNotFound {
  static constexpr MessageType kType = MessageType::kPartitionNotFound;
  ExecutionId consumer;
  uint32_t consumer_channel = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.consumer);
    a(m.consumer_channel);
  }
};

// ---- bytes ----

// Writes fields in order.
class FieldWriter {
 public:
  explicit FieldWriter(ByteWriter& out) : out_(out) {}
  void operator()(uint32_t v) { out_.varint(v); }
  void operator()(uint64_t v) { out_.varint(v); }
  void operator()(ProcessId v) { out_.id(v); }
  void operator()(NodeId v) { out_.id(v); }
  void operator()(CheckpointId v) { out_.id(v); }
  void operator()(ExecutionId v) { out_.id(v); }
  void operator()(ProcTime v) { out_.time(v); }
  void operator()(JobStatus v) { out_.u8(static_cast<uint8_t>(v)); }
  void operator()(ExecutionState v) { out_.u8(static_cast<uint8_t>(v)); }
  void operator()(const Bytes& v) { out_.text(v); }
  void operator()(const Placement& v);
  void operator()(const SnapshotHandle& v) { v.encode(out_); }
  void operator()(const Batch& v) { v.encode(out_); }
  void operator()(const DeployedTask& v) { DeployedTask::fields(v, *this); }
  template <class T>
  void operator()(const std::vector<T>& items) {
    out_.varint(items.size());
    for (const T& item : items) (*this)(item);
  }

 private:
  ByteWriter& out_;
};

class FieldReader {
 public:
  explicit FieldReader(ByteReader& in) : in_(in) {}
  void operator()(uint32_t& v) { v = in_.u32(); }
  void operator()(uint64_t& v) { v = in_.varint(); }
  void operator()(ProcessId& v) { v = in_.process(); }
  void operator()(NodeId& v) { v = in_.node(); }
  void operator()(CheckpointId& v) { v = in_.checkpoint(); }
  void operator()(ExecutionId& v) { v = in_.execution(); }
  void operator()(ProcTime& v) { v = in_.proc_time(); }
  void operator()(JobStatus& v);
  void operator()(ExecutionState& v);
  void operator()(Bytes& v) { v = Bytes(in_.text()); }
  void operator()(Placement& v);
  void operator()(SnapshotHandle& v) { v = SnapshotHandle::decode(in_); }
  void operator()(Batch& v) { v = Batch::decode(in_); }
  void operator()(DeployedTask& v) { DeployedTask::fields(v, *this); }
  template <class T>
  void operator()(std::vector<T>& items) {
    const uint64_t count = in_.varint();
    check(count <= in_.remaining(), "a list is longer than its message");
    items.resize(count);
    for (T& item : items) (*this)(item);
  }

 private:
  ByteReader& in_;
};

MessageType type_of(std::string_view body);

template <class M>
Bytes pack_unfenced(const M& message) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(M::kType));
  FieldWriter writer(out);
  M::fields(message, writer);
  return out.take();
}
template <class M>
Bytes pack(Fence fence, const M& message) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(M::kType));
  out.varint(fence.leader);
  out.varint(fence.registration);
  FieldWriter writer(out);
  M::fields(message, writer);
  return out.take();
}
// The fence of a control message.
Fence fence_of(std::string_view body);

// REQUIRES: packed as M; unfenced for the data plane.
template <class M>
M unpack_unfenced(std::string_view body) {
  ByteReader in(body);
  in.u8();
  FieldReader reader(in);
  M message;
  M::fields(message, reader);
  return message;
}
template <class M>
M unpack(std::string_view body) {
  ByteReader in(body);
  in.u8();
  in.varint();
  in.varint();
  FieldReader reader(in);
  M message;
  M::fields(message, reader);
  return message;
}

}  // namespace leat
