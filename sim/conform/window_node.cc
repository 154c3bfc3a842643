#include "sim/conform/window_node.h"

#include "sim/conform/scripts.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

Duration duration_of(const Value& object, const char* name) {
  return {has_member(object, name) ? number_of(member(object, name)) : 0};
}

double double_of(const Value& value) {
  if (value.type() == ValueType::kDouble) return value.as_double();
  return static_cast<double>(number_of(value));
}

bool flag_of(const Value& object, const char* name, bool otherwise) {
  if (!has_member(object, name)) return otherwise;
  const Value flag = member(object, name);
  if (flag.type() != ValueType::kBool) throw UnknownRequest("a flag is true or false");
  return flag.as_bool();
}

std::shared_ptr<const ScalarFunction> field_of(const Value& name, const Schema& schema) {
  const auto field = schema.find(text_of(name));
  if (!field) throw UnknownRequest("there is no field " + to_json(name));
  return read_field(*field);
}

TriggerSpec trigger_of(const Value& trigger, const Schema& schema);

TriggerSpec timeout_of(const Value& trigger, const Schema& schema) {
  only_members(trigger, {"trigger", "timeout", "reset_on_element", "clear_on_timeout"});
  TriggerSpec spec;
  spec.kind = TriggerSpec::Kind::kProcessingTimeout;
  spec.interval = duration_of(trigger, "timeout");
  spec.reset_on_element = flag_of(trigger, "reset_on_element", false);
  spec.clear_on_timeout = flag_of(trigger, "clear_on_timeout", true);
  spec.nested = std::make_shared<TriggerSpec>(trigger_of(member(trigger, "trigger"), schema));
  return spec;
}

TriggerSpec trigger_of(const Value& trigger, const Schema& schema) {
  if (trigger.type() != ValueType::kMap || trigger.as_map().size() != 1) {
    throw UnknownRequest("a trigger is an object with one member, not " + to_json(trigger));
  }
  using Kind = TriggerSpec::Kind;
  const std::string name = text_of(trigger.as_map()[0].first);
  const Value& of = trigger.as_map()[0].second;
  TriggerSpec spec;
  if (name == "event_time") {
    spec.kind = Kind::kEventTime;
  } else if (name == "processing_time") {
    spec.kind = Kind::kProcessingTime;
  } else if (name == "end_of_stream") {
    spec.kind = Kind::kEndOfStream;
  } else if (name == "never") {
    spec.kind = Kind::kNever;
  } else if (name == "count") {
    spec.kind = Kind::kCount;
    spec.count = number_of(of);
  } else if (name == "continuous_event_time" || name == "continuous_processing_time") {
    spec.kind = name == "continuous_event_time" ? Kind::kContinuousEventTime
                                                : Kind::kContinuousProcessingTime;
    spec.interval = {number_of(of)};
  } else if (name == "delta") {
    only_members(of, {"threshold", "field"});
    spec.kind = Kind::kDelta;
    spec.threshold = double_of(member(of, "threshold"));
    spec.of = field_of(member(of, "field"), schema);
  } else if (name == "purging") {
    spec.kind = Kind::kPurging;
    spec.nested = std::make_shared<TriggerSpec>(trigger_of(of, schema));
  } else if (name == "processing_timeout") {
    spec = timeout_of(of, schema);
  } else {
    throw UnknownRequest("the trigger \"" + name + "\" is not known");
  }
  return spec;
}

EvictorSpec evictor_of(const Value& evictor, const Schema& schema) {
  only_members(evictor, {"count", "time", "delta", "after"});
  EvictorSpec spec;
  if (flag_of(evictor, "after", false)) spec.when = EvictorSpec::When::kAfter;
  if (has_member(evictor, "count")) {
    spec.kind = EvictorSpec::Kind::kCount;
    spec.count = number_of(member(evictor, "count"));
  } else if (has_member(evictor, "time")) {
    spec.kind = EvictorSpec::Kind::kTime;
    spec.keep = duration_of(evictor, "time");
  } else if (has_member(evictor, "delta")) {
    const Value delta = member(evictor, "delta");
    only_members(delta, {"threshold", "field"});
    spec.kind = EvictorSpec::Kind::kDelta;
    spec.threshold = double_of(member(delta, "threshold"));
    spec.of = field_of(member(delta, "field"), schema);
  } else {
    throw UnknownRequest("the evictor " + to_json(evictor) + " is not known");
  }
  return spec;
}

WindowSpec count_windows_of(const Value& count) {
  if (count.type() == ValueType::kInt) return count_windows(count.as_int());
  const auto sizes = count.as_list();
  return count_windows(number_of(sizes[0]), number_of(sizes[1]));
}

// The assigner, with what comes along with it.
WindowSpec assigner_of(const Value& window, const Schema& schema) {
  WindowSpec spec;
  if (has_member(window, "tumbling")) {
    spec.size = duration_of(window, "tumbling");
  } else if (has_member(window, "sliding")) {
    const Value sizes = member(window, "sliding");
    spec.assigner = WindowSpec::Assigner::kSliding;
    spec.size = {number_of(sizes.as_list()[0])};
    spec.slide = {number_of(sizes.as_list()[1])};
  } else if (has_member(window, "session")) {
    spec.assigner = WindowSpec::Assigner::kSession;
    spec.gap = duration_of(window, "session");
  } else if (has_member(window, "session_by")) {
    spec.assigner = WindowSpec::Assigner::kSession;
    spec.gap_of = field_of(member(window, "session_by"), schema);
  } else if (has_member(window, "global")) {
    spec.assigner = WindowSpec::Assigner::kGlobal;
  } else if (has_member(window, "count")) {
    spec = count_windows_of(member(window, "count"));
  } else {
    throw UnknownRequest("the window " + to_json(window) + " is not known");
  }
  return spec;
}

AggregateSpec aggregate_of(const std::string& text, const WindowSpec& window,
                           const Schema& schema) {
  Result<AggregateSpec> parsed = parse_aggregate(text, schema);
  if (!parsed.ok()) throw UnknownRequest(parsed.error());
  AggregateSpec aggregate = std::move(parsed.value());
  // Merging leaves the order of contents open, so the recorded lists of sessions are sorted.
  if (window.assigner == WindowSpec::Assigner::kSession &&
      aggregate.kind == AggregateSpec::Kind::kCollect) {
    aggregate.kind = AggregateSpec::Kind::kUser;
    aggregate.user = sorted_collect(std::move(aggregate.argument));
  }
  return aggregate;
}

}  // namespace

WindowSpec window_of_case(const Value& window, const Schema& schema) {
  only_members(window, {"tumbling", "sliding", "session", "session_by", "global", "count", "offset",
                        "time", "allowed_lateness", "late_to", "trigger", "evictor"});
  WindowSpec spec = assigner_of(window, schema);
  spec.offset = duration_of(window, "offset");
  spec.allowed_lateness = duration_of(window, "allowed_lateness");
  spec.late_to_side = has_member(window, "late_to");
  if (has_member(window, "time")) {
    const std::string time = text_of(member(window, "time"));
    if (time == "processing") {
      spec.domain = TimeDomain::kProcessing;
    } else if (time != "event") {
      throw UnknownRequest("the time \"" + time + "\" is not known");
    }
  }
  if (has_member(window, "trigger")) spec.trigger = trigger_of(member(window, "trigger"), schema);
  if (has_member(window, "evictor")) spec.evictor = evictor_of(member(window, "evictor"), schema);
  return spec;
}

void make_window_node(const Value& spec, const Schema& schema, CaseNode& made) {
  const Value window_value = member(spec, "window");
  WindowSpec window = window_of_case(window_value, schema);
  StreamNode& node = made.node;
  if (window.late_to_side) node.sides.push_back({text_of(member(window_value, "late_to")), schema});
  const std::string aggregate = text_of(member(spec, "aggregate"));
  if (aggregate == "fires()" || aggregate == "fires_kept()") {
    window.function =
        scripted_fires(aggregate == "fires()" ? FiresState::kCleared : FiresState::kKept);
    node.output.fields = {{"row", ValueType::kList}};
    made.form = RowForm::kOneList;
  } else {
    window.aggregates.push_back(aggregate_of(aggregate, window, schema));
    for (const uint32_t field : node.key_fields) node.output.fields.push_back(schema.fields[field]);
    if (!window.is_global()) {
      node.output.fields.push_back({"window_start", ValueType::kInt});
      node.output.fields.push_back({"window_end", ValueType::kInt});
    }
    node.output.fields.push_back({"value", result_type(window.aggregates[0])});
  }
  node.spec = std::move(window);
}

}  // namespace leat
