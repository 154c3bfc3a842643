// Triggers that go by the elements, and those around another trigger.
#include "core/window/triggers.h"

namespace leat {

namespace {

Value added(const Value& a, const Value& b) {
  return Value::integer(wrapping_add(a.as_int(), b.as_int()));
}

class CountTrigger final : public WindowTrigger {
 public:
  explicit CountTrigger(int64_t count) : count_(count) {}
  void open(TriggerStates& states) override { seen_ = states.named("count", added); }
  TriggerResult on_element(RowView, Timestamp, TriggerContext& ctx) const override {
    Value& cell = ctx.state(seen_);
    const int64_t seen = cell.is_null() ? 1 : wrapping_add(cell.as_int(), 1);
    if (seen < count_) {
      cell = Value::integer(seen);
      return kContinue;
    }
    cell = Value::null();
    return kFire;
  }
  TriggerResult on_event_time(EventTime, TriggerContext&) const override { return kContinue; }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kContinue; }
  bool can_merge() const override { return true; }
  void on_merge(MergeContext& ctx) const override { ctx.merge_state(seen_); }
  void clear(TriggerContext& ctx) const override { ctx.state(seen_) = Value::null(); }

 private:
  int64_t count_;
  uint32_t seen_ = 0;
};

class DeltaTrigger final : public WindowTrigger {
 public:
  DeltaTrigger(double threshold, const ScalarFunction& of)
      : threshold_(threshold), of_(of.clone()) {}
  void open(TriggerStates& states) override { last_ = states.named("last-element"); }
  TriggerResult on_element(RowView row, Timestamp time, TriggerContext& ctx) const override {
    const Value now = Value::number(number_in(of_->eval(row, time)));
    Value& last = ctx.state(last_);
    if (!last.is_null() && !(now.as_double() - last.as_double() > threshold_)) return kContinue;
    const bool first = last.is_null();
    last = now;
    return first ? kContinue : kFire;
  }
  TriggerResult on_event_time(EventTime, TriggerContext&) const override { return kContinue; }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kContinue; }
  void clear(TriggerContext& ctx) const override { ctx.state(last_) = Value::null(); }

 private:
  double threshold_;
  std::unique_ptr<const ScalarFunction> of_;
  uint32_t last_ = 0;
};

class PurgingTrigger final : public WindowTrigger {
 public:
  explicit PurgingTrigger(std::unique_ptr<WindowTrigger> nested) : nested_(std::move(nested)) {}
  void open(TriggerStates& states) override { nested_->open(states); }
  TriggerResult on_element(RowView row, Timestamp time, TriggerContext& ctx) const override {
    return purging(nested_->on_element(row, time, ctx));
  }
  TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const override {
    return purging(nested_->on_event_time(time, ctx));
  }
  TriggerResult on_processing_time(ProcTime time, TriggerContext& ctx) const override {
    return purging(nested_->on_processing_time(time, ctx));
  }
  bool can_merge() const override { return nested_->can_merge(); }
  void on_merge(MergeContext& ctx) const override { nested_->on_merge(ctx); }
  void clear(TriggerContext& ctx) const override { nested_->clear(ctx); }

 private:
  static TriggerResult purging(TriggerResult result) {
    result.purge = result.purge || result.fire;
    return result;
  }
  std::unique_ptr<WindowTrigger> nested_;
};

// Answers when the trigger inside does, and at the latest some time after an element. Any timer
// that strikes answers, also those of the trigger inside and the one that ends the window.
class ProcessingTimeoutTrigger final : public WindowTrigger {
 public:
  ProcessingTimeoutTrigger(const TriggerSpec& spec, std::unique_ptr<WindowTrigger> nested)
      : nested_(std::move(nested)),
        timeout_(spec.interval),
        reset_on_element_(spec.reset_on_element),
        clear_on_timeout_(spec.clear_on_timeout) {}
  void open(TriggerStates& states) override {
    nested_->open(states);
    deadline_ = states.named("timeout");
  }
  TriggerResult on_element(RowView row, Timestamp time, TriggerContext& ctx) const override {
    const TriggerResult result = nested_->on_element(row, time, ctx);
    if (result.fire) {
      clear(ctx);
      return result;
    }
    if (reset_on_element_) forget_deadline(ctx);
    if (ctx.state(deadline_).is_null()) {
      const ProcTime at = ctx.now() + timeout_;
      ctx.state(deadline_) = Value::integer(at.ms);
      ctx.set_timer(at);
    }
    return result;
  }
  TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const override {
    return struck(nested_->on_event_time(time, ctx), ctx);
  }
  TriggerResult on_processing_time(ProcTime time, TriggerContext& ctx) const override {
    return struck(nested_->on_processing_time(time, ctx), ctx);
  }
  void clear(TriggerContext& ctx) const override {
    forget_deadline(ctx);
    nested_->clear(ctx);
  }

 private:
  TriggerResult struck(TriggerResult nested, TriggerContext& ctx) const {
    if (clear_on_timeout_) clear(ctx);
    return {.fire = true, .purge = nested.purge};
  }
  void forget_deadline(TriggerContext& ctx) const {
    const Value deadline = ctx.state(deadline_);
    if (deadline.is_null()) return;
    ctx.delete_timer(ProcTime{deadline.as_int()});
    ctx.state(deadline_) = Value::null();
  }

  std::unique_ptr<WindowTrigger> nested_;
  Duration timeout_;
  bool reset_on_element_;
  bool clear_on_timeout_;
  uint32_t deadline_ = 0;
};

}  // namespace

std::unique_ptr<WindowTrigger> make_count_trigger(int64_t count) {
  return std::make_unique<CountTrigger>(count);
}
std::unique_ptr<WindowTrigger> make_delta_trigger(double threshold, const ScalarFunction& of) {
  return std::make_unique<DeltaTrigger>(threshold, of);
}
std::unique_ptr<WindowTrigger> make_purging_trigger(std::unique_ptr<WindowTrigger> nested) {
  return std::make_unique<PurgingTrigger>(std::move(nested));
}
std::unique_ptr<WindowTrigger> make_processing_timeout_trigger(
    const TriggerSpec& spec, std::unique_ptr<WindowTrigger> nested) {
  return std::make_unique<ProcessingTimeoutTrigger>(spec, std::move(nested));
}

}  // namespace leat
