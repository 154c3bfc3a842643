// Operators between operands: what they bind, which types they take.
#include "sim/scenario/expr_parser.h"

namespace leat {

int ExprParser::binding_of(const Token& token) const {
  if (token.kind == Token::Kind::kSymbol) {
    const std::string& s = token.text;
    if (s == "=" || s == "<>" || s == "<" || s == "<=" || s == ">" || s == ">=") return kCompare;
    if (s == "||") return kConcat;
    if (s == "+" || s == "-") return kSum;
    if (s == "*" || s == "/" || s == "%") return kProduct;
    return kNone;
  }
  if (token.kind != Token::Kind::kName) return kNone;
  const std::string word = lower_case(token.text);
  if (word == "or") return kOr;
  if (word == "and") return kAnd;
  if (word == "between" || word == "in" || word == "is" || word == "not") return kCompare;
  return kNone;
}

ExprPart ExprParser::infix(ExprPart left, int binding) {
  const Token token = next();
  if (binding == kCompare) return comparison(std::move(left));
  advance();
  ExprPart right = parse(binding + 1);
  if (!ok()) return left;
  switch (binding) {
    case kOr:
    case kAnd:
      if (!require_truth(left) || !require_truth(right)) return left;
      return made(
          binding == kOr ? logical_or(left.node, right.node) : logical_and(left.node, right.node),
          left.begin);
    case kConcat:
      return made(concatenate(left.node, right.node), left.begin);
    default:
      return made(arithmetic_of(token, left, right), left.begin);
  }
}

NodePtr ExprParser::arithmetic_of(const Token& token, const ExprPart& a, const ExprPart& b) {
  for (const ExprPart* part : {&a, &b}) {
    require(*part, is_numeric(part->type()) || part->type() == ValueType::kNull,
            "\"" + token.text + "\" takes numbers, and this is a " + name_of(part->type()));
  }
  if (!ok()) return a.node;
  const char symbol = token.text[0];
  const ArithmeticOp op = symbol == '+'   ? ArithmeticOp::kAdd
                          : symbol == '-' ? ArithmeticOp::kSub
                          : symbol == '*' ? ArithmeticOp::kMul
                          : symbol == '/' ? ArithmeticOp::kDiv
                                          : ArithmeticOp::kMod;
  ValueType type = ValueType::kInt;
  const bool a_time = a.type() == ValueType::kTime;
  const bool b_time = b.type() == ValueType::kTime;
  if (a.type() == ValueType::kDouble || b.type() == ValueType::kDouble) type = ValueType::kDouble;
  // A time moved by a length is a time; the distance of two times is a number.
  else if ((op == ArithmeticOp::kAdd && a_time != b_time) ||
           (op == ArithmeticOp::kSub && a_time && !b_time)) {
    type = ValueType::kTime;
  }
  return arithmetic(op, type, a.node, b.node);
}

ExprPart ExprParser::comparison(ExprPart left) {
  const Token token = next();
  advance();
  if (token.kind == Token::Kind::kName) return word_comparison(lower_case(token.text), token, left);
  ExprPart right = parse(kConcat);
  common(left, right);
  if (!ok()) return left;
  return made(compare(compare_op(token.text), left.node, right.node), left.begin);
}

CompareOp ExprParser::compare_op(std::string_view symbol) {
  if (symbol == "=") return CompareOp::kEq;
  if (symbol == "<>") return CompareOp::kNe;
  if (symbol == "<") return CompareOp::kLt;
  if (symbol == "<=") return CompareOp::kLe;
  return symbol == ">" ? CompareOp::kGt : CompareOp::kGe;
}

ExprPart ExprParser::word_comparison(std::string word, const Token& token, const ExprPart& left) {
  if (word == "is") {
    const bool negated = accept_word("not");
    expect_word("null");
    if (!ok()) return left;
    NodePtr node = is_null(left.node);
    return made(negated ? logical_not(node) : node, left.begin);
  }
  const bool negated = word == "not";
  if (negated) {
    if (!is_word("in") && !is_word("between")) {
      fail_at(token, "not stands before a condition, or before in and between", "");
      return left;
    }
    word = lower_case(next().text);
    advance();
  }
  NodePtr node = word == "between" ? between(left) : in_list(left);
  if (!ok()) return left;
  return made(negated ? logical_not(node) : node, left.begin);
}

NodePtr ExprParser::between(const ExprPart& x) {
  const ExprPart low = parse(kConcat);
  expect_word("and");
  const ExprPart high = parse(kConcat);
  common(x, low);
  common(x, high);
  if (!ok()) return x.node;
  return logical_and(compare(CompareOp::kGe, x.node, low.node),
                     compare(CompareOp::kLe, x.node, high.node));
}

NodePtr ExprParser::in_list(const ExprPart& x) {
  expect_symbol("(");
  NodePtr any;
  while (ok()) {
    const ExprPart item = parse(kOr);
    common(x, item);
    if (!ok()) break;
    NodePtr equal = compare(CompareOp::kEq, x.node, item.node);
    any = any == nullptr ? equal : logical_or(any, equal);
    if (++nodes_ > kMaxExprNodes) fail(0, 1, "the expression has more than 1000 parts");
    if (!accept_symbol(",")) break;
  }
  expect_symbol(")");
  return any == nullptr ? x.node : any;
}

ExprPart ExprParser::common(const ExprPart& a, const ExprPart& b) {
  if (!ok() || a.type() == b.type() || b.type() == ValueType::kNull) return a;
  if (a.type() == ValueType::kNull) return b;
  if (is_numeric(a.type()) && is_numeric(b.type())) {
    if (a.type() == ValueType::kDouble) return a;
    if (b.type() == ValueType::kDouble) return b;
    return a.type() == ValueType::kInt ? a : b;
  }
  fail_at(b, std::string("this is a ") + name_of(b.type()) + ", and what it meets is a " +
                 name_of(a.type()));
  return a;
}

}  // namespace leat
