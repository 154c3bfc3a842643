// What happened, as typed facts in one order. The digest, the oracles, the pictures and the
// triggers of faults all read these; log text is made from them and never the other way round.
//
// Each fact is a plain struct with a name and its fields in order (`fields`), from which the
// digest, the transcript and JSON are derived. Adding a kind: add the struct and put it at the END
// of Fact. On the data path there is one fact a batch, never one a record: whoever needs records
// taps them (trace.h).
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/base/hash.h"
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
enum class TimeDomain : uint8_t { kEvent, kProcessing };
enum class ProcessExit : uint8_t { kCrash, kStop };

const char* name_of(JobStatus status);
const char* name_of(ExecutionState state);
const char* name_of(AbortReason reason);

// ---- processes and the world ----
struct ProcessStarted {
  static constexpr const char* kName = "ProcessStarted";
  ProcessId process;
  uint32_t incarnation = 0;
  template <class F>
  void fields(F&& f) const {
    f("process", process);
    f("incarnation", incarnation);
  }
};
struct ProcessDied {
  static constexpr const char* kName = "ProcessDied";
  ProcessId process;
  uint32_t incarnation = 0;
  template <class F>
  void fields(F&& f) const {
    f("process", process);
    f("incarnation", incarnation);
  }
};
struct MessageDelivered {
  static constexpr const char* kName = "MessageDelivered";
  ProcessId from;
  ProcessId to;
  uint64_t link = 0;  // entity of (from, to, lane)
  uint64_t sequence = 0;
  uint64_t hash = 0;  // of the bytes
  template <class F>
  void fields(F&& f) const {
    f("from", from);
    f("to", to);
    f("link", link);
    f("sequence", sequence);
    f("hash", hash);
  }
};
struct MessageLost {
  static constexpr const char* kName = "MessageLost";
  ProcessId from;
  ProcessId to;
  uint64_t link = 0;
  uint64_t sequence = 0;
  template <class F>
  void fields(F&& f) const {
    f("from", from);
    f("to", to);
    f("link", link);
    f("sequence", sequence);
  }
};
struct ConnectionReset {
  static constexpr const char* kName = "ConnectionReset";
  ProcessId a;
  ProcessId b;
  template <class F>
  void fields(F&& f) const {
    f("a", a);
    f("b", b);
  }
};
struct BlobWritten {
  static constexpr const char* kName = "BlobWritten";
  uint64_t name = 0;  // hash of the name
  uint64_t size = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
    f("size", size);
    f("hash", hash);
  }
};
struct BlobFailed {
  static constexpr const char* kName = "BlobFailed";
  uint64_t name = 0;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
  }
};
// `fault` is the index in the scenario's list, or of a random kind; `kind` indexes the fault kinds.
struct FaultInjected {
  static constexpr const char* kName = "FaultInjected";
  uint32_t kind = 0;
  uint32_t fault = 0;
  ProcessId process;
  template <class F>
  void fields(F&& f) const {
    f("kind", kind);
    f("fault", fault);
    f("process", process);
  }
};

// ---- cluster ----
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

// ---- checkpoints ----
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

// ---- tasks ----
struct TaskDeployed {  // on its TaskManager; `checkpoint` is what its state comes from (0: nothing)
  static constexpr const char* kName = "TaskDeployed";
  ExecutionId execution;
  ProcessId process;
  CheckpointId checkpoint;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("process", process);
    f("checkpoint", checkpoint);
  }
};
struct TaskRestored {  // state is read back; `hash` is of the state bytes
  static constexpr const char* kName = "TaskRestored";
  ExecutionId execution;
  CheckpointId checkpoint;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("checkpoint", checkpoint);
    f("hash", hash);
  }
};
struct TaskFailed {
  static constexpr const char* kName = "TaskFailed";
  ExecutionId execution;
  uint64_t cause = 0;  // hash of the text
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("cause", cause);
  }
};
struct TaskFinished {
  static constexpr const char* kName = "TaskFinished";
  ExecutionId execution;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
  }
};
struct BatchSent {
  static constexpr const char* kName = "BatchSent";
  ExecutionId execution;
  uint32_t channel = 0;   // the sender's number for the channel, over all its edges
  uint64_t sequence = 0;  // of the batch in its channel, from 0
  uint32_t rows = 0;
  uint64_t hash = 0;  // of contents and control
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("channel", channel);
    f("sequence", sequence);
    f("rows", rows);
    f("hash", hash);
  }
};
struct BatchProcessed {  // one step of a task: it has taken this batch from its channel
  static constexpr const char* kName = "BatchProcessed";
  ExecutionId execution;
  uint32_t channel = 0;
  uint64_t sequence = 0;
  uint32_t rows = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("channel", channel);
    f("sequence", sequence);
    f("rows", rows);
  }
};
struct SplitRead {
  static constexpr const char* kName = "SplitRead";
  ExecutionId execution;
  NodeId node;
  uint32_t split = 0;
  uint64_t first = 0;  // offset of the first record
  uint32_t count = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("split", split);
    f("first", first);
    f("count", count);
    f("hash", hash);
  }
};
struct SplitAssigned {  // the reader has the split; `offset` is where it goes on
  static constexpr const char* kName = "SplitAssigned";
  ExecutionId execution;
  NodeId node;
  uint32_t split = 0;
  uint64_t offset = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("split", split);
    f("offset", offset);
  }
};
struct SplitFinished {
  static constexpr const char* kName = "SplitFinished";
  ExecutionId execution;
  NodeId node;
  uint32_t split = 0;
  uint64_t offset = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("split", split);
    f("offset", offset);
  }
};
struct SplitWatermark {
  static constexpr const char* kName = "SplitWatermark";
  ExecutionId execution;
  NodeId node;
  uint32_t split = 0;
  EventTime time;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("split", split);
    f("time", time);
  }
};
struct SplitIdle {
  static constexpr const char* kName = "SplitIdle";
  ExecutionId execution;
  NodeId node;
  uint32_t split = 0;
  uint8_t idle = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("split", split);
    f("idle", idle);
  }
};
struct WatermarkAdvanced {  // of an operator: its timers up to `time` fire now
  static constexpr const char* kName = "WatermarkAdvanced";
  ExecutionId execution;
  NodeId node;
  EventTime time;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("time", time);
  }
};
struct StatusChanged {  // of an operator's output
  static constexpr const char* kName = "StatusChanged";
  ExecutionId execution;
  NodeId node;
  uint8_t idle = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("idle", idle);
  }
};
struct TimerFired {
  static constexpr const char* kName = "TimerFired";
  ExecutionId execution;
  NodeId node;
  TimeDomain domain = TimeDomain::kEvent;
  int64_t time = 0;
  uint64_t key = 0;  // hash of the key
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("domain", domain);
    f("time", time);
    f("key", key);
  }
};
struct LateRecord {
  static constexpr const char* kName = "LateRecord";
  ExecutionId execution;
  NodeId node;
  EventTime time;
  EventTime watermark;
  uint8_t to_side = 0;  // 1: to the side output; 0: dropped and counted
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("time", time);
    f("watermark", watermark);
    f("to_side", to_side);
  }
};
struct PaneFired {
  static constexpr const char* kName = "PaneFired";
  ExecutionId execution;
  NodeId node;
  EventTime start;
  EventTime end;
  uint64_t key = 0;
  uint8_t late = 0;  // 1: a later answer of a window that has fired before
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("start", start);
    f("end", end);
    f("key", key);
    f("late", late);
  }
};

// ---- external log ----
struct LogAppended {  // rows made visible at once (no transaction)
  static constexpr const char* kName = "LogAppended";
  NodeId sink;
  uint32_t rows = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("rows", rows);
    f("hash", hash);
  }
};
struct TransactionPreCommitted {  // flushed and frozen for `checkpoint`
  static constexpr const char* kName = "TransactionPreCommitted";
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
  CheckpointId checkpoint;
  uint32_t rows = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("subtask", subtask);
    f("transaction", transaction);
    f("checkpoint", checkpoint);
    f("rows", rows);
    f("hash", hash);
  }
};
struct TransactionCommitted {
  static constexpr const char* kName = "TransactionCommitted";
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
  uint32_t rows = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("subtask", subtask);
    f("transaction", transaction);
    f("rows", rows);
    f("hash", hash);
  }
};
struct TransactionAborted {
  static constexpr const char* kName = "TransactionAborted";
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("subtask", subtask);
    f("transaction", transaction);
  }
};

using Fact =
    std::variant<ProcessStarted, ProcessDied, MessageDelivered, MessageLost, ConnectionReset,
                 BlobWritten, BlobFailed, FaultInjected, TaskManagerRegistered, TaskManagerLost,
                 SlotAllocated, JobStatusChanged, ExecutionStateChanged, JobRestored,
                 CheckpointTriggered, BarrierReceived, BarrierAligned, SnapshotTaken,
                 CheckpointAcknowledged, CheckpointCompleted, CheckpointAborted, CompletionNotified,
                 TaskDeployed, TaskRestored, TaskFailed, TaskFinished, BatchSent, BatchProcessed,
                 SplitRead, SplitAssigned, SplitFinished, SplitWatermark, SplitIdle,
                 WatermarkAdvanced, StatusChanged, TimerFired, LateRecord, PaneFired, LogAppended,
                 TransactionPreCommitted, TransactionCommitted, TransactionAborted>;

inline constexpr size_t kFactKinds = std::variant_size_v<Fact>;

// The kind's number: its position in Fact.
template <class F>
constexpr uint32_t kind_of();
const char* kind_name(uint32_t kind);  // REQUIRES: kind < kFactKinds
// kFactKinds where there is no such kind.
uint32_t kind_named(std::string_view name);

void fold(const Fact& fact, ProcTime at, Digest& digest);
// One line: "BarrierAligned execution=2[1]#1 checkpoint=3".
std::string to_text(const Fact& fact);

namespace detail {
template <class F, size_t I = 0>
constexpr uint32_t index_in_fact() {
  if constexpr (std::is_same_v<F, std::variant_alternative_t<I, Fact>>) {
    return static_cast<uint32_t>(I);
  } else {
    return index_in_fact<F, I + 1>();
  }
}
}  // namespace detail

template <class F>
constexpr uint32_t kind_of() {
  return detail::index_in_fact<F>();
}

}  // namespace leat
