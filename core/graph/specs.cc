#include "core/graph/specs.h"

namespace leat {

std::string describe(Duration duration) {
  struct Unit {
    uint64_t ms;
    const char* name;
  };
  static constexpr Unit kUnits[] = {
      {86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
  const bool negative = duration.ms < 0;
  uint64_t rest = static_cast<uint64_t>(duration.ms);
  if (negative) rest = ~rest + 1;  // also right for the least of all
  if (rest == 0) return "0 ms";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (rest < unit.ms) continue;
    text += (text.empty() ? "" : " ") + std::to_string(rest / unit.ms) + " " + unit.name;
    rest %= unit.ms;
  }
  return negative ? "-" + text : text;
}

namespace {

std::string with_label(const char* what, const std::string& label) {
  return label.empty() ? what : std::string(what) + " " + label;
}

std::string describe(const WatermarkSpec& spec) {
  std::string text;
  switch (spec.kind) {
    case WatermarkSpec::Kind::kNone:
      text = "no watermarks";
      break;
    case WatermarkSpec::Kind::kBounded:
      text = spec.bound == Duration{0} ? "ascending" : "bounded " + describe(spec.bound);
      break;
    case WatermarkSpec::Kind::kPunctuated:
      text = "punctuated";
      if (spec.bound != Duration{0}) text += " " + describe(spec.bound);
      break;
  }
  if (spec.idle_after) text += ", idle after " + describe(*spec.idle_after);
  if (spec.alignment) {
    text += ", " + describe(spec.alignment->max_drift) + " ahead of " + spec.alignment->group +
            " at most";
  }
  return text;
}

std::string describe(const TriggerSpec& spec) {
  const auto nested = [&] { return spec.nested ? describe(*spec.nested) : std::string("default"); };
  switch (spec.kind) {
    case TriggerSpec::Kind::kDefault:
      return "default";
    case TriggerSpec::Kind::kEventTime:
      return "event time";
    case TriggerSpec::Kind::kProcessingTime:
      return "processing time";
    case TriggerSpec::Kind::kCount:
      return "count " + std::to_string(spec.count);
    case TriggerSpec::Kind::kPurging:
      return "purging(" + nested() + ")";
    case TriggerSpec::Kind::kContinuousEventTime:
      return "every " + describe(spec.interval) + " of event time";
    case TriggerSpec::Kind::kContinuousProcessingTime:
      return "every " + describe(spec.interval) + " of processing time";
    case TriggerSpec::Kind::kDelta:
      return "delta";
    case TriggerSpec::Kind::kProcessingTimeout:
      return nested() + " or after " + describe(spec.interval);
    case TriggerSpec::Kind::kEndOfStream:
      return "end of stream";
    case TriggerSpec::Kind::kNever:
      return "never";
    case TriggerSpec::Kind::kCustom:
      return spec.label.empty() ? "custom" : spec.label;
  }
  fail_check("a trigger has an unknown kind");
}

std::string describe(const EvictorSpec& spec) {
  const std::string after = spec.when == EvictorSpec::When::kAfter ? " after" : "";
  switch (spec.kind) {
    case EvictorSpec::Kind::kNone:
      return "";
    case EvictorSpec::Kind::kCount:
      return "keep " + std::to_string(spec.count) + after;
    case EvictorSpec::Kind::kTime:
      return "keep " + describe(spec.keep) + after;
    case EvictorSpec::Kind::kDelta:
      return "keep by delta" + after;
    case EvictorSpec::Kind::kCustom:
      return spec.label.empty() ? "custom evictor" : spec.label;
  }
  fail_check("an evictor has an unknown kind");
}

std::string describe_assigner(const WindowSpec& spec) {
  switch (spec.assigner) {
    case WindowSpec::Assigner::kTumbling:
      return "tumbling " + describe(spec.size);
    case WindowSpec::Assigner::kSliding:
      return "sliding " + describe(spec.size) + " by " + describe(spec.slide);
    case WindowSpec::Assigner::kSession:
      return spec.gap_of != nullptr ? "session by element" : "session " + describe(spec.gap);
    case WindowSpec::Assigner::kGlobal:
      return "global";
    case WindowSpec::Assigner::kCustom:
      return spec.label.empty() ? "custom" : spec.label;
  }
  fail_check("a window has an unknown assigner");
}

struct Describer {
  std::string operator()(const SourceSpec& s) const {
    const std::string what = s.kind == SourceSpec::Kind::kLog ? "log " + s.topic : "table";
    return what + (s.ingestion_time ? ", ingestion time, " : ", ") + describe(s.watermark);
  }
  std::string operator()(const MapSpec& s) const { return with_label("map", s.label); }
  std::string operator()(const FilterSpec& s) const { return with_label("filter", s.label); }
  std::string operator()(const FlatMapSpec& s) const { return with_label("flat map", s.label); }
  std::string operator()(const SplitSpec& s) const { return with_label("split", s.label); }
  std::string operator()(const SubtaskSpec&) const { return "subtask"; }
  std::string operator()(const UnionSpec&) const { return "union"; }
  std::string operator()(const AssignSpec& s) const {
    return (s.ingestion_time ? "ingestion time, " : "assign, ") + describe(s.watermark);
  }
  std::string operator()(const KeyedProcessSpec& s) const { return with_label("process", s.label); }
  std::string operator()(const RunningAggregateSpec& s) const {
    return with_label("running", s.label);
  }
  std::string operator()(const WindowSpec& s) const {
    std::string text = describe_assigner(s);
    if (s.domain == TimeDomain::kProcessing) text += " of processing time";
    if (s.allowed_lateness != Duration{0}) text += " +" + describe(s.allowed_lateness);
    if (s.offset != Duration{0}) text += " offset " + describe(s.offset);
    if (s.stagger == WindowSpec::Stagger::kRandom) text += " staggered";
    if (s.stagger == WindowSpec::Stagger::kNatural) text += " staggered by first arrival";
    if (s.trigger.kind != TriggerSpec::Kind::kDefault) text += ", trigger " + describe(s.trigger);
    if (s.evictor.kind != EvictorSpec::Kind::kNone) text += ", " + describe(s.evictor);
    return text;
  }
  std::string operator()(const SinkSpec& s) const {
    switch (s.kind) {
      case SinkSpec::Kind::kTransactional:
        return "exactly once";
      case SinkSpec::Kind::kAtLeastOnce:
        return "at least once";
      case SinkSpec::Kind::kPrint:
        return "print";
    }
    fail_check("a sink has an unknown kind");
  }
  std::string operator()(const ProcessSpec& s) const { return with_label("process", s.label); }
  std::string operator()(const CoMapSpec& s) const { return with_label("co-map", s.label); }
  std::string operator()(const CoFlatMapSpec& s) const {
    return with_label("co-flat-map", s.label);
  }
  std::string operator()(const CoProcessSpec& s) const { return with_label("connect", s.label); }
  std::string operator()(const BroadcastProcessSpec& s) const {
    return with_label("broadcast", s.label);
  }
  std::string operator()(const IntervalJoinSpec& s) const {
    using Bound = IntervalJoinSpec::Bound;
    return std::string("interval join ") + (s.lower_bound == Bound::kExclusive ? "(" : "[") +
           describe(s.lower) + ", " + describe(s.upper) +
           (s.upper_bound == Bound::kExclusive ? ")" : "]");
  }
  std::string operator()(const WindowJoinSpec& s) const { return "join, " + (*this)(s.window); }
  std::string operator()(const CoGroupSpec& s) const { return "co-group, " + (*this)(s.window); }
  std::string operator()(const AsyncSpec& s) const {
    return with_label(s.mode == AsyncSpec::Mode::kOrdered ? "async" : "async unordered", s.label);
  }
};

// Sources read nothing, most nodes one stream.
struct Inputs {
  std::optional<uint32_t> operator()(const SourceSpec&) const { return 0; }
  std::optional<uint32_t> operator()(const UnionSpec&) const { return std::nullopt; }
  std::optional<uint32_t> operator()(const CoMapSpec&) const { return 2; }
  std::optional<uint32_t> operator()(const CoFlatMapSpec&) const { return 2; }
  std::optional<uint32_t> operator()(const CoProcessSpec&) const { return 2; }
  std::optional<uint32_t> operator()(const BroadcastProcessSpec&) const { return 2; }
  std::optional<uint32_t> operator()(const IntervalJoinSpec&) const { return 2; }
  std::optional<uint32_t> operator()(const WindowJoinSpec&) const { return 2; }
  std::optional<uint32_t> operator()(const CoGroupSpec&) const { return 2; }
  template <class Spec>
  std::optional<uint32_t> operator()(const Spec&) const {
    return 1;
  }
};

}  // namespace

std::string describe(const NodeSpec& spec) { return std::visit(Describer{}, spec); }

WindowSpec count_windows(int64_t n) {
  TriggerSpec count;
  count.kind = TriggerSpec::Kind::kCount;
  count.count = n;
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kGlobal;
  spec.trigger.kind = TriggerSpec::Kind::kPurging;
  spec.trigger.nested = std::make_shared<TriggerSpec>(std::move(count));
  return spec;
}

WindowSpec count_windows(int64_t n, int64_t slide) {
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kGlobal;
  spec.trigger.kind = TriggerSpec::Kind::kCount;
  spec.trigger.count = slide;
  spec.evictor.kind = EvictorSpec::Kind::kCount;
  spec.evictor.count = n;
  return spec;
}

bool unites_inputs(const NodeSpec& spec) {
  return std::holds_alternative<WindowJoinSpec>(spec) || std::holds_alternative<CoGroupSpec>(spec);
}

std::optional<uint32_t> inputs_of(const NodeSpec& spec) { return std::visit(Inputs{}, spec); }

}  // namespace leat
