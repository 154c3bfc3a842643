#include "core/operators/broadcast_operators.h"

#include <utility>

#include "core/operators/keyed_operator.h"
#include "core/operators/unkeyed_context.h"

namespace leat {

namespace {

constexpr uint32_t kBroadcastSide = 1;

// The copy of this subtask.
void write_states(const BroadcastStates& states, ByteWriter& out) {
  for (uint32_t i = 0; i < states.size(); ++i) {
    const std::vector<Value::MapEntry> entries = states.at(i).entries();
    out.varint(entries.size());
    for (const auto& [key, value] : entries) {
      key.encode(out);
      value.encode(out);
    }
  }
}

void read_states(ByteReader& in, BroadcastStates& states) {
  for (uint32_t i = 0; i < states.size(); ++i) {
    const uint64_t entries = in.varint();
    for (uint64_t e = 0; e < entries; ++e) {
      const Value key = Value::decode(in);
      states.at(i).put(key, Value::decode(in));
    }
  }
}

// While a row of the broadcast side is handled. `keyed` is null where the data side has no key.
class BroadcastSideContext final : public BroadcastContext {
 public:
  BroadcastSideContext(OperatorContext& ctx, EventTime watermark, KeyedState* keyed)
      : plain_(ctx, watermark), keyed_(keyed) {}
  void on_row(Timestamp time) { plain_.on_row(time); }

  EventTime timestamp() const override { return plain_.timestamp().value_or(EventTime::min()); }
  EventTime watermark() const override { return plain_.watermark(); }
  ProcTime now() const override { return plain_.now(); }
  void emit(RowView row) override { plain_.emit(row); }
  void emit_side(uint32_t side, RowView row) override { plain_.emit_side(side, row); }
  void for_each_key(uint32_t descriptor, const Visitor& visit) override {
    if (keyed_ == nullptr) throw JobError("keyed state can be used on keyed streams only");
    keyed_->set_now(now());
    for (const Value& key : keyed_->keys_of(descriptor)) {
      keyed_->set_current_key(key);
      visit(key, keyed_->value(descriptor));
    }
  }

 private:
  UnkeyedContext plain_;
  KeyedState* keyed_;
};

void process_broadcast(const BroadcastProcessFunction& function, const RowBatch& rows,
                       BroadcastSideContext& context, BroadcastStates& states) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    context.on_row(rows.timestamp(i));
    function.process_broadcast(rows.row(i), context, states);
  }
}

class KeyedBroadcastOperator final : public KeyedOperator {
 public:
  KeyedBroadcastOperator(const StreamNode& node,
                         std::unique_ptr<const BroadcastProcessFunction> function)
      : KeyedOperator(node, function->states()),
        states_(function->broadcast_states().size()),
        function_(std::move(function)) {}

  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override {
    if (input != kBroadcastSide) return KeyedOperator::on_rows(input, rows, ctx);
    BroadcastSideContext context(ctx, watermark(), &state());
    process_broadcast(*function_, rows, context, states_);
  }
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override {
    write_states(states_, out);
    KeyedOperator::snapshot(id, out, ctx);
  }
  void restore(ByteReader& in, OperatorContext& ctx) override {
    read_states(in, states_);
    KeyedOperator::restore(in, ctx);
  }

 private:
  void process(uint32_t, RowView row, ProcessContext& ctx) override {
    function_->process(row, ctx, states_);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) override {
    function_->on_timer(domain, time, ctx, states_);
  }

  BroadcastStates states_;
  std::unique_ptr<const BroadcastProcessFunction> function_;
};

class UnkeyedBroadcastOperator final : public Operator {
 public:
  explicit UnkeyedBroadcastOperator(std::unique_ptr<const BroadcastProcessFunction> function)
      : states_(function->broadcast_states().size()), function_(std::move(function)) {}

  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override {
    if (input == kBroadcastSide) {
      BroadcastSideContext context(ctx, watermark_, nullptr);
      return process_broadcast(*function_, rows, context, states_);
    }
    UnkeyedContext context(ctx, watermark_);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      context.on_row(rows.timestamp(i));
      function_->process(std::as_const(rows).row(i), context, states_);
    }
  }
  void on_watermark(EventTime time, OperatorContext& ctx) override {
    watermark_ = time;
    ctx.emit(Watermark{time});
  }
  void snapshot(CheckpointId, ByteWriter& out, OperatorContext&) override {
    write_states(states_, out);
  }
  void restore(ByteReader& in, OperatorContext&) override { read_states(in, states_); }

 private:
  BroadcastStates states_;
  std::unique_ptr<const BroadcastProcessFunction> function_;
  EventTime watermark_ = EventTime::min();
};

}  // namespace

std::unique_ptr<Operator> make_broadcast(const StreamNode& node) {
  auto function = std::get<BroadcastProcessSpec>(node.spec).function->clone();
  if (node.keyed) return std::make_unique<KeyedBroadcastOperator>(node, std::move(function));
  return std::make_unique<UnkeyedBroadcastOperator>(std::move(function));
}

}  // namespace leat
