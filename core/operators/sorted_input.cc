// A keyed node in batch mode. (Flink: SortingDataInput, BatchExecutionInternalTimeService,
// BatchExecutionKeyedStateBackend.)
//
// Rows wait until the final watermark, then come key by key, those of a key in the order of their
// times (of equal times the first input's first). A key has an operator of its own, which is gone
// when the key is over: so its watermark reads MIN while its rows come, and all of its timers fire
// behind its last row. A broadcast side comes before all keys: each key's operator reads it anew,
// and what it emits for it is handed on once.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/operators/operator.h"

namespace leat {

namespace {

constexpr uint32_t kRowsPerCall = 256;

// What the operator of one key sees: the node's own context, but watermarks end here and wake-ups
// are noted.
class KeyContext final : public OperatorContext {
 public:
  // Running aggregates say only how it ends. (BatchGroupedReduceOperator.)
  enum class Emits : uint8_t { kAll, kLast };
  KeyContext(OperatorContext& base, Emits emits)
      : base_(base), emits_(emits), rows_(base.node().output.width()) {}

  // What is emitted from here on is dropped, or not.
  void mute(bool muted) {
    muted_ = muted;
    dropped_.assign(base_.node().sides.size() + 1, RowBatch());
    for (size_t i = 0; i < dropped_.size(); ++i) {
      dropped_[i].set_width(i == 0 ? base_.node().output.width()
                                   : base_.node().sides[i - 1].schema.width());
    }
  }
  bool take_wake() { return std::exchange(wakes_, false); }
  // The key is over.
  void end_key() {
    if (!rows_.empty()) {
      base_.out().append(std::as_const(rows_).row(rows_.size() - 1), EventTime::max());
    }
    base_.flush();
  }

  const StreamNode& node() const override { return base_.node(); }
  const JobConfig& config() const override { return base_.config(); }
  uint32_t subtask() const override { return base_.subtask(); }
  uint32_t parallelism() const override { return base_.parallelism(); }
  ExecutionId execution() const override { return base_.execution(); }
  NodeId node_id() const override { return base_.node_id(); }
  RowBatch& out() override {
    if (muted_) return dropped_[0];
    return emits_ == Emits::kLast ? rows_ : base_.out();
  }
  RowBatch& side(uint32_t side) override { return muted_ ? dropped_[side + 1] : base_.side(side); }
  void flush() override { base_.flush(); }
  void emit(Watermark) override {}
  void emit(StreamStatus) override {}
  ProcTime now() const override { return base_.now(); }
  void wake_at(ProcTime) override { wakes_ = true; }
  void cancel_wake() override { wakes_ = false; }
  Choices& choices() override { return base_.choices(); }
  Entity entity() const override { return base_.entity(); }
  void add_fact(const Fact& fact) override { base_.add_fact(fact); }
  const std::vector<RecordTap*>& taps() const override { return base_.taps(); }

 private:
  OperatorContext& base_;
  const Emits emits_;
  RowBatch rows_;  // kLast
  bool muted_ = false;
  std::vector<RowBatch> dropped_;  // the main output, then the sides
  bool wakes_ = false;
};

class SortedInput final : public Operator {
 public:
  explicit SortedInput(const StreamNode& node) : node_(node) {}

  bool tells_its_input() const override { return true; }

  void on_rows(uint32_t input, RowBatch& rows, OperatorContext&) override {
    std::vector<Held>& held = is_keyed(node_, input) ? held_ : broadcast_;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const RowView row = std::as_const(rows).row(i);
      held.push_back({key_of(row, input), Row(row.begin(), row.end()), rows.timestamp(i), input});
    }
  }

  void on_watermark(EventTime time, OperatorContext& ctx) override {
    if (time != EventTime::max()) return;
    // What is equal stays in the order of arrival.
    std::stable_sort(held_.begin(), held_.end(), [](const Held& a, const Held& b) {
      if (a.key != b.key) return a.key < b.key;
      const EventTime at = a.time.value_or(EventTime::min());
      const EventTime bt = b.time.value_or(EventTime::min());
      return at != bt ? at < bt : a.input < b.input;
    });
    tell_input(ctx);
    bool first_key = true;
    for (auto first = held_.begin(); first != held_.end() || (first_key && !broadcast_.empty());) {
      const auto last = std::find_if(first, held_.end(),
                                     [&](const Held& held) { return held.key != first->key; });
      run_key({first, last}, first_key, ctx);
      first_key = false;
      first = last;
    }
    held_.clear();
    broadcast_.clear();
    ctx.emit(Watermark{time});
  }

 private:
  struct Held {
    Value key;
    Row row;
    Timestamp time;
    uint32_t input = 0;
  };
  using Rows = std::span<const Held>;

  Value key_of(RowView row, uint32_t input) const {
    std::vector<Value> cells;
    for (const uint32_t field : key_fields_of(node_, input)) cells.push_back(row[field]);
    return Value::list(std::move(cells));
  }

  // Calls use(input, rows) for each stretch of rows of one input.
  template <class F>
  static void by_input(Rows held, size_t most, F&& use) {
    while (!held.empty()) {
      RowBatch rows(static_cast<uint32_t>(held[0].row.size()));
      const uint32_t input = held[0].input;
      while (!held.empty() && held[0].input == input && rows.size() < most) {
        rows.append(held[0].row, held[0].time);
        held = held.subspan(1);
      }
      use(input, rows);
    }
  }

  // What the operators observe, in the order in which they do, and then the end of time.
  void tell_input(OperatorContext& ctx) const {
    for (const Rows held : {Rows(broadcast_), Rows(held_)}) {
      if (ctx.taps().empty()) break;
      by_input(held, held.size(), [&](uint32_t input, const RowBatch& rows) {
        for (RecordTap* tap : ctx.taps()) {
          tap->on_operator_input(ctx.execution(), ctx.node_id(), input, rows);
        }
      });
    }
    ctx.add_fact(WatermarkAdvanced{ctx.execution(), ctx.node_id(), EventTime::max()});
  }

  void run_key(Rows held, bool first_key, OperatorContext& base) const {
    const std::unique_ptr<Operator> op = make_operator(node_);
    const bool runs = std::holds_alternative<RunningAggregateSpec>(node_.spec);
    KeyContext ctx(base, runs ? KeyContext::Emits::kLast : KeyContext::Emits::kAll);
    const auto feed = [&](uint32_t input, RowBatch& rows) { op->on_rows(input, rows, ctx); };
    op->open(ctx);
    ctx.mute(!first_key);
    by_input(broadcast_, kRowsPerCall, feed);
    ctx.mute(false);
    by_input(held, kRowsPerCall, feed);
    op->on_watermark(EventTime::max(), ctx);
    while (ctx.take_wake()) op->on_processing_time(ProcTime::max(), ctx);
    op->end_input(ctx);
    op->finish(ctx);
    ctx.end_key();
  }

  const StreamNode& node_;
  std::vector<Held> held_;
  std::vector<Held> broadcast_;
};

}  // namespace

std::unique_ptr<Operator> make_sorted_input(const StreamNode& node) {
  return std::make_unique<SortedInput>(node);
}

}  // namespace leat
