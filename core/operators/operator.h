// An operator: one step of the dataflow, in one subtask. Small on purpose; whatever must survive a
// crash goes through snapshot and restore, and whatever it needs of the engine through the context.
//
// Calls come one at a time, in the order of the stream: rows, watermarks and statuses of its
// inputs. One virtual call takes a whole batch of rows (a call a record would be most of the cost).
#pragma once

#include <memory>

#include "core/data/element.h"
#include "core/env/choices.h"
#include "core/graph/stream_graph.h"
#include "core/trace/trace.h"

namespace leat {

// What an operator may ask of the engine. Output of an operator keeps its order: rows appended to
// out(), watermarks and statuses reach the next operator as they were emitted.
class OperatorContext {
 public:
  virtual ~OperatorContext() = default;

  virtual const StreamNode& node() const = 0;
  virtual const JobConfig& config() const = 0;
  virtual uint32_t subtask() const = 0;
  virtual uint32_t parallelism() const = 0;
  // Number of key groups.
  virtual uint32_t max_parallelism() const { return config().max_parallelism; }
  virtual ExecutionId execution() const = 0;
  virtual NodeId node_id() const = 0;

  // Where output rows go; the engine hands them on after the call, or when flush() is called.
  virtual RowBatch& out() = 0;
  virtual RowBatch& side(uint32_t side) = 0;
  // Hands on what was appended so far, before anything that must come behind it. Long loops (firing
  // many timers) call it now and then, so that memory is bounded.
  virtual void flush() = 0;
  virtual void emit(Watermark watermark) = 0;  // flushes first
  virtual void emit(StreamStatus status) = 0;  // flushes first

  virtual ProcTime now() const = 0;
  // Asks for on_processing_time(time) once the clock has passed `time` (at time + 1, as Flink; at
  // once, but never inside this call, where it has passed already). One pending request an
  // operator: a new one replaces it.
  virtual void wake_at(ProcTime time) = 0;
  virtual void cancel_wake() = 0;

  virtual Choices& choices() = 0;
  virtual Entity entity() const = 0;  // of this node's subtask
  virtual void add_fact(const Fact& fact) = 0;
  virtual const std::vector<RecordTap*>& taps() const = 0;
};

class Operator {
 public:
  virtual ~Operator() = default;

  // False: the engine tells facts and taps what comes in, when it comes. An operator that holds its
  // input back (batch mode) does so itself, when it works on it.
  virtual bool tells_its_input() const { return false; }
  // Called once before anything else; after restore() where there is a snapshot.
  virtual void open(OperatorContext& ctx) { (void)ctx; }

  // May move from `rows`; what is left in it is dropped.
  virtual void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) = 0;
  // The combined watermark has advanced to `time`. The default hands it on.
  virtual void on_watermark(EventTime time, OperatorContext& ctx) { ctx.emit(Watermark{time}); }
  virtual void on_status(StreamStatus status, OperatorContext& ctx) { ctx.emit(status); }
  // The clock has passed the time asked for by wake_at; `now` may be later.
  virtual void on_processing_time(ProcTime time, OperatorContext& ctx) { (void)time, (void)ctx; }
  // All input has come (MAX has been sent before, if the job drains).
  virtual void end_input(OperatorContext& ctx) { (void)ctx; }
  // Called when has_work() is over. Pending processing timers have been discarded: no
  // on_processing_time follows.
  virtual void finish(OperatorContext& ctx) { (void)ctx; }
  // The task has ended and lets go of it. A crash or a failure does not call it.
  virtual void close() {}

  // While one operator of a task does not, the task takes no input: it is full. What has been taken
  // is handed on all the same.
  virtual bool accepts_input() const { return true; }
  // Work is under way that must be over before the operator finishes.
  virtual bool has_work() const { return false; }

  // ---- checkpoints ----
  // Rows emitted here still go before the barrier.
  virtual void prepare_snapshot_pre_barrier(CheckpointId id, OperatorContext& ctx) {
    (void)id, (void)ctx;
  }
  // State as of now, in canonical bytes. Keyed state is written per key group, so that it can be
  // dealt to another parallelism; operator state as one element a split or transaction.
  virtual void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) {
    (void)id, (void)out, (void)ctx;
  }
  // REQUIRES: written by snapshot() of the same node, for the same subtask and parallelism.
  virtual void restore(ByteReader& in, OperatorContext& ctx) { (void)in, (void)ctx; }
  virtual void on_checkpoint_complete(CheckpointId id, OperatorContext& ctx) {
    (void)id, (void)ctx;
  }
  virtual void on_checkpoint_aborted(CheckpointId id, OperatorContext& ctx) { (void)id, (void)ctx; }
};

// Makes the operator of a node that is neither source nor sink nor union (those need the
// connectors' contexts: core/connectors). User functions are cloned here: one call, one attempt.
std::unique_ptr<Operator> make_operator(const StreamNode& node);
// The same for a keyed node in batch mode: it gets its rows when all have come, key by key.
std::unique_ptr<Operator> make_sorted_input(const StreamNode& node);

// Counts that conformance and reports ask for.
class CountsLateRecords {
 public:
  virtual ~CountsLateRecords() = default;
  virtual uint64_t late_dropped() const = 0;
};

}  // namespace leat
