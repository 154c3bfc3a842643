// Facts of tasks: what they read, sent, kept, and what their operators did. What a fact is:
// facts.h.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

enum class TimeDomain : uint8_t { kEvent, kProcessing };

// Whose doing it is that a task fails.
enum class FailureKind : uint8_t {
  kUserCode,         // a function, or what the job asks of an operator
  kLostConnection,   // to the process of a neighbour
  kUnreadableState,  // the snapshot that it is to go on from
  kRefusedByLog,     // a request that a correct task does not make
  kTooMuchWork,      // in one step: it may have no end
};
const char* name_of(FailureKind kind);

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
  FailureKind kind = FailureKind::kUserCode;
  std::string cause;  // what is known best: "sum: / by zero", "lost connection to process 2"
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("kind", kind);
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
  uint64_t hash = 0;     // of contents and control
  uint64_t control = 0;  // hash of the control element alone; 0: none
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("channel", channel);
    f("sequence", sequence);
    f("rows", rows);
    f("hash", hash);
    f("control", control);
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
// A barrier is taken before rows that were sent before it; `alone`: it was a batch of its own.
struct BarrierOvertook {
  static constexpr const char* kName = "BarrierOvertook";
  ExecutionId execution;
  uint32_t channel = 0;
  uint64_t sequence = 0;
  CheckpointId checkpoint;
  uint8_t alone = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("channel", channel);
    f("sequence", sequence);
    f("checkpoint", checkpoint);
    f("alone", alone);
  }
};
// These rows of a channel are part of the checkpoint: of an in-channel, or (`out`) an out-channel.
struct ChannelStateTaken {
  static constexpr const char* kName = "ChannelStateTaken";
  ExecutionId execution;
  CheckpointId checkpoint;
  uint8_t out = 0;
  uint32_t channel = 0;
  uint32_t rows = 0;
  uint64_t sum = 0;  // of the rows' hashes
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("checkpoint", checkpoint);
    f("out", out);
    f("channel", channel);
    f("rows", rows);
    f("sum", sum);
  }
};
// They are back in their channel, before all that will come.
struct ChannelStateRestored {
  static constexpr const char* kName = "ChannelStateRestored";
  ExecutionId execution;
  uint8_t out = 0;
  uint32_t channel = 0;
  uint32_t rows = 0;
  uint64_t sum = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("out", out);
    f("channel", channel);
    f("rows", rows);
    f("sum", sum);
  }
};
struct RestoredProcessed {  // one step: it has taken such a batch of an in-channel
  static constexpr const char* kName = "RestoredProcessed";
  ExecutionId execution;
  uint32_t channel = 0;
  uint32_t rows = 0;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("channel", channel);
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
// A source tells how far it is (MAX: idle, or at its end; MIN: nothing yet), and takes its samples.
struct AlignmentReported {
  static constexpr const char* kName = "AlignmentReported";
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
struct AlignmentLimited {  // it has been told how far it may be
  static constexpr const char* kName = "AlignmentLimited";
  ExecutionId execution;
  NodeId node;
  EventTime limit;
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("limit", limit);
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
// What a keyed function has done to its timers since the last such fact: one fact a batch, or a
// call of timers.
struct TimersChanged {
  static constexpr const char* kName = "TimersChanged";
  ExecutionId execution;
  NodeId node;
  uint32_t set = 0;
  uint32_t deleted = 0;
  uint64_t hash = 0;  // of what, when and for which key, in order
  template <class F>
  void fields(F&& f) const {
    f("execution", execution);
    f("node", node);
    f("set", set);
    f("deleted", deleted);
    f("hash", hash);
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

}  // namespace leat
