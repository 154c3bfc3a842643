// A keyed node in batch mode. (Flink: SortingDataInput, BatchExecutionInternalTimeService,
// BatchExecutionKeyedStateBackend.)
//
// Rows wait until the final watermark, then come key by key, those of a key in the order of their
// times. A key has an operator of its own, which is gone when the key is over: so its watermark
// reads MIN while its rows come, and all of its timers fire behind its last row.
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
  RowBatch& out() override { return emits_ == Emits::kLast ? rows_ : base_.out(); }
  RowBatch& side(uint32_t side) override { return base_.side(side); }
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
  bool wakes_ = false;
};

class SortedInput final : public Operator {
 public:
  explicit SortedInput(const StreamNode& node) : node_(node) {}

  bool tells_its_input() const override { return true; }

  void on_rows(uint32_t input, RowBatch& rows, OperatorContext&) override {
    check(input == 0, "sorted input of a node with two inputs");
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const RowView row = std::as_const(rows).row(i);
      held_.push_back({key_of(row), Row(row.begin(), row.end()), rows.timestamp(i)});
    }
  }

  void on_watermark(EventTime time, OperatorContext& ctx) override {
    if (time != EventTime::max()) return;
    // Equal times of a key stay in the order of arrival.
    std::stable_sort(held_.begin(), held_.end(), [](const Held& a, const Held& b) {
      if (a.key != b.key) return a.key < b.key;
      return a.time.value_or(EventTime::min()) < b.time.value_or(EventTime::min());
    });
    tell_input(ctx);
    for (size_t first = 0; first < held_.size();) {
      size_t last = first;
      while (last < held_.size() && held_[last].key == held_[first].key) ++last;
      run_key(first, last, ctx);
      first = last;
    }
    held_.clear();
    ctx.emit(Watermark{time});
  }

 private:
  struct Held {
    Value key;
    Row row;
    Timestamp time;
  };

  Value key_of(RowView row) const {
    std::vector<Value> cells;
    for (const uint32_t field : node_.key_fields) cells.push_back(row[field]);
    return Value::list(std::move(cells));
  }

  RowBatch rows_from(size_t first, size_t last) const {
    RowBatch rows(held_.empty() ? 0 : static_cast<uint32_t>(held_[first].row.size()));
    for (size_t i = first; i < last; ++i) rows.append(held_[i].row, held_[i].time);
    return rows;
  }

  template <class F>
  void in_batches(size_t first, size_t last, F&& use) const {
    for (size_t i = first; i < last; i += kRowsPerCall) {
      RowBatch rows = rows_from(i, std::min<size_t>(last, i + kRowsPerCall));
      use(rows);
    }
  }

  // What the operators observe, in the order in which they do, and then the end of time.
  void tell_input(OperatorContext& ctx) const {
    if (!ctx.taps().empty() && !held_.empty()) {
      const RowBatch rows = rows_from(0, held_.size());
      for (RecordTap* tap : ctx.taps()) {
        tap->on_operator_input(ctx.execution(), ctx.node_id(), 0, rows);
      }
    }
    ctx.add_fact(WatermarkAdvanced{ctx.execution(), ctx.node_id(), EventTime::max()});
  }

  void run_key(size_t first, size_t last, OperatorContext& base) const {
    const std::unique_ptr<Operator> op = make_operator(node_);
    const bool runs = std::holds_alternative<RunningAggregateSpec>(node_.spec);
    KeyContext ctx(base, runs ? KeyContext::Emits::kLast : KeyContext::Emits::kAll);
    op->open(ctx);
    in_batches(first, last, [&](RowBatch& rows) { op->on_rows(0, rows, ctx); });
    op->on_watermark(EventTime::max(), ctx);
    while (ctx.take_wake()) op->on_processing_time(ProcTime::max(), ctx);
    op->end_input(ctx);
    op->finish(ctx);
    ctx.end_key();
  }

  const StreamNode& node_;
  std::vector<Held> held_;
};

}  // namespace

std::unique_ptr<Operator> make_sorted_input(const StreamNode& node) {
  return std::make_unique<SortedInput>(node);
}

}  // namespace leat
