#include <algorithm>
#include <array>
#include <optional>

#include "sim/scenario/expr.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

// How tightly an operator holds its operands.
enum Binding : int { kNone, kOr, kAnd, kNot, kCompare, kConcat, kSum, kProduct, kUnary };

constexpr size_t kMaxText = 16 * 1024;
constexpr int kMaxDepth = 100;   // of parentheses
constexpr int kMaxNodes = 1000;  // long chains make deep trees, and evaluation is recursive

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// A compiled part and the piece of text it came from.
struct Part {
  NodePtr node;
  size_t begin = 0;
  size_t end = 0;
  ValueType type() const { return node->type(); }
};

class Parser {
 public:
  Parser(std::string_view text, const ExprScope& scope) : text_(text), scope_(scope) {
    if (text.size() > kMaxText) {
      fail(0, 1, "the expression is longer than 16384 characters");
      tokens_.push_back({});
      return;
    }
    tokens_ = lex_expression(text, error_);
  }

  bool ok() const { return error_.what.empty(); }
  const TextError& error() const { return error_; }

  Part parse(int least) {
    Part left = prefix(least);
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

  bool at_end() const { return next().kind == Token::Kind::kEnd; }
  const Token& next() const { return tokens_[at_]; }
  bool is_word(std::string_view word) const {
    return next().kind == Token::Kind::kName && lowered(next().text) == word;
  }
  bool is_symbol(std::string_view symbol) const {
    return next().kind == Token::Kind::kSymbol && next().text == symbol;
  }
  bool accept_word(std::string_view word) {
    if (!is_word(word)) return false;
    advance();
    return true;
  }
  bool accept_symbol(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    advance();
    return true;
  }
  void expect_symbol(std::string_view symbol) {
    if (ok() && !accept_symbol(symbol))
      fail_at(next(), "here stands no " + std::string(symbol), "");
  }
  void expect_word(std::string_view word) {
    if (ok() && !accept_word(word)) fail_at(next(), "here stands no " + std::string(word), "");
  }
  // Consumes a name.
  std::string take_name(std::string_view purpose) {
    if (next().kind != Token::Kind::kName && next().kind != Token::Kind::kQuotedName) {
      fail_at(next(), "here stands no name " + std::string(purpose), "");
      return {};
    }
    return tokens_[advance()].text;
  }
  void expect_end() {
    if (ok() && !at_end()) fail_at(next(), "the expression has ended before this", "");
  }
  void fail(size_t at, size_t length, std::string what, std::string help = "") {
    if (ok()) error_ = TextError{at, std::max<size_t>(length, 1), std::move(what), std::move(help)};
  }
  void fail_at(const Token& token, std::string what, std::string help) {
    fail(token.begin, token.end - token.begin, std::move(what), std::move(help));
  }
  void fail_at(const Part& part, std::string what, std::string help = "") {
    fail(part.begin, part.end - part.begin, std::move(what), std::move(help));
  }
  size_t position() const { return at_; }
  const Token& token(size_t i) const { return tokens_[i]; }

 private:
  size_t advance() { return at_ + 1 < tokens_.size() ? at_++ : at_; }

  int binding_of(const Token& token) const {
    if (token.kind == Token::Kind::kSymbol) {
      const std::string& s = token.text;
      if (s == "=" || s == "<>" || s == "<" || s == "<=" || s == ">" || s == ">=") return kCompare;
      if (s == "||") return kConcat;
      if (s == "+" || s == "-") return kSum;
      if (s == "*" || s == "/" || s == "%") return kProduct;
      return kNone;
    }
    if (token.kind != Token::Kind::kName) return kNone;
    const std::string word = lowered(token.text);
    if (word == "or") return kOr;
    if (word == "and") return kAnd;
    if (word == "between" || word == "in" || word == "is" || word == "not") return kCompare;
    return kNone;
  }

  Part nothing() const { return {literal(Value::null()), next().begin, next().end}; }
  Part made(NodePtr node, size_t begin) {
    if (++nodes_ > kMaxNodes) fail(0, 1, "the expression has more than 1000 parts");
    return {std::move(node), begin, at_ == 0 ? begin : tokens_[at_ - 1].end};
  }

  Part prefix(int least) {
    if (!ok()) return nothing();
    if (depth_ >= kMaxDepth) {
      fail_at(next(), "the expression is nested deeper than 100", "");
      return nothing();
    }
    ++depth_;
    Part part = prefix_inside(least);
    --depth_;
    return part;
  }

  Part prefix_inside(int least) {
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

  Part number(int sign) {
    const Token token = next();
    constexpr uint64_t kBorder = uint64_t{1} << 63;
    if (token.integer == kBorder && sign > 0) {
      fail_at(token, "the number does not fit into 64 bits", "");
    }
    advance();
    const auto value = static_cast<int64_t>(sign > 0 ? token.integer : ~token.integer + 1);
    return made(literal(Value::integer(value)), token.begin);
  }

  Part symbol() {
    const Token token = next();
    if (accept_symbol("(")) {
      Part inside = parse(kOr);
      expect_symbol(")");
      return {inside.node, token.begin, next().begin};
    }
    if (!accept_symbol("-")) {
      fail_at(token, "here stands no operand", "");
      return nothing();
    }
    if (next().kind == Token::Kind::kInteger) {
      Part part = number(-1);
      part.begin = token.begin;
      return part;
    }
    Part operand = parse(kUnary);
    require(operand, is_numeric(operand.type()), "only a number can be negated");
    if (!ok()) return operand;
    return made(negate(operand.node), token.begin);
  }

  Part word(int least) {
    const Token token = next();
    const std::string lower = lowered(token.text);
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

  Part name() {
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

  Part negation(int least) {
    const Token token = next();
    if (least > kNot) fail_at(token, "not needs parentheses here", "write: (not ...)");
    advance();
    Part operand = parse(kNot);
    require_truth(operand);
    if (!ok()) return operand;
    return made(logical_not(operand.node), token.begin);
  }

  Part case_when() {
    const size_t begin = next().begin;
    advance();
    std::vector<NodePtr> cases;
    Part result = nothing();
    while (ok() && accept_word("when")) {
      const Part condition = parse(kOr);
      require_truth(condition);
      expect_word("then");
      const Part value = parse(kOr);
      result = cases.empty() ? value : common(result, value);
      cases.push_back(condition.node);
      cases.push_back(value.node);
    }
    if (ok() && cases.empty()) fail_at(next(), "case needs at least one when", "");
    NodePtr otherwise;
    if (ok() && accept_word("else")) {
      const Part value = parse(kOr);
      result = common(result, value);
      otherwise = value.node;
    }
    expect_word("end");
    if (!ok()) return nothing();
    return made(choose_case(result.type(), std::move(cases), std::move(otherwise)), begin);
  }

  Part call() {
    const Token token = next();
    advance();
    expect_symbol("(");
    std::vector<Part> args;
    while (ok() && !is_symbol(")")) {
      if (!args.empty()) expect_symbol(",");
      args.push_back(parse(kOr));
    }
    expect_symbol(")");
    if (!ok()) return nothing();
    return made(function(token, lowered(token.text), args), token.begin);
  }

  NodePtr function(const Token& token, const std::string& name, const std::vector<Part>& args) {
    const auto takes = [&](size_t count) {
      if (args.size() != count) {
        fail_at(token,
                name + " takes " + std::to_string(count) + " argument" + (count > 1 ? "s" : ""),
                "");
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
      const Part both = common(args[0], args[1]);
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

  Part infix(Part left, int binding) {
    const Token token = next();
    if (binding == kCompare) return comparison(std::move(left));
    advance();
    Part right = parse(binding + 1);
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

  NodePtr arithmetic_of(const Token& token, const Part& a, const Part& b) {
    for (const Part* part : {&a, &b}) {
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

  Part comparison(Part left) {
    const Token token = next();
    advance();
    if (token.kind == Token::Kind::kName) return word_comparison(lowered(token.text), token, left);
    Part right = parse(kConcat);
    common(left, right);
    if (!ok()) return left;
    return made(compare(compare_op(token.text), left.node, right.node), left.begin);
  }

  static CompareOp compare_op(std::string_view symbol) {
    if (symbol == "=") return CompareOp::kEq;
    if (symbol == "<>") return CompareOp::kNe;
    if (symbol == "<") return CompareOp::kLt;
    if (symbol == "<=") return CompareOp::kLe;
    return symbol == ">" ? CompareOp::kGt : CompareOp::kGe;
  }

  Part word_comparison(std::string word, const Token& token, const Part& left) {
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
      word = lowered(next().text);
      advance();
    }
    NodePtr node = word == "between" ? between(left) : in_list(left);
    if (!ok()) return left;
    return made(negated ? logical_not(node) : node, left.begin);
  }

  NodePtr between(const Part& x) {
    const Part low = parse(kConcat);
    expect_word("and");
    const Part high = parse(kConcat);
    common(x, low);
    common(x, high);
    if (!ok()) return x.node;
    return logical_and(compare(CompareOp::kGe, x.node, low.node),
                       compare(CompareOp::kLe, x.node, high.node));
  }

  NodePtr in_list(const Part& x) {
    expect_symbol("(");
    NodePtr any;
    while (ok()) {
      const Part item = parse(kOr);
      common(x, item);
      if (!ok()) break;
      NodePtr equal = compare(CompareOp::kEq, x.node, item.node);
      any = any == nullptr ? equal : logical_or(any, equal);
      if (++nodes_ > kMaxNodes) fail(0, 1, "the expression has more than 1000 parts");
      if (!accept_symbol(",")) break;
    }
    expect_symbol(")");
    return any == nullptr ? x.node : any;
  }

  // The part whose type both can take; an error where there is none.
  Part common(const Part& a, const Part& b) {
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

  bool require(const Part& part, bool holds, std::string what) {
    if (!holds) fail_at(part, std::move(what));
    return ok();
  }
  bool require_truth(const Part& part) {
    return require(
        part, part.type() == ValueType::kBool || part.type() == ValueType::kNull,
        std::string("a condition is needed here, and this is a ") + name_of(part.type()));
  }
  bool require_text(const Part& part) {
    return require(part, part.type() == ValueType::kString,
                   std::string("a string is needed here, and this is a ") + name_of(part.type()));
  }
  bool require_integral(const Part& part) {
    return require(part, is_integral(part.type()),
                   std::string("an int is needed here, and this is a ") + name_of(part.type()));
  }

  std::string_view text_;
  const ExprScope& scope_;
  TextError error_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int nodes_ = 0;
};

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

Parsed<Expression> parse_expression_at(std::string_view text, const ExprScope& scope) {
  Parser parser(text, scope);
  const Part part = parser.parse(kOr);
  parser.expect_end();
  if (!parser.ok()) return parser.error();
  return Expression(part.node, trimmed(text));
}

Parsed<NamedExpression> parse_named_at(std::string_view text, const ExprScope& scope) {
  Parser parser(text, scope);
  const Token first = parser.next();
  const Part part = parser.parse(kOr);
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
  Parser parser(text, scope);
  AggregateSpec spec;
  const Token name = parser.next();
  const std::string function = lowered(parser.take_name("of an aggregate"));
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
    const Part part = parser.parse(kOr);
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
