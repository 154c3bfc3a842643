// Windows for C++ jobs, by Flink's names: assigners, triggers, evictors. Each is only a spec, the
// same that a scenario file makes.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/api/typed_functions.h"
#include "core/graph/specs.h"

namespace leat {

// ---- which windows ----

class TumblingEventTimeWindows {
 public:
  static WindowSpec of(Duration size, Duration offset = {0},
                       WindowSpec::Stagger stagger = WindowSpec::Stagger::kAligned) {
    WindowSpec spec;
    spec.size = size;
    spec.offset = offset;
    spec.stagger = stagger;
    return spec;
  }
};

class SlidingEventTimeWindows {
 public:
  static WindowSpec of(Duration size, Duration slide, Duration offset = {0}) {
    WindowSpec spec = TumblingEventTimeWindows::of(size, offset);
    spec.assigner = WindowSpec::Assigner::kSliding;
    spec.slide = slide;
    return spec;
  }
};

// A number (ms, or what a delta compares) computed from a row.
template <class T, class F>
class NumberLambda final : public ScalarFunction {
 public:
  explicit NumberLambda(F f) : f_(std::move(f)) {}
  Value eval(RowView in, Timestamp) const override {
    const auto number = f_(RowCodec<T>::decode(in));
    if constexpr (std::is_same_v<decltype(number), const Duration>) {
      return Value::integer(number.ms);
    } else {
      return Value::number(static_cast<double>(number));
    }
  }
  std::unique_ptr<ScalarFunction> clone() const override {
    return std::make_unique<NumberLambda>(*this);
  }

 private:
  F f_;
};

class EventTimeSessionWindows {
 public:
  static WindowSpec with_gap(Duration gap) {
    WindowSpec spec;
    spec.assigner = WindowSpec::Assigner::kSession;
    spec.gap = gap;
    return spec;
  }
  // f(row) is the Duration that row's session lasts without another.
  template <RowType T, class F>
    requires PureCallable<F, const T&>
  static WindowSpec with_dynamic_gap(F f) {
    WindowSpec spec = with_gap({1});
    spec.gap_of = std::make_shared<NumberLambda<T, F>>(std::move(f));
    return spec;
  }
};

// The same by the clock.
inline WindowSpec by_processing_time(WindowSpec spec) {
  spec.domain = TimeDomain::kProcessing;
  return spec;
}
class TumblingProcessingTimeWindows {
 public:
  static WindowSpec of(Duration size, Duration offset = {0}) {
    return by_processing_time(TumblingEventTimeWindows::of(size, offset));
  }
};
class SlidingProcessingTimeWindows {
 public:
  static WindowSpec of(Duration size, Duration slide, Duration offset = {0}) {
    return by_processing_time(SlidingEventTimeWindows::of(size, slide, offset));
  }
};
class ProcessingTimeSessionWindows {
 public:
  static WindowSpec with_gap(Duration gap) {
    return by_processing_time(EventTimeSessionWindows::with_gap(gap));
  }
};

class GlobalWindows {
 public:
  // Never answers by itself: give it a trigger.
  static WindowSpec create() {
    WindowSpec spec;
    spec.assigner = WindowSpec::Assigner::kGlobal;
    return spec;
  }
  static WindowSpec create_with_end_of_stream_trigger() {
    WindowSpec spec = create();
    spec.trigger.kind = TriggerSpec::Kind::kEndOfStream;
    return spec;
  }
};

// Windows of one's own; the name is for pictures. The function is called once an attempt.
inline WindowSpec custom_windows(std::string name, AssignerFactory make) {
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kCustom;
  spec.custom = std::move(make);
  spec.label = std::move(name);
  return spec;
}

// ---- when they answer ----

inline TriggerSpec trigger_of_kind(TriggerSpec::Kind kind) {
  TriggerSpec spec;
  spec.kind = kind;
  return spec;
}
class EventTimeTrigger {
 public:
  static TriggerSpec create() { return trigger_of_kind(TriggerSpec::Kind::kEventTime); }
};
class ProcessingTimeTrigger {
 public:
  static TriggerSpec create() { return trigger_of_kind(TriggerSpec::Kind::kProcessingTime); }
};
class CountTrigger {
 public:
  static TriggerSpec of(int64_t count) {
    TriggerSpec spec = trigger_of_kind(TriggerSpec::Kind::kCount);
    spec.count = count;
    return spec;
  }
};
class ContinuousEventTimeTrigger {
 public:
  static TriggerSpec of(Duration interval) {
    TriggerSpec spec = trigger_of_kind(TriggerSpec::Kind::kContinuousEventTime);
    spec.interval = interval;
    return spec;
  }
};
class ContinuousProcessingTimeTrigger {
 public:
  static TriggerSpec of(Duration interval) {
    TriggerSpec spec = trigger_of_kind(TriggerSpec::Kind::kContinuousProcessingTime);
    spec.interval = interval;
    return spec;
  }
};
class DeltaTrigger {
 public:
  // Answers when f(row) has grown by more than the threshold since the last answer.
  template <RowType T, class F>
    requires PureCallable<F, const T&>
  static TriggerSpec of(double threshold, F f) {
    TriggerSpec spec = trigger_of_kind(TriggerSpec::Kind::kDelta);
    spec.threshold = threshold;
    spec.of = std::make_shared<NumberLambda<T, F>>(std::move(f));
    return spec;
  }
};
class PurgingTrigger {
 public:
  static TriggerSpec of(TriggerSpec nested) {
    TriggerSpec spec = trigger_of_kind(TriggerSpec::Kind::kPurging);
    spec.nested = std::make_shared<TriggerSpec>(std::move(nested));
    return spec;
  }
};
class ProcessingTimeoutTrigger {
 public:
  struct Options {
    bool reset_on_element = false;
    bool clear_on_timeout = true;
  };
  static TriggerSpec of(TriggerSpec nested, Duration timeout) {
    return of(std::move(nested), timeout, Options{});
  }
  static TriggerSpec of(TriggerSpec nested, Duration timeout, Options options) {
    TriggerSpec spec = trigger_of_kind(TriggerSpec::Kind::kProcessingTimeout);
    spec.nested = std::make_shared<TriggerSpec>(std::move(nested));
    spec.interval = timeout;
    spec.reset_on_element = options.reset_on_element;
    spec.clear_on_timeout = options.clear_on_timeout;
    return spec;
  }
};
inline TriggerSpec custom_trigger(std::string name, TriggerFactory make) {
  TriggerSpec spec = trigger_of_kind(TriggerSpec::Kind::kCustom);
  spec.custom = std::move(make);
  spec.label = std::move(name);
  return spec;
}

// ---- what they keep ----

inline EvictorSpec evictor_of_kind(EvictorSpec::Kind kind, EvictorSpec::When when) {
  EvictorSpec spec;
  spec.kind = kind;
  spec.when = when;
  return spec;
}
class CountEvictor {
 public:
  static EvictorSpec of(int64_t keep, EvictorSpec::When when = EvictorSpec::When::kBefore) {
    EvictorSpec spec = evictor_of_kind(EvictorSpec::Kind::kCount, when);
    spec.count = keep;
    return spec;
  }
};
class TimeEvictor {
 public:
  static EvictorSpec of(Duration keep, EvictorSpec::When when = EvictorSpec::When::kBefore) {
    EvictorSpec spec = evictor_of_kind(EvictorSpec::Kind::kTime, when);
    spec.keep = keep;
    return spec;
  }
};
class DeltaEvictor {
 public:
  template <RowType T, class F>
    requires PureCallable<F, const T&>
  static EvictorSpec of(double threshold, F f,
                        EvictorSpec::When when = EvictorSpec::When::kBefore) {
    EvictorSpec spec = evictor_of_kind(EvictorSpec::Kind::kDelta, when);
    spec.threshold = threshold;
    spec.of = std::make_shared<NumberLambda<T, F>>(std::move(f));
    return spec;
  }
};
inline EvictorSpec custom_evictor(std::string name, EvictorFactory make) {
  EvictorSpec spec = evictor_of_kind(EvictorSpec::Kind::kCustom, EvictorSpec::When::kBefore);
  spec.custom = std::move(make);
  spec.label = std::move(name);
  return spec;
}

}  // namespace leat
