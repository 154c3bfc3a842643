// States that keep one value a key. (Flink: HeapValueState, HeapReducingState, HeapAggregatingState
// and their Ttl decorators.)
#include <utility>

#include "core/graph/functions.h"
#include "core/state/state_tables.h"

namespace leat {

namespace {

struct One {
  Stamped kept;

  void write(const TimeToLive& ttl, ByteWriter& out) const { ttl.write(kept, out); }
  void read(const TimeToLive& ttl, ByteReader& in) { kept = ttl.read_from(in); }
  bool drop_expired(const TimeToLive& ttl, ProcTime now) { return ttl.expired(kept, now); }
};

class SingleValueTable : public KeyedTable<One> {
 protected:
  using KeyedTable::KeyedTable;

  // Meets what is kept, as a read does.
  std::optional<Value> read() {
    One* one = find();
    if (one == nullptr) return std::nullopt;
    if (!ttl().is_set()) return one->kept.value;
    const TimeToLive::Read read = ttl().read(one->kept, now());
    std::optional<Value> seen;
    if (read.visible) seen = one->kept.value;
    if (read.renews) one->kept.touched = now();
    if (read.removes) erase();
    return seen;
  }
  // What an addition goes on from: it neither renews nor removes by itself.
  std::optional<Value> before_adding() {
    const One* one = find();
    const bool counts =
        one != nullptr && (ttl().shows_expired() || !ttl().expired(one->kept, now()));
    return counts ? std::optional(one->kept.value) : std::nullopt;
  }
  void write(Value value) { insert().kept = stamped(std::move(value)); }
};

class ValueTable final : public SingleValueTable, public ValueState {
 public:
  ValueTable(const StateDescriptor& descriptor, const StateMoment& moment)
      : SingleValueTable(descriptor, moment),
        default_(descriptor.ttl ? Value::null() : descriptor.default_value) {}

  ValueState* as_value() override { return this; }
  Value get() override { return read().value_or(default_); }
  void update(Value value) override {
    if (value.is_null()) return clear();  // Flink: a null value is no value
    write(std::move(value));
  }
  void clear() override { erase(); }

 private:
  Value default_;
};

class ReducingTable final : public SingleValueTable, public ReducingState {
 public:
  ReducingTable(const StateDescriptor& descriptor, const StateMoment& moment)
      : SingleValueTable(descriptor, moment), function_(descriptor.reduce->clone()) {}

  ReducingState* as_reducing() override { return this; }
  Value get() override { return read().value_or(Value::null()); }
  void add(Value value) override {
    if (value.is_null()) return clear();
    const std::optional<Value> before = before_adding();
    if (!before) return write(std::move(value));
    Value reduced;
    function_->reduce({&*before, 1}, {&value, 1}, {&reduced, 1});
    write(std::move(reduced));
  }
  void clear() override { erase(); }

 private:
  std::unique_ptr<const ReduceFunction> function_;
};

class AggregatingTable final : public SingleValueTable, public AggregatingState {
 public:
  AggregatingTable(const StateDescriptor& descriptor, const StateMoment& moment)
      : SingleValueTable(descriptor, moment), function_(descriptor.aggregate->clone()) {}

  AggregatingState* as_aggregating() override { return this; }
  Value get() override {
    const std::optional<Value> accumulator = read();
    return accumulator ? function_->result(*accumulator) : Value::null();
  }
  void add(const Value& value) override {
    if (value.is_null()) return clear();
    std::optional<Value> before = before_adding();
    write(function_->add(before ? std::move(*before) : function_->create(), {&value, 1}));
  }
  void clear() override { erase(); }

 private:
  std::unique_ptr<const AggregateFunction> function_;
};

}  // namespace

std::unique_ptr<StateTable> make_value_table(const StateDescriptor& descriptor,
                                             const StateMoment& moment) {
  return std::make_unique<ValueTable>(descriptor, moment);
}

std::unique_ptr<StateTable> make_reducing_table(const StateDescriptor& descriptor,
                                                const StateMoment& moment) {
  check(descriptor.reduce != nullptr, "a reducing state has no function");
  return std::make_unique<ReducingTable>(descriptor, moment);
}

std::unique_ptr<StateTable> make_aggregating_table(const StateDescriptor& descriptor,
                                                   const StateMoment& moment) {
  check(descriptor.aggregate != nullptr, "an aggregating state has no function");
  return std::make_unique<AggregatingTable>(descriptor, moment);
}

}  // namespace leat
