// The parser of expressions: precedence climbing (Pratt), checking types as it goes. Internal to
// this folder; expr.h is the door.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/expr.h"

namespace leat {

inline constexpr size_t kMaxExprText = 16 * 1024;
inline constexpr int kMaxExprDepth = 100;  // of parentheses
inline constexpr int kMaxExprNodes =
    1000;  // long chains make deep trees, and evaluation is recursive

std::string lower_case(std::string_view text);  // ASCII

// A compiled part and the piece of text it came from.
struct ExprPart {
  NodePtr node;
  size_t begin = 0;
  size_t end = 0;
  ValueType type() const { return node->type(); }
};

class ExprParser {
 public:
  // How tightly an operator holds its operands.
  enum Binding : int { kNone, kOr, kAnd, kNot, kCompare, kConcat, kSum, kProduct, kUnary };

  ExprParser(std::string_view text, const ExprScope& scope) : text_(text), scope_(scope) {
    if (text.size() > kMaxExprText) {
      fail(0, 1, "the expression is longer than 16384 characters");
      tokens_.push_back({});
      return;
    }
    tokens_ = lex_expression(text, error_);
  }

  bool ok() const { return error_.what.empty(); }
  const TextError& error() const { return error_; }

  ExprPart parse(int least);

  bool at_end() const { return next().kind == Token::Kind::kEnd; }
  const Token& next() const { return tokens_[at_]; }
  bool is_word(std::string_view word) const {
    return next().kind == Token::Kind::kName && lower_case(next().text) == word;
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
  std::string take_name(std::string_view purpose);
  void expect_end() {
    if (ok() && !at_end()) fail_at(next(), "the expression has ended before this", "");
  }
  void fail(size_t at, size_t length, std::string what, std::string help = "") {
    if (ok()) error_ = TextError{at, std::max<size_t>(length, 1), std::move(what), std::move(help)};
  }
  void fail_at(const Token& token, std::string what, std::string help) {
    fail(token.begin, token.end - token.begin, std::move(what), std::move(help));
  }
  void fail_at(const ExprPart& part, std::string what, std::string help = "") {
    fail(part.begin, part.end - part.begin, std::move(what), std::move(help));
  }
  size_t position() const { return at_; }
  const Token& token(size_t i) const { return tokens_[i]; }

 private:
  size_t advance() { return at_ + 1 < tokens_.size() ? at_++ : at_; }

  int binding_of(const Token& token) const;

  ExprPart nothing() const { return {literal(Value::null()), next().begin, next().end}; }
  ExprPart made(NodePtr node, size_t begin) {
    if (++nodes_ > kMaxExprNodes) fail(0, 1, "the expression has more than 1000 parts");
    return {std::move(node), begin, at_ == 0 ? begin : tokens_[at_ - 1].end};
  }

  ExprPart prefix(int least);

  ExprPart prefix_inside(int least);

  ExprPart number(int sign);

  ExprPart symbol();

  ExprPart word(int least);

  ExprPart name();

  ExprPart negation(int least);

  ExprPart case_when();

  ExprPart call();

  NodePtr function(const Token& token, const std::string& name, const std::vector<ExprPart>& args);

  ExprPart infix(ExprPart left, int binding);

  NodePtr arithmetic_of(const Token& token, const ExprPart& a, const ExprPart& b);

  ExprPart comparison(ExprPart left);

  static CompareOp compare_op(std::string_view symbol);

  ExprPart word_comparison(std::string word, const Token& token, const ExprPart& left);

  NodePtr between(const ExprPart& x);

  NodePtr in_list(const ExprPart& x);

  // The part whose type both can take; an error where there is none.
  ExprPart common(const ExprPart& a, const ExprPart& b);

  bool require(const ExprPart& part, bool holds, std::string what) {
    if (!holds) fail_at(part, std::move(what));
    return ok();
  }
  bool require_truth(const ExprPart& part) {
    return require(
        part, part.type() == ValueType::kBool || part.type() == ValueType::kNull,
        std::string("a condition is needed here, and this is a ") + name_of(part.type()));
  }
  bool require_text(const ExprPart& part) {
    return require(part, part.type() == ValueType::kString,
                   std::string("a string is needed here, and this is a ") + name_of(part.type()));
  }
  bool require_integral(const ExprPart& part) {
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

}  // namespace leat
