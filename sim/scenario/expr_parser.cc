#include "sim/scenario/expr_parser.h"

namespace leat {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

ExprPart ExprParser::parse(int least) {
  ExprPart left = prefix(least);
  while (ok()) {
    const int binding = binding_of(next());
    if (binding == kNone || binding < least) break;
    if (binding == kCompare && least > kCompare) break;
    left = infix(std::move(left), binding);
    if (binding == kCompare && ok() && binding_of(next()) == kCompare) {
      fail_at(next(), "comparisons do not chain", "join two comparisons with and");
    }
  }
  return left;
}

std::string ExprParser::take_name(std::string_view purpose) {
  if (next().kind != Token::Kind::kName && next().kind != Token::Kind::kQuotedName) {
    fail_at(next(), "here stands no name " + std::string(purpose), "");
    return {};
  }
  return tokens_[advance()].text;
}

ExprPart ExprParser::prefix(int least) {
  if (!ok()) return nothing();
  if (depth_ >= kMaxExprDepth) {
    fail_at(next(), "the expression is nested deeper than 100", "");
    return nothing();
  }
  ++depth_;
  ExprPart part = prefix_inside(least);
  --depth_;
  return part;
}

ExprPart ExprParser::prefix_inside(int least) {
  const Token& token = next();
  const size_t begin = token.begin;
  switch (token.kind) {
    case Token::Kind::kInteger:
      return number(1);
    case Token::Kind::kDecimal: {
      const double value = token.decimal;
      advance();
      return made(literal(Value::number(value)), begin);
    }
    case Token::Kind::kText: {
      Value value = Value::text(token.text);
      advance();
      return made(literal(std::move(value)), begin);
    }
    case Token::Kind::kQuotedName:
      return name();
    case Token::Kind::kName:
      return word(least);
    case Token::Kind::kSymbol:
      return symbol();
    case Token::Kind::kEnd:
      fail_at(token, "the expression ends too early", "");
      return nothing();
  }
  return nothing();
}

ExprPart ExprParser::number(int sign) {
  const Token token = next();
  constexpr uint64_t kBorder = uint64_t{1} << 63;
  if (token.integer == kBorder && sign > 0) {
    fail_at(token, "the number does not fit into 64 bits", "");
  }
  advance();
  const auto value = static_cast<int64_t>(sign > 0 ? token.integer : ~token.integer + 1);
  return made(literal(Value::integer(value)), token.begin);
}

ExprPart ExprParser::symbol() {
  const Token token = next();
  if (accept_symbol("(")) {
    ExprPart inside = parse(kOr);
    expect_symbol(")");
    return {inside.node, token.begin, next().begin};
  }
  if (!accept_symbol("-")) {
    fail_at(token, "here stands no operand", "");
    return nothing();
  }
  if (next().kind == Token::Kind::kInteger) {
    ExprPart part = number(-1);
    part.begin = token.begin;
    return part;
  }
  ExprPart operand = parse(kUnary);
  require(operand, is_numeric(operand.type()), "only a number can be negated");
  if (!ok()) return operand;
  return made(negate(operand.node), token.begin);
}

ExprPart ExprParser::word(int least) {
  const Token token = next();
  const std::string lower = lower_case(token.text);
  if (scope_.find(token.text) == nullptr) {
    if (lower == "not") return negation(least);
    if (lower == "case") return case_when();
    if (lower == "true" || lower == "false" || lower == "null") {
      advance();
      return made(literal(lower == "null" ? Value::null() : Value::boolean(lower == "true")),
                  token.begin);
    }
  }
  const Token& after = tokens_[std::min(at_ + 1, tokens_.size() - 1)];
  if (after.kind == Token::Kind::kSymbol && after.text == "(") return call();
  return name();
}

ExprPart ExprParser::name() {
  const Token token = next();
  advance();
  const ExprName* found = scope_.find(token.text);
  if (found == nullptr) {
    std::vector<std::string> names;
    for (const ExprName& n : scope_.names) names.push_back(n.name);
    const std::string near = closest(token.text, names);
    std::string known;
    for (const std::string& n : names) known += (known.empty() ? "" : ", ") + n;
    fail_at(token, "no field is named \"" + token.text + "\" here",
            near.empty() ? "the fields are: " + known : "did you mean \"" + near + "\"?");
    return nothing();
  }
  NodePtr node = found->place == ExprName::Place::kRow ? read_row(found->index, found->type)
                                                       : read_extra(found->index, found->type);
  return made(std::move(node), token.begin);
}

ExprPart ExprParser::negation(int least) {
  const Token token = next();
  if (least > kNot) fail_at(token, "not needs parentheses here", "write: (not ...)");
  advance();
  ExprPart operand = parse(kNot);
  require_truth(operand);
  if (!ok()) return operand;
  return made(logical_not(operand.node), token.begin);
}

ExprPart ExprParser::case_when() {
  const size_t begin = next().begin;
  advance();
  std::vector<NodePtr> cases;
  ExprPart result = nothing();
  while (ok() && accept_word("when")) {
    const ExprPart condition = parse(kOr);
    require_truth(condition);
    expect_word("then");
    const ExprPart value = parse(kOr);
    result = cases.empty() ? value : common(result, value);
    cases.push_back(condition.node);
    cases.push_back(value.node);
  }
  if (ok() && cases.empty()) fail_at(next(), "case needs at least one when", "");
  NodePtr otherwise;
  if (ok() && accept_word("else")) {
    const ExprPart value = parse(kOr);
    result = common(result, value);
    otherwise = value.node;
  }
  expect_word("end");
  if (!ok()) return nothing();
  return made(choose_case(result.type(), std::move(cases), std::move(otherwise)), begin);
}

ExprPart ExprParser::call() {
  const Token token = next();
  advance();
  expect_symbol("(");
  std::vector<ExprPart> args;
  while (ok() && !is_symbol(")")) {
    if (!args.empty()) expect_symbol(",");
    args.push_back(parse(kOr));
  }
  expect_symbol(")");
  if (!ok()) return nothing();
  return made(function(token, lower_case(token.text), args), token.begin);
}

NodePtr ExprParser::function(const Token& token, const std::string& name,
                             const std::vector<ExprPart>& args) {
  const auto takes = [&](size_t count) {
    if (args.size() != count) {
      fail_at(token,
              name + " takes " + std::to_string(count) + " argument" + (count > 1 ? "s" : ""), "");
    }
    return ok();
  };
  const NodePtr bad = literal(Value::null());
  if (name == "abs" && takes(1) &&
      require(args[0], is_numeric(args[0].type()), "abs takes a number")) {
    return absolute(args[0].node);
  }
  if ((name == "length" || name == "upper" || name == "lower") && takes(1) &&
      require_text(args[0])) {
    return name == "length"  ? text_length(args[0].node)
           : name == "upper" ? upper(args[0].node)
                             : lower(args[0].node);
  }
  if ((name == "floor_div" || name == "floor_mod") && takes(2) && require_integral(args[0]) &&
      require_integral(args[1])) {
    return arithmetic(name == "floor_div" ? ArithmeticOp::kFloorDiv : ArithmeticOp::kFloorMod,
                      ValueType::kInt, args[0].node, args[1].node);
  }
  if ((name == "least" || name == "greatest" || name == "coalesce") && takes(2)) {
    const ExprPart both = common(args[0], args[1]);
    if (!ok()) return bad;
    if (name == "coalesce") return leat::coalesce(both.type(), args[0].node, args[1].node);
    const CompareOp first = name == "least" ? CompareOp::kLe : CompareOp::kGe;
    const CompareOp second = name == "least" ? CompareOp::kGt : CompareOp::kLt;
    return choose_case(both.type(),
                       {compare(first, args[0].node, args[1].node), args[0].node,
                        compare(second, args[0].node, args[1].node), args[1].node},
                       nullptr);
  }
  const std::string near = closest(name, {"abs", "length", "upper", "lower", "least", "greatest",
                                          "floor_div", "floor_mod", "coalesce"});
  fail_at(token, "there is no function \"" + token.text + "\"",
          near.empty() ? "" : "did you mean \"" + near + "\"?");
  return bad;
}

}  // namespace leat
