#include <array>

#include "sim/scenario/expr.h"
#include "sim/scenario/expr_functions.h"
#include "sim/scenario/expr_parser.h"

namespace leat {

namespace {

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

Parsed<Expression> parse_expression_at(std::string_view text, const ExprScope& scope) {
  ExprParser parser(text, scope);
  const ExprPart part = parser.parse(ExprParser::kOr);
  parser.expect_end();
  if (!parser.ok()) return parser.error();
  return Expression(part.node, trimmed(text));
}

Parsed<NamedExpression> parse_named_at(std::string_view text, const ExprScope& scope) {
  ExprParser parser(text, scope);
  const Token first = parser.next();
  const ExprPart part = parser.parse(ExprParser::kOr);
  const size_t end = parser.next().begin;
  std::string name;
  if (parser.ok() && parser.accept_word("as")) {
    name = parser.take_name("for the result");
  } else if (parser.ok() && parser.at_end()) {
    if (parser.position() == 1 && first.kind != Token::Kind::kText &&
        scope.find(first.text) != nullptr) {
      name = first.text.substr(first.text.rfind('.') + 1);
    } else {
      parser.fail(0, text.size(), "the result has no name", "write: " + trimmed(text) + " as name");
    }
  }
  parser.expect_end();
  if (!parser.ok()) return parser.error();
  return NamedExpression{Expression(part.node, trimmed(text.substr(0, end))), std::move(name)};
}

Parsed<AggregateSpec> parse_aggregate_at(std::string_view text, const ExprScope& scope) {
  using Kind = AggregateSpec::Kind;
  static constexpr std::array<std::pair<std::string_view, Kind>, 5> kKinds = {
      {{"sum", Kind::kSum},
       {"min", Kind::kMin},
       {"max", Kind::kMax},
       {"count", Kind::kCount},
       {"collect", Kind::kCollect}}};
  ExprParser parser(text, scope);
  AggregateSpec spec;
  const Token name = parser.next();
  const std::string function = lower_case(parser.take_name("of an aggregate"));
  const auto* const kind = std::find_if(kKinds.begin(), kKinds.end(),
                                        [&](const auto& k) { return k.first == function; });
  if (parser.ok() && kind == kKinds.end()) {
    const std::string near = closest(function, {"sum", "min", "max", "count", "collect"});
    parser.fail_at(name, "there is no aggregate \"" + name.text + "\"",
                   near.empty() ? "the aggregates are: sum, min, max, count, collect"
                                : "did you mean \"" + near + "\"?");
  }
  if (!parser.ok()) return parser.error();
  spec.kind = kind->second;
  parser.expect_symbol("(");
  if (parser.ok() && spec.kind != Kind::kCount) {
    const size_t begin = parser.next().begin;
    const ExprPart part = parser.parse(ExprParser::kOr);
    if (parser.ok() && spec.kind == Kind::kSum && !is_numeric(part.type())) {
      parser.fail_at(part, std::string("sum takes numbers, and this is a ") + name_of(part.type()));
    }
    spec.argument_type = part.type();
    spec.argument = scalar_function(
        Expression(part.node, trimmed(text.substr(begin, parser.next().begin - begin))));
  }
  parser.expect_symbol(")");
  spec.label = trimmed(text.substr(0, parser.next().begin));
  spec.name =
      parser.ok() && parser.accept_word("as") ? parser.take_name("for the result") : spec.label;
  parser.expect_end();
  if (!parser.ok()) return parser.error();
  return spec;
}

}  // namespace leat
