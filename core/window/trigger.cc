#include "core/window/trigger.h"

namespace leat {

namespace {

constexpr TriggerResult kContinue{};
constexpr TriggerResult kFire{.fire = true};

EventTime end_of(const TriggerContext& ctx) { return {ctx.window().max_timestamp()}; }

class EventTimeTrigger final : public Trigger {
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
  void clear(TriggerContext& ctx) const override { ctx.delete_timer(end_of(ctx)); }
  bool is_event_time_default() const override { return true; }
};

class ProcessingTimeTrigger final : public Trigger {
 public:
  TriggerResult on_element(RowView, Timestamp, TriggerContext& ctx) const override {
    ctx.set_timer(ProcTime{ctx.window().max_timestamp()});
    return kContinue;
  }
  TriggerResult on_event_time(EventTime, TriggerContext&) const override { return kContinue; }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return kFire; }
  void clear(TriggerContext& ctx) const override {
    ctx.delete_timer(ProcTime{ctx.window().max_timestamp()});
  }
};

class CountTrigger final : public Trigger {
 public:
  explicit CountTrigger(int64_t count) : count_(count) {}
  uint32_t cells() const override { return 1; }
  TriggerResult on_element(RowView, Timestamp, TriggerContext& ctx) const override {
    Value& cell = ctx.cells()[0];
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
  void clear(TriggerContext& ctx) const override { ctx.cells()[0] = Value::null(); }

 private:
  int64_t count_;
};

class PurgingTrigger final : public Trigger {
 public:
  explicit PurgingTrigger(std::unique_ptr<Trigger> nested) : nested_(std::move(nested)) {}
  uint32_t cells() const override { return nested_->cells(); }
  TriggerResult on_element(RowView row, Timestamp time, TriggerContext& ctx) const override {
    return purging(nested_->on_element(row, time, ctx));
  }
  TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const override {
    return purging(nested_->on_event_time(time, ctx));
  }
  TriggerResult on_processing_time(ProcTime time, TriggerContext& ctx) const override {
    return purging(nested_->on_processing_time(time, ctx));
  }
  void clear(TriggerContext& ctx) const override { nested_->clear(ctx); }

 private:
  static TriggerResult purging(TriggerResult result) {
    result.purge = result.purge || result.fire;
    return result;
  }
  std::unique_ptr<Trigger> nested_;
};

}  // namespace

std::unique_ptr<Trigger> make_trigger(const TriggerSpec& spec, WindowTime domain) {
  switch (spec.kind) {
    case TriggerSpec::Kind::kDefault:
      if (domain == WindowTime::kProcessing) return std::make_unique<ProcessingTimeTrigger>();
      return std::make_unique<EventTimeTrigger>();
    case TriggerSpec::Kind::kEventTime:
      return std::make_unique<EventTimeTrigger>();
    case TriggerSpec::Kind::kProcessingTime:
      return std::make_unique<ProcessingTimeTrigger>();
    case TriggerSpec::Kind::kCount:
      return std::make_unique<CountTrigger>(spec.count);
    case TriggerSpec::Kind::kPurging:
      if (spec.nested == nullptr) throw JobError("a purging trigger needs a trigger to purge by");
      return std::make_unique<PurgingTrigger>(make_trigger(*spec.nested, domain));
  }
  fail_check("a trigger of an unknown kind");
}

}  // namespace leat
