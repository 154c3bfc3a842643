// Triggers that go by a clock or by the watermark.
#include <algorithm>

#include "core/window/triggers.h"

namespace leat {

namespace {

EventTime end_of(const TriggerContext& ctx) { return {ctx.window().max_timestamp()}; }
ProcTime clock_end_of(const TriggerContext& ctx) { return {ctx.window().max_timestamp()}; }

class EventTimeTrigger final : public WindowTrigger {
 public:
  TriggerResult on_element(RowView, Timestamp, TriggerContext& ctx) const override {
    if (end_of(ctx) <= ctx.watermark()) return kFire;  // a late element: the window answers again
    ctx.set_timer(end_of(ctx));
    return kContinue;
  }
  TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const override {
    return time == end_of(ctx) ? kFire : kContinue;
  }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kContinue; }
  bool can_merge() const override { return true; }
  void on_merge(MergeContext& ctx) const override {
    if (end_of(ctx) > ctx.watermark()) ctx.set_timer(end_of(ctx));
  }
  void clear(TriggerContext& ctx) const override { ctx.delete_timer(end_of(ctx)); }
};

class ProcessingTimeTrigger final : public WindowTrigger {
 public:
  TriggerResult on_element(RowView, Timestamp, TriggerContext& ctx) const override {
    ctx.set_timer(clock_end_of(ctx));
    return kContinue;
  }
  TriggerResult on_event_time(EventTime, TriggerContext&) const override { return kContinue; }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kFire; }
  bool can_merge() const override { return true; }
  void on_merge(MergeContext& ctx) const override {
    if (clock_end_of(ctx) > ctx.now()) ctx.set_timer(clock_end_of(ctx));
  }
  void clear(TriggerContext& ctx) const override { ctx.delete_timer(clock_end_of(ctx)); }
};

// Global windows only: MAX is the watermark that ends the input.
class EndOfStreamTrigger final : public WindowTrigger {
 public:
  TriggerResult on_element(RowView, Timestamp, TriggerContext& ctx) const override {
    ctx.set_timer(end_of(ctx));
    return kContinue;
  }
  TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const override {
    return time == end_of(ctx) ? kFire : kContinue;
  }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kContinue; }
  void clear(TriggerContext&) const override {}
};

class NeverTrigger final : public WindowTrigger {
 public:
  TriggerResult on_element(RowView, Timestamp, TriggerContext&) const override { return kContinue; }
  TriggerResult on_event_time(EventTime, TriggerContext&) const override { return kContinue; }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kContinue; }
  void clear(TriggerContext&) const override {}
};

Value earlier(const Value& a, const Value& b) { return b < a ? b : a; }

// The first multiple of the interval behind `time`. Java's division truncates, so that times before
// 0 get the one after the next.
int64_t next_multiple(int64_t time, int64_t interval) {
  if (interval == 0) throw JobError("a continuous trigger has the interval 0");
  const int64_t past = interval == -1 ? 0 : time % interval;  // MIN % -1 would trap
  return wrapping_add(wrapping_sub(time, past), interval);
}

// Both continuous triggers keep under one name when they answer next.
class ContinuousTrigger : public WindowTrigger {
 public:
  explicit ContinuousTrigger(int64_t interval) : interval_(interval) {}
  void open(TriggerStates& states) override { next_ = states.named("fire-time", earlier); }
  bool can_merge() const override { return true; }

 protected:
  int64_t interval() const { return interval_; }
  uint32_t next() const { return next_; }
  // Never behind the window's end.
  template <class Time>
  void answer_next_at(int64_t time, TriggerContext& ctx) const {
    const int64_t at = std::min(time, ctx.window().max_timestamp());
    ctx.state(next_) = Value::integer(at);
    ctx.set_timer(Time{at});
  }
  template <class Time>
  bool is_next(Time time, TriggerContext& ctx) const {
    return ctx.state(next_) == Value::integer(time.ms);
  }
  template <class Time>
  void merge_next(MergeContext& ctx) const {
    ctx.merge_state(next_);
    const Value next = ctx.state(next_);
    if (!next.is_null()) ctx.set_timer(Time{next.as_int()});
  }
  template <class Time>
  void clear_next(TriggerContext& ctx) const {
    const Value next = ctx.state(next_);
    if (next.is_null()) return;
    ctx.delete_timer(Time{next.as_int()});
    ctx.state(next_) = Value::null();
  }

 private:
  int64_t interval_;
  uint32_t next_ = 0;
};

class ContinuousEventTimeTrigger final : public ContinuousTrigger {
 public:
  using ContinuousTrigger::ContinuousTrigger;
  TriggerResult on_element(RowView, Timestamp time, TriggerContext& ctx) const override {
    if (end_of(ctx) <= ctx.watermark()) return kFire;
    ctx.set_timer(end_of(ctx));
    if (ctx.state(next()).is_null()) {
      const int64_t at = time.value_or(EventTime::min()).ms;
      answer_next_at<EventTime>(next_multiple(at, interval()), ctx);
    }
    return kContinue;
  }
  TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const override {
    if (time == end_of(ctx)) return kFire;
    if (!is_next(time, ctx)) return kContinue;
    answer_next_at<EventTime>(wrapping_add(time.ms, interval()), ctx);
    return kFire;
  }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kContinue; }
  void on_merge(MergeContext& ctx) const override { merge_next<EventTime>(ctx); }
  // The timer at the end of the window stays.
  void clear(TriggerContext& ctx) const override { clear_next<EventTime>(ctx); }
};

class ContinuousProcessingTimeTrigger final : public ContinuousTrigger {
 public:
  using ContinuousTrigger::ContinuousTrigger;
  TriggerResult on_element(RowView, Timestamp, TriggerContext& ctx) const override {
    if (ctx.state(next()).is_null()) {
      answer_next_at<ProcTime>(next_multiple(ctx.now().ms, interval()), ctx);
    }
    return kContinue;
  }
  TriggerResult on_event_time(EventTime, TriggerContext&) const override { return kContinue; }
  // After the answer at the end of the window the state stays set without a timer, so that elements
  // of a window of event time that still lives never bring another.
  TriggerResult on_processing_time(ProcTime time, TriggerContext& ctx) const override {
    if (time == clock_end_of(ctx)) return kFire;
    if (!is_next(time, ctx)) return kContinue;
    answer_next_at<ProcTime>(wrapping_add(time.ms, interval()), ctx);
    return kFire;
  }
  void on_merge(MergeContext& ctx) const override { merge_next<ProcTime>(ctx); }
  void clear(TriggerContext& ctx) const override { clear_next<ProcTime>(ctx); }
};

}  // namespace

std::unique_ptr<WindowTrigger> make_event_time_trigger() {
  return std::make_unique<EventTimeTrigger>();
}
std::unique_ptr<WindowTrigger> make_processing_time_trigger() {
  return std::make_unique<ProcessingTimeTrigger>();
}
std::unique_ptr<WindowTrigger> make_end_of_stream_trigger() {
  return std::make_unique<EndOfStreamTrigger>();
}
std::unique_ptr<WindowTrigger> make_never_trigger() { return std::make_unique<NeverTrigger>(); }
std::unique_ptr<WindowTrigger> make_continuous_event_time_trigger(int64_t interval) {
  return std::make_unique<ContinuousEventTimeTrigger>(interval);
}
std::unique_ptr<WindowTrigger> make_continuous_processing_time_trigger(int64_t interval) {
  return std::make_unique<ContinuousProcessingTimeTrigger>(interval);
}

}  // namespace leat
