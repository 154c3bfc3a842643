// The rows that a scenario expects in one sink.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/decode_parts.h"

namespace leat {

namespace {

void decode_listed_rows(const Json& rows, const Schema& schema, ExpectedRows& out, Diagnostics& d) {
  if (!rows.is(Json::Kind::kList)) {
    d.error("SC102", rows.span, "here must stand a list of rows");
    return;
  }
  for (const Json& item : rows.items) {
    if (!item.is(Json::Kind::kList) || item.items.size() != schema.width()) {
      d.error("SC107", item.span,
              fmt::format("a row of this sink is a list of {} values", schema.width()));
      continue;
    }
    Row row;
    for (size_t i = 0; i < item.items.size(); ++i) {
      const auto value = item.items[i].is(Json::Kind::kNull)
                             ? std::optional(Value::null())
                             : decode_value(item.items[i], schema.fields[i].type, d);
      if (value) row.push_back(*value);
    }
    out.rows.push_back(std::move(row));
    if (d.errors() > Diagnostics::kMost) return;
  }
}

std::vector<uint32_t> first_fields(size_t count) {
  std::vector<uint32_t> fields(count);
  for (uint32_t i = 0; i < count; ++i) fields[i] = i;
  return fields;
}

// The fields that say which key and window a row of this sink answers, as far as the graph knows:
// not behind functions that give rows another form.
std::optional<std::vector<uint32_t>> question_of(const StreamGraph& graph, const StreamNode& sink) {
  NodeId at = sink.inputs[0].from;
  for (;;) {
    const StreamNode& node = graph.node(at);
    if (const auto* window = std::get_if<WindowSpec>(&node.spec)) {
      if (window->function != nullptr || window->reduce != nullptr) return std::nullopt;
      return first_fields(node.key_fields.size() + (window->is_global() ? 0 : 2));
    }
    if (std::holds_alternative<RunningAggregateSpec>(node.spec)) return node.key_fields;
    const bool hands_on = std::holds_alternative<FilterSpec>(node.spec) ||
                          std::holds_alternative<SplitSpec>(node.spec);
    if (!hands_on || node.inputs.size() != 1) return std::nullopt;
    at = node.inputs[0].from;
  }
}

// "by": the fields that say which question a row answers.
std::vector<uint32_t> named_fields(const Fields& fields, const Schema& schema) {
  std::vector<std::string> known;
  for (const Field& field : schema.fields) known.push_back(field.name);
  std::vector<uint32_t> found;
  for (const Json* name : fields.texts("by")) {
    if (const auto index = schema.find(name->text))
      found.push_back(*index);
    else
      report_unknown(fields.diagnostics(), "SC112", name->span, "field", name->text, known);
  }
  return found;
}

void decode_match(const Fields& fields, const StreamNode& sink, const StreamGraph& graph,
                  ExpectedRows& rows) {
  Diagnostics& d = fields.diagnostics();
  const std::string match = fields.text("match", "all");
  if (match != "all" && match != "final")
    return report_unknown(d, "SC110", fields.get("match")->span, "match", match, {"all", "final"});
  if (match == "all") {
    if (fields.has("by"))
      d.error("SC109", fields.key_span("by"), "only \"match\": \"final\" asks what rows answer");
    return;
  }
  rows.last_of = fields.has("by") ? named_fields(fields, sink.output) : question_of(graph, sink);
  if (!rows.last_of) {
    d.error("SC108", fields.get("match")->span,
            "no window or running aggregate stands right before this sink, so nothing says which "
            "rows answer the same question",
            "name the fields that do, such as \"by\": [\"user\", \"start\"]");
  }
}

}  // namespace

ExpectedRows decode_expected_rows(const Json& json, const StreamNode& sink,
                                  const StreamGraph& graph, Diagnostics& d) {
  ExpectedRows rows;
  if (!json.is(Json::Kind::kObject)) {
    decode_listed_rows(json, sink.output, rows, d);
    return rows;
  }
  const Fields fields(json, "expected_rows", d);
  decode_match(fields, sink, graph, rows);
  const std::string order = fields.text("order", "any");
  rows.ordered = order == "exact";
  if (order != "any" && order != "exact")
    report_unknown(d, "SC110", fields.get("order")->span, "order", order, {"any", "exact"});
  if (const Json* list = fields.get("rows"); list != nullptr)
    decode_listed_rows(*list, sink.output, rows, d);
  else
    d.error("SC108", json.span, "expected rows need \"rows\"");
  return rows;
}

}  // namespace leat
