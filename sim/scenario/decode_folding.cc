// Nodes that keep one row a key: running aggregates and `reduce`.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/operators/running_aggregate.h"
#include "sim/scenario/decode_parts.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

using Rolling = RunningAggregateSpec::Kind;

constexpr std::pair<const char*, Rolling> kRunning[] = {{"sum", Rolling::kSum},
                                                        {"min", Rolling::kMin},
                                                        {"max", Rolling::kMax},
                                                        {"min_by", Rolling::kMinBy},
                                                        {"max_by", Rolling::kMaxBy}};

bool fits(Rolling kind, ValueType type) {
  if (kind == Rolling::kSum) return type == ValueType::kInt || type == ValueType::kDouble;
  return type != ValueType::kNull && type != ValueType::kList && type != ValueType::kMap;
}

// "sum(v)", "max_by(v)" under this key.
std::optional<RunningAggregateSpec> decode_rolling(const Fields& node, std::string_view key,
                                                   const Schema& input) {
  Diagnostics& d = node.diagnostics();
  const Json& json = *node.get(key);
  RunningAggregateSpec spec;
  spec.label = node.text(key, "");
  if (!node.boolean("first", true)) spec.ties = RunningAggregateSpec::Ties::kLast;
  const size_t open = spec.label.find('(');
  const std::string name = spec.label.substr(0, open);
  const auto kind = std::find_if(std::begin(kRunning), std::end(kRunning),
                                 [&](const auto& known) { return name == known.first; });
  if (kind == std::end(kRunning) || open == std::string::npos || spec.label.back() != ')') {
    d.error("SC108", json.span,
            fmt::format("{} is sum(f), min(f), max(f), min_by(f) or max_by(f)", key),
            "a fold of one's own is \"reduce\"");
    return std::nullopt;
  }
  spec.kind = kind->second;
  const std::string field = spec.label.substr(open + 1, spec.label.size() - open - 2);
  const std::optional<uint32_t> index = input.find(field);
  if (!index) {
    std::vector<std::string> known;
    for (const Field& f : input.fields) known.push_back(f.name);
    report_unknown(d, "SC112", json.span, "field", field, known);
    return std::nullopt;
  }
  spec.field = *index;
  const ValueType type = input.fields[*index].type;
  if (!fits(spec.kind, type)) {
    d.error("SC121", json.span,
            fmt::format("\"{}\" is a {}, which cannot be {}", field, name_of(type),
                        spec.kind == Rolling::kSum ? "summed" : "compared"));
    return std::nullopt;
  }
  return spec;
}

}  // namespace

bool decode_running(const Fields& node, const Schema& input, StreamNode& out) {
  std::optional<RunningAggregateSpec> spec = decode_rolling(node, "running", input);
  if (!spec) return false;
  out.output = input;
  out.spec = std::move(*spec);
  return true;
}

bool decode_window_row(const Fields& node, const Schema& input, WindowSpec& spec) {
  if (node.has("pick")) {
    const std::optional<RunningAggregateSpec> pick = decode_rolling(node, "pick", input);
    if (pick) spec.reduce = running_reduce(*pick, input);
  } else {
    spec.reduce = decode_reduce(*node.get("reduce"), input, node.diagnostics());
  }
  return spec.reduce != nullptr;
}

bool decode_full_window(const Fields& node, const Schema& input, StreamNode& out) {
  const Fields inner(*node.get("full_window"), "full_window", node.diagnostics());
  const Json* reduce = inner.get("reduce");
  if (reduce == nullptr) {
    node.diagnostics().error("SC108", inner.span(), "a full window needs \"reduce\"");
    return false;
  }
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kGlobal;
  spec.trigger.kind = TriggerSpec::Kind::kEndOfStream;
  spec.reduce = decode_reduce(*reduce, input, node.diagnostics());
  if (spec.reduce == nullptr) return false;
  out.output = input;
  out.spec = std::move(spec);
  return true;
}

std::shared_ptr<const ReduceFunction> decode_reduce(const Json& json, const Schema& input,
                                                    Diagnostics& d) {
  if (!json.is(Json::Kind::kObject)) {
    d.error("SC102", json.span, "reduce is an object of fields and expressions over a.x and b.x",
            "", fmt::format("this is {}", name_of(json.kind)));
    return nullptr;
  }
  ExprScope scope;
  scope.add(input, ExprName::Place::kExtra, "a");
  scope.add(input, ExprName::Place::kRow, "b");
  std::vector<std::optional<Expression>> outputs(input.width());
  const size_t errors = d.errors();
  for (const JsonMember& member : json.members) {
    const std::optional<uint32_t> field = input.find(member.key);
    if (!field) {
      std::vector<std::string> known;
      for (const Field& f : input.fields) known.push_back(f.name);
      report_unknown(d, "SC112", member.key_span, "field", member.key, known);
      continue;
    }
    const auto e = decode_expression(member.value, scope, d);
    if (!e) continue;
    const ValueType wanted = input.fields[*field].type;
    if (e->type() == wanted) {
      outputs[*field] = *e;
    } else if (is_numeric(wanted) && is_integral(e->type())) {
      outputs[*field] = Expression(convert(wanted, e->node()), e->text());
    } else {
      d.error(
          "SC121", member.value.span,
          fmt::format("the field is a {}, and this is a {}", name_of(wanted), name_of(e->type())));
    }
  }
  if (d.errors() > errors) return nullptr;
  return reduce_function(std::move(outputs));
}

bool decode_running_reduce(const Fields& node, const Schema& input, StreamNode& out) {
  const Json& json = *node.get("reduce");
  RunningAggregateSpec spec;
  spec.kind = Rolling::kReduce;
  spec.reduce = decode_reduce(json, input, node.diagnostics());
  if (spec.reduce == nullptr) return false;
  for (const JsonMember& member : json.members) {
    spec.label += (spec.label.empty() ? "reduce " : ", ") + member.key + " = " + member.value.text;
  }
  out.output = input;
  out.spec = std::move(spec);
  return true;
}

}  // namespace leat
