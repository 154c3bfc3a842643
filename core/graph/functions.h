// User functions, as the engine sees them: pure objects called through const&.
//
// A job graph holds the pristine function; every attempt of a subtask calls a fresh copy (`clone`).
// So a captured counter is lost at a crash, as in Flink, and cannot survive in the wrong place.
// What must survive goes through the state that the context hands out. A function reports an error
// by throwing std::exception: it fails the task.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/data/row_batch.h"
#include "core/data/schema.h"
#include "core/graph/state.h"
#include "core/trace/facts.h"

namespace leat {

// Takes rows that a function emits.
class Collector {
 public:
  virtual ~Collector() = default;
  virtual void collect(RowView row) = 0;
};

class MapFunction {
 public:
  virtual ~MapFunction() = default;
  // Fills `out` (nulls, of the node's output width).
  virtual void map(RowView in, Timestamp time, std::span<Value> out) const = 0;
  virtual std::unique_ptr<MapFunction> clone() const = 0;
};

class FilterFunction {
 public:
  virtual ~FilterFunction() = default;
  virtual bool keep(RowView in) const = 0;
  virtual std::unique_ptr<FilterFunction> clone() const = 0;
};

class FlatMapFunction {
 public:
  virtual ~FlatMapFunction() = default;
  virtual void flat_map(RowView in, Timestamp time, Collector& out) const = 0;
  virtual std::unique_ptr<FlatMapFunction> clone() const = 0;
};

// One value of a row: an aggregate's argument, an event time.
class ScalarFunction {
 public:
  virtual ~ScalarFunction() = default;
  virtual Value eval(RowView in, Timestamp time) const = 0;
  // The field that this function just reads, if it is no more than that; lets the engine skip the
  // call. Otherwise -1.
  virtual int field() const { return -1; }
  virtual std::unique_ptr<ScalarFunction> clone() const = 0;
};

// Reads one field.
std::unique_ptr<ScalarFunction> read_field(uint32_t index);

// Deals rows to channels. (Flink: Partitioner, DataStream.partitionCustom.)
class PartitionFunction {
 public:
  virtual ~PartitionFunction() = default;
  // One of 0..channels-1; anything else fails the job.
  virtual int64_t channel(RowView row, uint32_t channels) const = 0;
  virtual std::unique_ptr<PartitionFunction> clone() const = 0;
};

// ---- keyed process function ----

// What a process function may ask for while it handles one row or timer of one key. States are
// known by their index in states().
class ProcessContext : public StateAccess {
 public:
  virtual RowView key() const = 0;
  virtual Timestamp timestamp() const = 0;  // of the row, or of the event timer
  virtual EventTime watermark() const = 0;
  virtual ProcTime now() const = 0;
  virtual void register_timer(EventTime time) = 0;
  virtual void register_timer(ProcTime time) = 0;
  virtual void delete_timer(EventTime time) = 0;
  virtual void delete_timer(ProcTime time) = 0;
  virtual void emit(RowView row) = 0;
  virtual void emit_side(uint32_t side, RowView row) = 0;  // index into the node's side outputs
};

class KeyedProcessFunction {
 public:
  virtual ~KeyedProcessFunction() = default;
  virtual std::vector<StateDescriptor> states() const = 0;
  virtual void process(RowView in, ProcessContext& ctx) const = 0;
  // `time` is the timer's; ms on the domain's timeline.
  virtual void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const {
    (void)domain, (void)time, (void)ctx;
  }
  virtual std::unique_ptr<KeyedProcessFunction> clone() const = 0;
};

// ---- folding ----

// Makes one row of two, of the same width; also of what a reducing state keeps, as rows of one
// cell.
class ReduceFunction {
 public:
  virtual ~ReduceFunction() = default;
  // `a` is what was kept, `b` what has come. Fills `out` (nulls, of the same width).
  virtual void reduce(RowView a, RowView b, std::span<Value> out) const = 0;
  virtual std::unique_ptr<ReduceFunction> clone() const = 0;
};

// A user-defined aggregate. The accumulator is one Value.
class AggregateFunction {
 public:
  virtual ~AggregateFunction() = default;
  virtual Value create() const = 0;
  virtual Value add(Value accumulator, RowView row) const = 0;
  virtual Value merge(Value a, Value b) const = 0;
  virtual Value result(const Value& accumulator) const = 0;
  virtual std::unique_ptr<AggregateFunction> clone() const = 0;
};

}  // namespace leat
