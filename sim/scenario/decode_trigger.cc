#include <fmt/format.h>

#include <limits>

#include "sim/scenario/decode_parts.h"
#include "sim/scenario/decode_windows.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

using Kind = TriggerSpec::Kind;
constexpr int64_t kMostCount = 1'000'000'000;
constexpr double kMostNumber = std::numeric_limits<double>::max();

// What a delta compares: a number.
std::shared_ptr<const ScalarFunction> decode_number(const Fields& fields, std::string_view key,
                                                    const ExprScope& scope, Diagnostics& d) {
  const Json* json = fields.get(key);
  if (json == nullptr) {
    d.error("SC108", fields.span(), fmt::format("a delta needs \"{}\", what it compares", key));
    return nullptr;
  }
  const auto e = decode_expression(*json, scope, d);
  if (!e) return nullptr;
  if (!is_integral(e->type()) && e->type() != ValueType::kDouble) {
    d.error("SC121", json->span, "a delta compares numbers");
    return nullptr;
  }
  return scalar_function(*e);
}

class TriggerDecoder {
 public:
  TriggerDecoder(const Json& json, const ExprScope& scope, Diagnostics& d)
      : json_(json), scope_(scope), d_(d) {}

  std::optional<TriggerSpec> decode() {
    const size_t errors = d_.errors();
    if (json_.is(Json::Kind::kText)) {
      by_name(json_.text);
    } else {
      const Fields fields(json_, "trigger", d_);
      if (d_.errors() > errors) return std::nullopt;
      if (json_.members.size() != 1) {
        d_.error("SC108", json_.span, "a trigger is of one kind", "{\"count\": 10}");
        return std::nullopt;
      }
      by_member(fields, json_.members[0].key);
    }
    if (d_.errors() > errors) return std::nullopt;
    return spec_;
  }

 private:
  // Those that need nothing else may stand as a string, or as {"event_time": {}}.
  void by_name(const std::string& name) {
    static constexpr std::pair<const char*, Kind> kPlain[] = {
        {"event_time", Kind::kEventTime},
        {"processing_time", Kind::kProcessingTime},
        {"end_of_stream", Kind::kEndOfStream},
        {"never", Kind::kNever}};
    std::vector<std::string> known;
    for (const auto& [text, kind] : kPlain) {
      known.emplace_back(text);
      if (name != text) continue;
      spec_.kind = kind;
      return;
    }
    report_unknown(d_, "SC110", json_.span, "trigger", name, known);
  }

  void by_member(const Fields& fields, const std::string& name) {
    if (name == "count") {
      spec_.kind = Kind::kCount;
      spec_.count = fields.integer("count", 1, -kMostCount, kMostCount);
    } else if (name == "purging") {
      spec_.kind = Kind::kPurging;
      spec_.nested = nested(*fields.get("purging"));
    } else if (name == "continuous_event_time") {
      spec_.kind = Kind::kContinuousEventTime;
      spec_.interval = fields.duration("continuous_event_time", {1}, {1});
    } else if (name == "continuous_processing_time") {
      spec_.kind = Kind::kContinuousProcessingTime;
      spec_.interval = fields.duration("continuous_processing_time", {1}, {1});
    } else if (name == "delta") {
      const Fields delta(*fields.get("delta"), "delta", d_);
      spec_.kind = Kind::kDelta;
      spec_.threshold = delta.number("threshold", 0, -kMostNumber, kMostNumber);
      spec_.of = decode_number(delta, "field", scope_, d_);
    } else if (name == "processing_timeout") {
      by_timeout(*fields.get("processing_timeout"));
    } else {
      by_name(name);
    }
  }

  void by_timeout(const Json& json) {
    const Fields fields(json, "processing_timeout", d_);
    spec_.kind = Kind::kProcessingTimeout;
    spec_.interval = fields.duration("timeout", {1}, {1});
    spec_.reset_on_element = fields.boolean("reset_on_element", false);
    spec_.clear_on_timeout = fields.boolean("clear_on_timeout", true);
    const Json* inside = fields.get("trigger");
    if (inside == nullptr || !fields.has("timeout")) {
      d_.error("SC108", json.span, "a timeout needs \"trigger\" and \"timeout\"");
      return;
    }
    spec_.nested = nested(*inside);
  }

  std::shared_ptr<const TriggerSpec> nested(const Json& json) {
    const std::optional<TriggerSpec> spec = decode_trigger(json, scope_, d_);
    return spec ? std::make_shared<const TriggerSpec>(*spec) : nullptr;
  }

  const Json& json_;
  const ExprScope& scope_;
  Diagnostics& d_;
  TriggerSpec spec_;
};

}  // namespace

std::optional<TriggerSpec> decode_trigger(const Json& json, const ExprScope& scope,
                                          Diagnostics& d) {
  return TriggerDecoder(json, scope, d).decode();
}

std::optional<EvictorSpec> decode_evictor(const Json& json, const ExprScope& scope,
                                          Diagnostics& d) {
  const size_t errors = d.errors();
  const Fields fields(json, "evictor", d);
  if (d.errors() > errors) return std::nullopt;
  EvictorSpec spec;
  if (fields.boolean("after", false)) spec.when = EvictorSpec::When::kAfter;
  int given = 0;
  if (fields.has("count")) {
    ++given;
    spec.kind = EvictorSpec::Kind::kCount;
    spec.count = fields.integer("count", 1, -kMostCount, kMostCount);
  }
  if (fields.has("time")) {
    ++given;
    spec.kind = EvictorSpec::Kind::kTime;
    spec.keep = fields.duration("time", {0});
  }
  if (const Json* delta = fields.get("delta"); delta != nullptr) {
    ++given;
    const Fields inner(*delta, "delta", d);
    spec.kind = EvictorSpec::Kind::kDelta;
    spec.threshold = inner.number("threshold", 0, -kMostNumber, kMostNumber);
    spec.of = decode_number(inner, "field", scope, d);
  }
  if (given != 1) {
    d.error("SC106", json.span, "an evictor is of one kind", "give one of: count, time, delta");
  }
  if (d.errors() > errors) return std::nullopt;
  return spec;
}

}  // namespace leat
