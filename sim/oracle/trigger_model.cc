#include "sim/oracle/trigger_model.h"

#include <algorithm>

#include "sim/oracle/pane.h"

namespace leat {
namespace {

constexpr Answer kFire{.fire = true};
constexpr TimeDomain kEvent = TimeDomain::kEvent;
constexpr TimeDomain kProcessing = TimeDomain::kProcessing;

int64_t last_ms(const ModelPane& pane) { return pane.window.max_timestamp(); }

void forget_deadline(ModelPane& pane) {
  if (pane.deadline) pane.delete_timer(kProcessing, *pane.deadline);
  pane.deadline.reset();
}

// The next multiple of the interval, but not behind the window's end. `time % interval` truncates,
// so that a negative time gets the one after (semantics, section 3).
void answer_at_multiple(ModelPane& pane, TimeDomain domain, int64_t time, Duration interval) {
  if (interval == Duration{0}) return;  // the job is to fail here
  const int64_t at = wrapping_add(wrapping_sub(time, time % interval.ms), interval.ms);
  pane.next = std::min(at, last_ms(pane));
  pane.set_timer(domain, *pane.next);
}

}  // namespace

double as_number(const Value& value) {
  return value.type() == ValueType::kDouble ? value.as_double()
                                            : static_cast<double>(value.as_int());
}

bool ModelPane::has_timer(TimeDomain domain, int64_t time) const {
  return std::find(timers.begin(), timers.end(), PendingTimer{domain, time}) != timers.end();
}
void ModelPane::set_timer(TimeDomain domain, int64_t time) {
  if (!has_timer(domain, time)) timers.push_back({domain, time});
}
void ModelPane::delete_timer(TimeDomain domain, int64_t time) {
  std::erase(timers, PendingTimer{domain, time});
}

TriggerModel::TriggerModel(const WindowSpec& spec) : trigger_(spec.trigger) {
  if (trigger_.kind != Kind::kDefault) return;
  trigger_.kind = spec.is_global()      ? Kind::kNever
                  : is_event_time(spec) ? Kind::kEventTime
                                        : Kind::kProcessingTime;
}

Answer TriggerModel::on_element(const TriggerSpec& trigger, ModelPane& pane, RowView row,
                                Timestamp time, Moment at) {
  const bool over = last_ms(pane) <= at.watermark.ms;
  switch (trigger.kind) {
    case Kind::kEventTime:
      if (over) return kFire;
      pane.set_timer(kEvent, last_ms(pane));
      return {};
    case Kind::kProcessingTime:
      pane.set_timer(kProcessing, last_ms(pane));
      return {};
    case Kind::kEndOfStream:
      pane.set_timer(kEvent, last_ms(pane));
      return {};
    case Kind::kCount:
      if (++pane.seen < trigger.count) return {};
      pane.seen = 0;
      return kFire;
    case Kind::kContinuousEventTime:
      if (over) return kFire;
      pane.set_timer(kEvent, last_ms(pane));
      if (!pane.next)
        answer_at_multiple(pane, kEvent, time.value_or(EventTime::min()).ms, trigger.interval);
      return {};
    case Kind::kContinuousProcessingTime:
      if (!pane.next) answer_at_multiple(pane, kProcessing, at.now.ms, trigger.interval);
      return {};
    case Kind::kDelta: {
      const double value = as_number(trigger.of->eval(row, time));
      const bool first = !pane.last;
      if (!first && !(value - *pane.last > trigger.threshold)) return {};
      pane.last = value;
      return {.fire = !first};
    }
    case Kind::kPurging: {
      const Answer inner = on_element(*trigger.nested, pane, row, time, at);
      return {inner.fire, inner.fire || inner.purge};
    }
    case Kind::kProcessingTimeout: {
      const Answer inner = on_element(*trigger.nested, pane, row, time, at);
      if (inner.fire) {
        clear(trigger, pane);
        return inner;
      }
      if (trigger.reset_on_element) forget_deadline(pane);
      if (!pane.deadline) {
        pane.deadline = (at.now + trigger.interval).ms;
        pane.set_timer(kProcessing, *pane.deadline);
      }
      return inner;
    }
    case Kind::kDefault:
    case Kind::kNever:
    case Kind::kCustom:
      return {};
  }
  return {};
}

Answer TriggerModel::on_timer(const TriggerSpec& trigger, ModelPane& pane, TimeDomain domain,
                              int64_t time) {
  const bool at_end = time == last_ms(pane);
  const auto continues = [&](TimeDomain own) -> Answer {
    if (domain != own) return {};
    if (at_end) return kFire;
    if (pane.next != time) return {};
    pane.next = std::min(wrapping_add(time, trigger.interval.ms), last_ms(pane));
    pane.set_timer(own, *pane.next);
    return kFire;
  };
  switch (trigger.kind) {
    case Kind::kEventTime:
    case Kind::kEndOfStream:
      return {.fire = domain == kEvent && at_end};
    case Kind::kProcessingTime:
      return {.fire = domain == kProcessing};
    case Kind::kContinuousEventTime:
      return continues(kEvent);
    case Kind::kContinuousProcessingTime:
      return continues(kProcessing);
    case Kind::kPurging: {
      const Answer inner = on_timer(*trigger.nested, pane, domain, time);
      return {inner.fire, inner.fire || inner.purge};
    }
    case Kind::kProcessingTimeout: {
      const Answer inner = on_timer(*trigger.nested, pane, domain, time);
      if (trigger.clear_on_timeout) clear(trigger, pane);
      return {true, inner.purge};
    }
    case Kind::kDefault:
    case Kind::kCount:
    case Kind::kDelta:
    case Kind::kNever:
    case Kind::kCustom:
      return {};
  }
  return {};
}

void TriggerModel::clear(const TriggerSpec& trigger, ModelPane& pane) {
  const auto forget_next = [&](TimeDomain domain) {
    if (pane.next) pane.delete_timer(domain, *pane.next);
    pane.next.reset();
  };
  switch (trigger.kind) {
    case Kind::kEventTime:
      return pane.delete_timer(kEvent, last_ms(pane));
    case Kind::kProcessingTime:
      return pane.delete_timer(kProcessing, last_ms(pane));
    case Kind::kCount:
      pane.seen = 0;
      return;
    case Kind::kContinuousEventTime:
      return forget_next(kEvent);
    case Kind::kContinuousProcessingTime:
      return forget_next(kProcessing);
    case Kind::kDelta:
      pane.last.reset();
      return;
    case Kind::kPurging:
      return clear(*trigger.nested, pane);
    case Kind::kProcessingTimeout:
      forget_deadline(pane);
      return clear(*trigger.nested, pane);
    case Kind::kDefault:
    case Kind::kEndOfStream:
    case Kind::kNever:
    case Kind::kCustom:
      return;
  }
}

void TriggerModel::on_merge(ModelPane& into, const std::vector<ModelPane>& of, Moment at) const {
  for (const ModelPane& pane : of) {
    into.seen = wrapping_add(into.seen, pane.seen);
    if (pane.next) into.next = std::min(into.next.value_or(*pane.next), *pane.next);
  }
  set_merged_timers(trigger_, into, at);
}

void TriggerModel::set_merged_timers(const TriggerSpec& trigger, ModelPane& into, Moment at) {
  const int64_t end = last_ms(into);
  if (trigger.kind == Kind::kPurging) return set_merged_timers(*trigger.nested, into, at);
  if (trigger.kind == Kind::kEventTime && end > at.watermark.ms) into.set_timer(kEvent, end);
  if (trigger.kind == Kind::kProcessingTime && end > at.now.ms) into.set_timer(kProcessing, end);
  if (!into.next) return;
  if (trigger.kind == Kind::kContinuousEventTime) into.set_timer(kEvent, *into.next);
  if (trigger.kind == Kind::kContinuousProcessingTime) into.set_timer(kProcessing, *into.next);
}

}  // namespace leat
