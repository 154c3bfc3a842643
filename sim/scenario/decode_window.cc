#include <fmt/format.h>

#include "sim/scenario/decode_parts.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

std::optional<TriggerSpec> decode_trigger(const Json& json, Diagnostics& d) {
  TriggerSpec spec;
  const size_t errors = d.errors();
  std::string name = json.is(Json::Kind::kText) ? json.text : "";
  if (name.empty()) {
    const Fields fields(json, "trigger", d);
    if (json.members.size() == 1) name = json.members[0].key;
    if (d.errors() > errors) return std::nullopt;
    if (name == "count") {
      spec.kind = TriggerSpec::Kind::kCount;
      spec.count = fields.integer("count", 1, 1, 1'000'000'000);
      return spec;
    }
    if (name == "purging") {
      const std::optional<TriggerSpec> nested = decode_trigger(*fields.get("purging"), d);
      if (!nested) return std::nullopt;
      spec.kind = TriggerSpec::Kind::kPurging;
      spec.nested = std::make_shared<TriggerSpec>(*nested);
      return spec;
    }
  }
  if (name == "event_time")
    spec.kind = TriggerSpec::Kind::kEventTime;
  else if (name == "processing_time")
    spec.kind = TriggerSpec::Kind::kProcessingTime;
  else {
    report_unknown(d, "SC110", json.span, "trigger", name,
                   {"event_time", "processing_time", "count", "purging"});
    return std::nullopt;
  }
  return spec;
}

void decode_aggregates(const Fields& node, const Schema& input, WindowSpec& spec, Schema& output) {
  Diagnostics& d = node.diagnostics();
  const ExprScope scope = scope_of(input);
  if (!node.has("aggregate")) {
    d.error("SC108", node.span(), "a window needs \"aggregate\"",
            "for example \"aggregate\": [\"count() as n\"]");
  }
  for (const Json* text : node.texts("aggregate")) {
    Parsed<AggregateSpec> parsed = parse_aggregate_at(text->text, scope);
    if (const auto* error = std::get_if<TextError>(&parsed)) {
      report(*error, *text, d);
      continue;
    }
    AggregateSpec aggregate = std::get<AggregateSpec>(std::move(parsed));
    if (output.find(aggregate.name)) {
      d.error("SC105", text->span, fmt::format("two fields are named \"{}\"", aggregate.name),
              "name it: ... as other");
    }
    output.fields.push_back({aggregate.name, result_type(aggregate)});
    if (aggregate.kind == AggregateSpec::Kind::kCollect) {
      aggregate.kind = AggregateSpec::Kind::kUser;
      aggregate.user = sorted_collect(std::move(aggregate.argument));
    }
    spec.aggregates.push_back(std::move(aggregate));
  }
}

}  // namespace

bool decode_window(const Fields& node, const Schema& input, StreamNode& out) {
  Diagnostics& d = node.diagnostics();
  const size_t errors = d.errors();
  const Json& json = *node.get("window");
  const Fields fields(json, "window", d);
  WindowSpec spec;
  if (!fields.has("tumbling") && d.errors() == errors)
    d.error("SC108", json.span, "the window has no size", "\"tumbling\": \"10s\"");
  spec.size = fields.duration("tumbling", {1}, {1});
  spec.offset = fields.duration("offset", {0}, {-spec.size.ms + 1});
  if (fields.has("tumbling") && spec.offset.ms >= spec.size.ms)
    d.error("SC103", fields.key_span("offset"), "the offset must be smaller than the window");
  const std::string time = fields.text("time", "event");
  if (time == "processing")
    spec.domain = TimeDomain::kProcessing;
  else if (time != "event")
    report_unknown(d, "SC110", fields.get("time")->span, "time", time, {"event", "processing"});
  spec.allowed_lateness = fields.duration("allowed_lateness", {0});
  const std::string late_to = fields.text("late_to", "");
  if (!late_to.empty()) {
    spec.late_to_side = true;
    out.sides.push_back({late_to, input});
  }
  if (const Json* trigger = fields.get("trigger"); trigger != nullptr) {
    spec.trigger = decode_trigger(*trigger, d).value_or(TriggerSpec{});
  }
  Schema output;
  for (const uint32_t key : out.key_fields) output.fields.push_back(input.fields[key]);
  output.fields.push_back({"start", ValueType::kTime});
  output.fields.push_back({"end", ValueType::kTime});
  decode_aggregates(node, input, spec, output);
  out.output = std::move(output);
  out.spec = std::move(spec);
  return d.errors() == errors;
}

}  // namespace leat
