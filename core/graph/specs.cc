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
  return text;
}

std::string describe(const TriggerSpec& spec) {
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
      return "purging(" + (spec.nested ? describe(*spec.nested) : std::string("default")) + ")";
  }
  fail_check("a trigger has an unknown kind");
}

struct Describer {
  std::string operator()(const SourceSpec& s) const {
    const std::string what = s.kind == SourceSpec::Kind::kLog ? "log " + s.topic : "table";
    return what + ", " + describe(s.watermark);
  }
  std::string operator()(const MapSpec& s) const { return with_label("map", s.label); }
  std::string operator()(const FilterSpec& s) const { return with_label("filter", s.label); }
  std::string operator()(const FlatMapSpec& s) const { return with_label("flat map", s.label); }
  std::string operator()(const SplitSpec& s) const { return with_label("split", s.label); }
  std::string operator()(const UnionSpec&) const { return "union"; }
  std::string operator()(const AssignSpec& s) const { return "assign, " + describe(s.watermark); }
  std::string operator()(const KeyedProcessSpec& s) const { return with_label("process", s.label); }
  std::string operator()(const RunningAggregateSpec& s) const {
    return with_label("running", s.label);
  }
  std::string operator()(const WindowSpec& s) const {
    std::string text = "tumbling " + describe(s.size);
    if (s.domain == TimeDomain::kProcessing) text += " of processing time";
    if (s.allowed_lateness != Duration{0}) text += " +" + describe(s.allowed_lateness);
    if (s.offset != Duration{0}) text += " offset " + describe(s.offset);
    if (s.trigger.kind != TriggerSpec::Kind::kDefault) text += ", trigger " + describe(s.trigger);
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
};

}  // namespace

std::string describe(const NodeSpec& spec) { return std::visit(Describer{}, spec); }

}  // namespace leat
