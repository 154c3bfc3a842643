#include "sim/scenario/expr.h"

#include <algorithm>

namespace leat {

const ExprName* ExprScope::find(std::string_view name) const {
  for (const ExprName& n : names) {
    if (n.name == name) return &n;
  }
  return nullptr;
}

void ExprScope::add(const Schema& schema, ExprName::Place place, std::string_view prefix) {
  for (uint32_t i = 0; i < schema.width(); ++i) {
    std::string name =
        prefix.empty() ? schema.fields[i].name : std::string(prefix) + "." + schema.fields[i].name;
    names.push_back({std::move(name), schema.fields[i].type, place, i});
  }
}

ExprScope scope_of(const Schema& schema) {
  ExprScope scope;
  scope.add(schema, ExprName::Place::kRow);
  return scope;
}

std::string to_text(const TextError& error, std::string_view text) {
  std::string out = error.what + "\n  " + std::string(text) + "\n  " + std::string(error.at, ' ') +
                    std::string(std::max<size_t>(error.length, 1), '^');
  if (!error.help.empty()) out += "\n  = help: " + error.help;
  return out;
}

namespace {
template <class T>
Result<T> as_result(Parsed<T> parsed, std::string_view text) {
  if (const auto* error = std::get_if<TextError>(&parsed)) return Error{to_text(*error, text)};
  return std::move(std::get<T>(parsed));
}
}  // namespace

Result<Expression> parse_expression(std::string_view text, const Schema& schema) {
  return as_result(parse_expression_at(text, scope_of(schema)), text);
}
Result<NamedExpression> parse_named(std::string_view text, const Schema& schema) {
  return as_result(parse_named_at(text, scope_of(schema)), text);
}
Result<AggregateSpec> parse_aggregate(std::string_view text, const Schema& schema) {
  return as_result(parse_aggregate_at(text, scope_of(schema)), text);
}

ValueType result_type(const AggregateSpec& aggregate) {
  switch (aggregate.kind) {
    case AggregateSpec::Kind::kCount:
      return ValueType::kInt;
    case AggregateSpec::Kind::kCollect:
      return ValueType::kList;
    case AggregateSpec::Kind::kSum:
      return aggregate.argument_type == ValueType::kDouble ? ValueType::kDouble : ValueType::kInt;
    default:
      return aggregate.argument_type;
  }
}

namespace {
// Levenshtein's distance with swaps of neighbours.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, substitute});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}
}  // namespace

std::string closest(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > 64) return "";
  std::string best;
  size_t best_distance = std::max<size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 64) continue;
    const size_t d = distance(name, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace leat
