#include "sim/scenario/expr_lex.h"

#include <charconv>
#include <system_error>

#include "sim/scenario/ascii.h"

namespace leat {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

class Lexer {
 public:
  Lexer(std::string_view text, TextError& error) : text_(text), error_(error) {}

  std::vector<Token> run() {
    for (;;) {
      while (at_ < text_.size() &&
             (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
        ++at_;
      }
      Token token;
      token.begin = at_;
      if (at_ < text_.size()) scan(token);
      token.end = at_;
      tokens_.push_back(token);
      if (token.kind == Token::Kind::kEnd || !error_.what.empty()) break;
    }
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void scan(Token& token) {
    const char c = peek();
    if (is_letter(c)) return scan_name(token);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return scan_number(token);
    if (c == '\'' || c == '"') return scan_quoted(token, c);
    scan_symbol(token);
  }

  // A name may have dots inside: left.amount.
  void scan_name(Token& token) {
    while (is_letter(peek()) || is_digit(peek()) || (peek() == '.' && is_letter(peek(1)))) ++at_;
    token.kind = Token::Kind::kName;
    token.text = text_.substr(token.begin, at_ - token.begin);
  }

  // 'it''s': a quote inside is doubled.
  void scan_quoted(Token& token, char quote) {
    ++at_;
    for (;;) {
      if (at_ >= text_.size()) {
        return fail(token.begin, text_.size() - token.begin,
                    quote == '\'' ? "the text is not closed" : "the name is not closed",
                    std::string("add the missing ") + quote);
      }
      if (peek() == quote && peek(1) != quote) break;
      if (peek() == quote) ++at_;
      token.text += text_[at_++];
    }
    ++at_;
    token.kind = quote == '\'' ? Token::Kind::kText : Token::Kind::kQuotedName;
  }

  void scan_number(Token& token) {
    bool decimal = false;
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      decimal = true;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if ((peek() == 'e' || peek() == 'E') &&
        (is_digit(peek(1)) || ((peek(1) == '-' || peek(1) == '+') && is_digit(peek(2))))) {
      decimal = true;
      at_ += 2;
      while (is_digit(peek())) ++at_;
    }
    const char* first = text_.data() + token.begin;
    const char* last = text_.data() + at_;
    token.kind = decimal ? Token::Kind::kDecimal : Token::Kind::kInteger;
    const std::from_chars_result read = decimal ? std::from_chars(first, last, token.decimal)
                                                : std::from_chars(first, last, token.integer);
    const bool too_large = !decimal && token.integer > (uint64_t{1} << 63);
    if (read.ec != std::errc() || read.ptr != last || too_large) {
      fail(token.begin, at_ - token.begin, "the number does not fit into 64 bits", "");
    }
  }

  void scan_symbol(Token& token) {
    static constexpr std::string_view kSymbols[] = {"<>", "<=", ">=", "||", "=", "<", ">", "+",
                                                    "-",  "*",  "/",  "%",  "(", ")", ","};
    for (const std::string_view symbol : kSymbols) {
      if (text_.substr(at_, symbol.size()) != symbol) continue;
      token.kind = Token::Kind::kSymbol;
      token.text = symbol;
      at_ += symbol.size();
      if (symbol == "=" && peek() == '=') {
        fail(token.begin, 2, "\"==\" is no operator", "equality is written with one =");
      }
      return;
    }
    const std::string_view two = text_.substr(at_, 2);
    const std::string help = two == "!="   ? "\"not equal\" is written <>"
                             : two == "&&" ? "write: and"
                                           : "";
    fail(at_, 1, "this character has no meaning in an expression", help);
  }

  void fail(size_t at, size_t length, std::string what, std::string help) {
    error_ = TextError{at, length, std::move(what), std::move(help)};
  }

  std::string_view text_;
  TextError& error_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> lex_expression(std::string_view text, TextError& error) {
  return Lexer(text, error).run();
}

}  // namespace leat
