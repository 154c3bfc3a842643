#include <fmt/format.h>

#include "core/window/trigger.h"
#include "core/window/window_assigner.h"
#include "sim/scenario/decode_parts.h"
#include "sim/scenario/decode_windows.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

// [size, slide].
std::vector<Duration> decode_sizes(const Json& json, Diagnostics& d) {
  std::vector<Duration> sizes;
  for (const Json& item : json.items) {
    std::optional<int64_t> ms;
    if (item.is(Json::Kind::kInt)) ms = item.integer;
    if (item.is(Json::Kind::kText)) ms = parse_duration(item.text);
    if (ms && *ms > 0) sizes.push_back({*ms});
  }
  if (!json.is(Json::Kind::kList) || json.items.size() != 2 || sizes.size() != 2) {
    d.error("SC102", json.span, "here must stand a list of two lengths of time above 0",
            "[\"10s\", \"5s\"]");
    sizes.assign(2, Duration{1});
  }
  return sizes;
}

WindowSpec decode_count_windows(const Json& json, Diagnostics& d) {
  const auto is_count = [](const Json& item) {
    return item.is(Json::Kind::kInt) && item.integer >= -1'000'000'000 &&
           item.integer <= 1'000'000'000;
  };
  if (is_count(json)) return count_windows(json.integer);
  if (json.is(Json::Kind::kList) && json.items.size() == 2 && is_count(json.items[0]) &&
      is_count(json.items[1])) {
    return count_windows(json.items[0].integer, json.items[1].integer);
  }
  d.error("SC102", json.span, "here must stand a number of rows, or [size, slide]");
  return count_windows(1);
}

// What the engine would refuse when the job starts; empty where it fits.
std::string unfit_trigger(const WindowSpec& spec) {
  try {
    make_trigger(spec, *make_assigner(spec));
    return "";
  } catch (const JobError& refused) {
    return refused.what();
  }
}

constexpr const char* kAssigners[] = {"tumbling",   "sliding", "session",
                                      "session_by", "global",  "count"};

WindowSpec decode_assigner(const Fields& fields, const ExprScope& scope) {
  Diagnostics& d = fields.diagnostics();
  WindowSpec spec;
  if (const Json* count = fields.get("count"); count != nullptr) {
    spec = decode_count_windows(*count, d);
  }
  spec.size = fields.duration("tumbling", {1}, {1});
  if (const Json* sliding = fields.get("sliding"); sliding != nullptr) {
    const std::vector<Duration> sizes = decode_sizes(*sliding, d);
    spec.assigner = WindowSpec::Assigner::kSliding;
    spec.size = sizes[0];
    spec.slide = sizes[1];
    if (spec.size.ms / spec.slide.ms > 10'000'000)
      d.error("SC103", sliding->span, "a row would fall into more than ten million windows");
  }
  if (fields.has("session") || fields.has("session_by")) {
    spec.assigner = WindowSpec::Assigner::kSession;
    spec.gap = fields.duration("session", {1}, {1});
  }
  if (const Json* by = fields.get("session_by"); by != nullptr) {
    const auto e = decode_expression(*by, scope, d);
    if (e && !is_integral(e->type())) d.error("SC121", by->span, "a gap is an int or a time (ms)");
    if (e) spec.gap_of = scalar_function(*e);
  }
  if (fields.has("global")) {
    spec.assigner = WindowSpec::Assigner::kGlobal;
    if (!fields.boolean("global", true))
      d.error("SC102", fields.key_span("global"), "global windows say \"global\": true");
  }
  return spec;
}

// How windows lie on the timeline.
void decode_grid(const Fields& fields, WindowSpec& spec) {
  Diagnostics& d = fields.diagnostics();
  const bool sliding = spec.assigner == WindowSpec::Assigner::kSliding;
  const Duration step = sliding ? spec.slide : spec.size;
  spec.offset = fields.duration("offset", {0}, {-step.ms + 1});
  if (fields.has("offset") && !sliding && !fields.has("tumbling")) {
    d.error("SC106", fields.key_span("offset"), "only tumbling and sliding windows have an offset");
  } else if (spec.offset.ms >= step.ms) {
    d.error("SC103", fields.key_span("offset"),
            sliding ? "the offset must be smaller than the slide"
                    : "the offset must be smaller than the window");
  }
  const std::string stagger = fields.text("stagger", "aligned");
  if (stagger == "random")
    spec.stagger = WindowSpec::Stagger::kRandom;
  else if (stagger == "natural")
    spec.stagger = WindowSpec::Stagger::kNatural;
  else if (stagger != "aligned")
    report_unknown(d, "SC110", fields.get("stagger")->span, "stagger", stagger,
                   {"aligned", "random", "natural"});
  if (spec.stagger != WindowSpec::Stagger::kAligned && !fields.has("tumbling"))
    d.error("SC106", fields.key_span("stagger"), "only tumbling windows are staggered");
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

std::optional<WindowSpec> decode_window_spec(const Json& json, const ExprScope& scope,
                                             Diagnostics& d) {
  const size_t errors = d.errors();
  const Fields fields(json, "window", d);
  if (d.errors() > errors) return std::nullopt;
  size_t given = 0;
  for (const char* assigner : kAssigners) given += fields.has(assigner) ? 1 : 0;
  if (given != 1) {
    d.error("SC108", json.span,
            given == 0 ? "the window does not say which it is" : "a window is of one kind",
            "give one of: tumbling, sliding, session, session_by, global, count");
    return std::nullopt;
  }
  WindowSpec spec = decode_assigner(fields, scope);
  decode_grid(fields, spec);
  const std::string time = fields.text("time", "event");
  if (time == "processing")
    spec.domain = TimeDomain::kProcessing;
  else if (time != "event")
    report_unknown(d, "SC110", fields.get("time")->span, "time", time, {"event", "processing"});
  spec.allowed_lateness = fields.duration("allowed_lateness", {0});
  spec.late_to_side = fields.has("late_to");
  if (const Json* trigger = fields.get("trigger"); trigger != nullptr)
    spec.trigger = decode_trigger(*trigger, scope, d).value_or(TriggerSpec{});
  if (const Json* evictor = fields.get("evictor"); evictor != nullptr)
    spec.evictor = decode_evictor(*evictor, scope, d).value_or(EvictorSpec{});
  if (d.errors() > errors) return std::nullopt;
  if (const std::string why = unfit_trigger(spec); !why.empty()) {
    d.error("SC106", fields.key_span("trigger"), why);
    return std::nullopt;
  }
  return spec;
}

bool decode_window(const Fields& node, const Schema& input, StreamNode& out) {
  Diagnostics& d = node.diagnostics();
  const size_t errors = d.errors();
  const Json& json = *node.get("window");
  std::optional<WindowSpec> spec = decode_window_spec(json, scope_of(input), d);
  if (!spec) return false;
  if (spec->late_to_side) {
    const Fields fields(json, "window", d);
    out.sides.push_back({fields.text("late_to", ""), input});
  }
  Schema output;
  for (const uint32_t key : out.key_fields) output.fields.push_back(input.fields[key]);
  if (!spec->is_global()) {
    output.fields.push_back({"start", ValueType::kTime});
    output.fields.push_back({"end", ValueType::kTime});
  }
  if (node.has("reduce") || node.has("pick")) {
    decode_window_row(node, input, *spec);
    output = input;
  } else {
    decode_aggregates(node, input, *spec, output);
  }
  out.output = std::move(output);
  out.spec = std::move(*spec);
  return d.errors() == errors;
}

}  // namespace leat
