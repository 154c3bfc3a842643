// The bytes of a message: a type, for control messages a fence, then the fields in order.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/data/element.h"
#include "core/env/env.h"
#include "core/runtime/task.h"
#include "core/trace/facts.h"

namespace leat::rpc {

enum class MessageType : uint8_t {
  // TaskManager <-> ResourceManager
  kRegister,
  kRegistered,
  kDismissed,
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
  void operator()(AbortReason v) { out_.u8(static_cast<uint8_t>(v)); }
  void operator()(const Bytes& v) { out_.text(v); }
  void operator()(const Placement& v);
  void operator()(const SnapshotHandle& v) { v.encode(out_); }
  void operator()(const Batch& v) { v.encode(out_); }
  template <class T>
    requires requires(const T& v, FieldWriter& w) { T::fields(v, w); }
  void operator()(const T& v) {
    T::fields(v, *this);
  }
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
  void operator()(AbortReason& v);
  void operator()(Bytes& v) { v = Bytes(in_.text()); }
  void operator()(Placement& v);
  void operator()(SnapshotHandle& v) { v = SnapshotHandle::decode(in_); }
  void operator()(Batch& v) { v = Batch::decode(in_); }
  template <class T>
    requires requires(T& v, FieldReader& r) { T::fields(v, r); }
  void operator()(T& v) {
    T::fields(v, *this);
  }
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

}  // namespace leat::rpc
