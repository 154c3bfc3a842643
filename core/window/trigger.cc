#include "core/window/trigger.h"

#include "core/window/triggers.h"

namespace leat {

namespace {

using Kind = TriggerSpec::Kind;

std::unique_ptr<WindowTrigger> make_nested(const TriggerSpec& spec) {
  if (spec.nested == nullptr) throw JobError("a trigger around a trigger needs one inside");
  return make_trigger(*spec.nested);
}

// What Flink's types refuse: triggers written for time windows on global ones, and the reverse.
// Never goes with sessions by its type, and is refused there because it cannot merge.
void require_fit(const TriggerSpec& spec, const WindowSpec& window) {
  const bool of_time = spec.kind == Kind::kEventTime || spec.kind == Kind::kProcessingTime;
  if (of_time && window.is_global()) {
    throw JobError("a trigger at the end of a window does not fit global windows");
  }
  const bool of_global = spec.kind == Kind::kEndOfStream || spec.kind == Kind::kNever;
  if (of_global && !window.is_global()) {
    throw JobError("this trigger fits global windows only");
  }
  if (spec.nested != nullptr) require_fit(*spec.nested, window);
}

}  // namespace

std::unique_ptr<WindowTrigger> make_trigger(const TriggerSpec& spec) {
  switch (spec.kind) {
    case Kind::kEventTime:
      return make_event_time_trigger();
    case Kind::kProcessingTime:
      return make_processing_time_trigger();
    case Kind::kCount:
      return make_count_trigger(spec.count);
    case Kind::kPurging:
      return make_purging_trigger(make_nested(spec));
    case Kind::kContinuousEventTime:
      return make_continuous_event_time_trigger(spec.interval.ms);
    case Kind::kContinuousProcessingTime:
      return make_continuous_processing_time_trigger(spec.interval.ms);
    case Kind::kDelta:
      if (spec.of == nullptr) throw JobError("a delta trigger needs what it compares");
      return make_delta_trigger(spec.threshold, *spec.of);
    case Kind::kProcessingTimeout:
      return make_processing_timeout_trigger(spec, make_nested(spec));
    case Kind::kEndOfStream:
      return make_end_of_stream_trigger();
    case Kind::kNever:
      return make_never_trigger();
    case Kind::kCustom:
      if (!spec.custom) throw JobError("a custom trigger needs a function that makes it");
      return spec.custom();
    case Kind::kDefault:
      throw JobError("only a window knows its default trigger");
  }
  fail_check("a trigger of an unknown kind");
}

std::unique_ptr<WindowTrigger> make_trigger(const WindowSpec& spec,
                                            const WindowAssigner& assigner) {
  TriggerSpec trigger = spec.trigger;
  if (trigger.kind == Kind::kDefault) {
    trigger.kind = spec.is_global()                               ? Kind::kNever
                   : assigner.domain() == TimeDomain::kProcessing ? Kind::kProcessingTime
                                                                  : Kind::kEventTime;
  }
  require_fit(trigger, spec);
  std::unique_ptr<WindowTrigger> made = make_trigger(trigger);
  if (assigner.merges() && !made->can_merge()) {
    throw JobError("a trigger that cannot merge does not go with windows that merge");
  }
  return made;
}

}  // namespace leat
