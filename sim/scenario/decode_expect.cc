#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/trace/facts.h"
#include "sim/scenario/decode_parts.h"

namespace leat {

namespace {

// The closed list of design section 6.
const std::vector<std::string>& violations() {
  static const std::vector<std::string> kNames = {"missing_result",
                                                  "extra_result",
                                                  "duplicate_result",
                                                  "wrong_value",
                                                  "inconsistent_output",
                                                  "wrong_window",
                                                  "early_fire",
                                                  "never_fired",
                                                  "late_lost",
                                                  "late_wrongly_accepted",
                                                  "watermark_regressed",
                                                  "watermark_too_high",
                                                  "watermark_stalled",
                                                  "timer_wrong",
                                                  "inconsistent_cut",
                                                  "state_lost",
                                                  "state_corrupt",
                                                  "split_unowned",
                                                  "split_shared",
                                                  "offset_gap",
                                                  "commit_without_checkpoint",
                                                  "transaction_leaked",
                                                  "wrong_restore_point",
                                                  "output_after_fencing",
                                                  "checkpoint_out_of_turn",
                                                  "record_unaccounted",
                                                  "state_leak",
                                                  "liveness",
                                                  "needless_failure",
                                                  "job_error",
                                                  "order_dependent",
                                                  "parallelism_dependent",
                                                  "placement_dependent",
                                                  "clock_dependent",
                                                  "plan_dependent",
                                                  "speed_dependent",
                                                  "user_function_impure",
                                                  "effect_repeated",
                                                  "record_mutated",
                                                  "unstable_key",
                                                  "nondeterminism",
                                                  "refused"};
  return kNames;
}

// "late-record", "late record" and "LateRecord" name the same fact.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

// "LateRecord", "LateRecord >= 2"; for always "JobRestored <= 2"
void decode_situation(const Json& json, Situation::When when, Expectations& expect,
                      Diagnostics& d) {
  const bool bound = when == Situation::When::kAlways;
  const char* const sign = bound ? "<=" : ">=";
  if (!json.is(Json::Kind::kText) || (bound && json.text.find(sign) == std::string::npos)) {
    d.error("SC102", json.span,
            bound ? "what always holds is written \"Fact <= 2\""
                  : "a situation is written \"Fact\" or \"Fact >= 2\"");
    return;
  }
  Situation situation;
  situation.when = when;
  std::string_view text = json.text;
  if (const size_t at = text.find(sign); at != std::string_view::npos) {
    std::string_view number = text.substr(at + 2);
    while (number.starts_with(' ')) number.remove_prefix(1);
    const std::from_chars_result read =
        std::from_chars(number.data(), number.data() + number.size(), situation.at_least);
    if (read.ec != std::errc() || read.ptr != number.data() + number.size() ||
        situation.at_least == 0) {
      d.error("SC117", json.span, fmt::format("after {} stands a number from 1 on", sign));
      return;
    }
    text = text.substr(0, at);
  }
  std::vector<std::string> known;
  for (uint32_t kind = 0; kind < kFactKinds; ++kind) {
    known.emplace_back(kind_name(kind));
    if (folded(text) != folded(kind_name(kind))) continue;
    situation.kind = kind;
    expect.situations.push_back(situation);
    return;
  }
  while (text.ends_with(' ')) text.remove_suffix(1);
  report_unknown(d, "SC115", json.span, "fact", text, known);
}

const StreamNode* sink_named(std::string_view name, Span span, const StreamGraph& graph,
                             Diagnostics& d) {
  std::vector<std::string> known;
  for (const StreamNode& node : graph.nodes) {
    const auto* sink = std::get_if<SinkSpec>(&node.spec);
    if (sink == nullptr) continue;
    if (node.name == name || node.name == std::string(name) + " sink") return &node;
    known.push_back(node.name);
  }
  report_unknown(d, "SC112", span, "sink", name, known);
  return nullptr;
}

void check_delivery(const JsonMember& member, const StreamGraph& graph, Diagnostics& d) {
  const StreamNode* sink = sink_named(member.key, member.key_span, graph, d);
  if (sink == nullptr) return;
  const std::string wanted = member.value.is(Json::Kind::kText) ? member.value.text : "";
  if (wanted != "exactly_once" && wanted != "at_least_once") {
    return report_unknown(d, "SC110", member.value.span, "delivery", wanted,
                          {"exactly_once", "at_least_once"});
  }
  const SinkSpec& spec = std::get<SinkSpec>(sink->spec);
  if (wanted == "exactly_once" && spec.kind != SinkSpec::Kind::kTransactional) {
    d.error("SC119", member.value.span,
            "this sink is not transactional: after a restore it repeats rows",
            "\"kind\": \"transactional\"");
  }
  if (wanted == "exactly_once" && graph.config.checkpoint.mode == CheckpointingMode::kAtLeastOnce) {
    d.error("SC119", member.value.span,
            "checkpoints are at least once: state may count rows twice after a restore",
            "\"mode\": \"exactly_once\" of the checkpoint");
  }
}

}  // namespace

Expectations decode_expect(const Json* json, const StreamGraph& graph, Diagnostics& d) {
  Expectations expect;
  if (json == nullptr) return expect;
  const Fields fields(*json, "expect", d);
  if (const Json* rows = fields.object("rows"); rows != nullptr) {
    for (const JsonMember& member : rows->members) {
      const StreamNode* sink = sink_named(member.key, member.key_span, graph, d);
      if (sink != nullptr)
        expect.rows[sink->name] = decode_expected_rows(member.value, *sink, graph, d);
    }
  }
  if (const Json* delivery = fields.object("delivery"); delivery != nullptr) {
    for (const JsonMember& member : delivery->members) check_delivery(member, graph, d);
  }
  static constexpr std::pair<const char*, Situation::When> kWhens[] = {
      {"sometimes", Situation::When::kSometimes},
      {"eventually", Situation::When::kEventually},
      {"always", Situation::When::kAlways},
      {"never", Situation::When::kNever}};
  for (const auto& [key, when] : kWhens) {
    const Json* list = fields.get(key);
    if (list == nullptr) continue;
    if (!list->is(Json::Kind::kList)) {
      fields.wrong_type(*list, "a list of situations");
      continue;
    }
    for (const Json& item : list->items) decode_situation(item, when, expect, d);
  }
  for (const Json* what : fields.texts("may_depend_on")) {
    static const std::vector<std::string> kKnown = {"order", "parallelism", "placement", "clock",
                                                    "plan",  "speed",       "lateness",  "silence",
                                                    "load",  "history"};
    if (std::find(kKnown.begin(), kKnown.end(), what->text) == kKnown.end())
      report_unknown(d, "SC110", what->span, "dependence", what->text, kKnown);
    expect.may_depend_on.push_back(what->text);
  }
  const std::string violation = fields.text("violation", "");
  if (!violation.empty()) {
    const auto& known = violations();
    if (std::find(known.begin(), known.end(), violation) == known.end()) {
      report_unknown(d, "SC110", fields.get("violation")->span, "violation", violation, known);
    }
    expect.violation = violation;
  }
  return expect;
}

void decode_result(const Json& json, const StreamGraph& graph, Expectations& expect,
                   Diagnostics& d) {
  for (const JsonMember& member : json.members) {
    const StreamNode* sink = sink_named(member.key, member.key_span, graph, d);
    if (sink != nullptr)
      expect.rows[sink->name] = decode_expected_rows(member.value, *sink, graph, d);
  }
}

}  // namespace leat
