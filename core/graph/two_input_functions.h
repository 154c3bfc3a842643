// User functions over two streams, and over rows that have no key. As all functions: pure, called
// through const&, errors by throwing std::exception. `input` counts from 0.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/ordered_map.h"
#include "core/graph/functions.h"

namespace leat {

// Rows without a key: the context has neither state nor timers, and asking for one fails the task.
// (Flink: ProcessFunction on a stream that is not keyed.)
class ProcessFunction {
 public:
  virtual ~ProcessFunction() = default;
  virtual void process(RowView in, ProcessContext& ctx) const = 0;
  virtual std::unique_ptr<ProcessFunction> clone() const = 0;
};

class CoMapFunction {
 public:
  virtual ~CoMapFunction() = default;
  // Fills `out` (nulls, of the node's output width).
  virtual void map(uint32_t input, RowView in, Timestamp time, std::span<Value> out) const = 0;
  virtual std::unique_ptr<CoMapFunction> clone() const = 0;
};

class CoFlatMapFunction {
 public:
  virtual ~CoFlatMapFunction() = default;
  virtual void flat_map(uint32_t input, RowView in, Timestamp time, Collector& out) const = 0;
  virtual std::unique_ptr<CoFlatMapFunction> clone() const = 0;
};

// On a keyed node both inputs share one key space, its state and its timers; on another the context
// is as for ProcessFunction. (Flink: KeyedCoProcessFunction, CoProcessFunction.)
class CoProcessFunction {
 public:
  virtual ~CoProcessFunction() = default;
  virtual std::vector<StateDescriptor> states() const { return {}; }
  virtual void process(uint32_t input, RowView in, ProcessContext& ctx) const = 0;
  virtual void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const {
    (void)domain, (void)time, (void)ctx;
  }
  virtual std::unique_ptr<CoProcessFunction> clone() const = 0;
};

// ---- broadcast ----

// One broadcast state: a map that every subtask holds a copy of. In the order of insertion.
class BroadcastState {
 public:
  const Value* find(const Value& key) const { return entries_.find(key); }
  void put(const Value& key, Value value) { *entries_.insert(key).first = std::move(value); }
  void remove(const Value& key) { entries_.erase(key); }
  void clear() { entries_.clear(); }
  size_t size() const { return entries_.size(); }
  std::vector<Value::MapEntry> entries() const;

 private:
  struct Traits {
    static uint64_t hash(const Value& key) { return key.hash(); }
    static bool equal(const Value& a, const Value& b) { return a == b; }
  };
  OrderedMap<Value, Value, Traits> entries_;
};

// All that a function has declared. The data side gets it as const: who only sees its own rows must
// not change what all subtasks have to agree on.
class BroadcastStates {
 public:
  explicit BroadcastStates(size_t declared) : states_(declared) {}
  // Throws JobError for a state that was not declared.
  const BroadcastState& at(uint32_t descriptor) const;
  BroadcastState& at(uint32_t descriptor);
  size_t size() const { return states_.size(); }

 private:
  std::vector<BroadcastState> states_;
};

// What a function may ask for while it handles a row of the broadcast side: it belongs to no key.
class BroadcastContext {
 public:
  virtual ~BroadcastContext() = default;
  virtual EventTime timestamp() const = 0;  // of the row; MIN where it has none
  virtual EventTime watermark() const = 0;
  virtual ProcTime now() const = 0;
  virtual void emit(RowView row) = 0;
  virtual void emit_side(uint32_t side, RowView row) = 0;
  // Visits every key of this subtask that holds the state; the visitor may change it.
  // (Flink: applyToKeyedState.) Throws JobError where the data side has no key.
  using Visitor = std::function<void(const Value& key, ValueState& state)>;
  virtual void for_each_key(uint32_t descriptor, const Visitor& visit) = 0;
};

// Input 0 is the data side, keyed or not by the node; input 1 reaches every subtask.
// (Flink: KeyedBroadcastProcessFunction, BroadcastProcessFunction.)
class BroadcastProcessFunction {
 public:
  virtual ~BroadcastProcessFunction() = default;
  virtual std::vector<StateDescriptor> states() const { return {}; }
  virtual std::vector<std::string> broadcast_states() const = 0;
  virtual void process(RowView in, ProcessContext& ctx, const BroadcastStates& rules) const = 0;
  virtual void process_broadcast(RowView in, BroadcastContext& ctx,
                                 BroadcastStates& rules) const = 0;
  virtual void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx,
                        const BroadcastStates& rules) const {
    (void)domain, (void)time, (void)ctx, (void)rules;
  }
  virtual std::unique_ptr<BroadcastProcessFunction> clone() const = 0;
};

}  // namespace leat
