// What the window operator does when a trigger says so: evict, answer, purge.
#include "core/operators/emitter.h"
#include "core/operators/window_operator.h"
#include "core/state/key_groups.h"

namespace leat {

// Rows that a window function emits carry the window's largest timestamp, also those to the side.
class WindowOperator::FunctionContext final : public WindowContext, public ValueState {
 public:
  FunctionContext(WindowOperator& op, uint32_t pane, OperatorContext& ctx)
      : op_(op), pane_(pane), ctx_(ctx), window_(op.panes_[pane].window) {
    op_.global_.set_current_key(key_value(op_.panes_.key(pane_)));
  }

  RowView key() const override { return op_.panes_.key(pane_); }
  const TimeWindow& window() const override { return window_; }
  EventTime watermark() const override { return op_.watermark_; }
  ProcTime now() const override { return ctx_.now(); }
  ValueState& window_value(uint32_t descriptor) override {
    if (op_.merges_) throw JobError("windows that merge have no state of their own");
    if (descriptor >= op_.window_states_) {
      throw JobError("the function asks for a state that it did not declare");
    }
    asked_ = static_cast<uint32_t>(op_.trigger_states_.names.size()) + descriptor;
    return *this;
  }
  ValueState& global_value(uint32_t descriptor) override { return op_.global_.value(descriptor); }
  void emit(RowView row) override {
    ctx_.out().append(row, EventTime{window_.max_timestamp()});
    if (ctx_.out().size() >= kFlushRows) ctx_.flush();
  }
  void emit_side(uint32_t side, RowView row) override {
    if (side >= op_.sides_)
      throw JobError("the function emits to a side output that it does not have");
    ctx_.side(side).append(row, EventTime{window_.max_timestamp()});
  }

  // The state of the window that was asked for last.
  Value get() override { return op_.panes_.states(pane_)[asked_]; }
  void update(Value value) override { op_.panes_.states(pane_)[asked_] = std::move(value); }
  void clear() override { update(Value::null()); }

 private:
  WindowOperator& op_;
  uint32_t pane_;
  OperatorContext& ctx_;
  TimeWindow window_;
  uint32_t asked_ = 0;
};

void WindowOperator::act(TriggerResult result, Place place, OperatorContext& ctx) {
  const bool filled = (panes_[place.contents].flags & pane::kFilled) != 0;
  if (result.fire && filled) answer(place, ctx);
  if (result.purge && (panes_[place.contents].flags & pane::kFilled) != 0) {
    contents_.clear(panes_, place.contents);
  }
}

void WindowOperator::answer(Place place, OperatorContext& ctx) {
  const TimeWindow window = panes_[place.pane].window;
  const bool again = (panes_[place.pane].flags & pane::kFired) != 0;
  panes_[place.pane].flags |= pane::kFired;

  // With an evictor the window answers even if nothing is left, and then keeps what is left.
  if (evictor_ != nullptr) {
    evict(place, ctx, [this](auto&&... args) { evictor_->evict_before(args...); });
  }
  if (function_ != nullptr) {
    answer_by_function(place, ctx);
  } else {
    append_answer(place, ctx);
  }
  if (evictor_ != nullptr) {
    evict(place, ctx, [this](auto&&... args) { evictor_->evict_after(args...); });
    if (panes_.elements(place.contents).empty()) contents_.clear(panes_, place.contents);
  }
  const uint64_t key_hash = key_value(panes_.key(place.pane)).hash();
  ctx.add_fact(PaneFired{ctx.execution(), ctx.node_id(), EventTime{window.start},
                         EventTime{window.end}, key_hash, static_cast<uint8_t>(again ? 1 : 0)});
}

template <class Evict>
void WindowOperator::evict(Place place, OperatorContext& ctx, Evict&& mark) {
  const RowBatch& elements = panes_.elements(place.contents);
  evicted_.assign(elements.size(), 0);
  mark(elements, EvictionContext{panes_[place.pane].window, watermark_, ctx.now()},
       std::span<uint8_t>(evicted_));
  contents_.evict(panes_, place.contents, evicted_);
}

void WindowOperator::answer_by_function(Place place, OperatorContext& ctx) {
  FunctionContext context(*this, place.pane, ctx);
  const EventTime time{panes_[place.pane].window.max_timestamp()};
  if (contents_.reduces()) {
    const Row row = contents_.reduced_row(panes_, place.contents);
    RowBatch reduced(static_cast<uint32_t>(row.size()));
    reduced.append(row, time);
    function_->process(reduced, context);
  } else if (contents_.results() > 0) {
    RowBatch results(contents_.results());
    contents_.results_of(panes_, place.contents, results.append(time));
    function_->process(results, context);
  } else {
    function_->process(panes_.elements(place.contents), context);
  }
}

void WindowOperator::append_answer(Place place, OperatorContext& ctx) {
  const TimeWindow window = panes_[place.pane].window;
  const EventTime time{window.max_timestamp()};
  if (contents_.reduces()) {
    ctx.out().append(contents_.reduced_row(panes_, place.contents), time);
    return;
  }
  const std::span<Value> row = ctx.out().append(time);
  size_t cell = 0;
  for (const Value& part : panes_.key(place.pane)) row[cell++] = part;
  if (has_window_cells_) {
    row[cell++] = times_in_output_ ? Value::time(window.start) : Value::integer(window.start);
    row[cell++] = times_in_output_ ? Value::time(window.end) : Value::integer(window.end);
  }
  contents_.results_of(panes_, place.contents, row.subspan(cell));
}

void WindowOperator::clear_function(uint32_t pane, OperatorContext& ctx) {
  if (function_ == nullptr) return;
  FunctionContext context(*this, pane, ctx);
  function_->clear(context);
}

}  // namespace leat
