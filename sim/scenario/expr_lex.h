// Words of the expression language, each with its place in the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leat {

// What is wrong with a piece of text, and where: byte offsets into that text.
struct TextError {
  size_t at = 0;
  size_t length = 1;
  std::string what;
  std::string help;
};

struct Token {
  enum class Kind : uint8_t { kName, kQuotedName, kText, kInteger, kDecimal, kSymbol, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;      // of a name or string; the symbol itself
  uint64_t integer = 0;  // kInteger; up to 2^63, which only a minus makes an int
  double decimal = 0;    // kDecimal
  size_t begin = 0;
  size_t end = 0;
};

// Ends with a kEnd token. Stops at the first word that is none; then `error.what` is not empty.
std::vector<Token> lex_expression(std::string_view text, TextError& error);

}  // namespace leat
