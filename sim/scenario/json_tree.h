// JSON with places: what a file says, and where it says it. `//` comments are allowed.
//
// Hostile input is refused, not endured: duplicate keys, more than 64 levels, more than a million
// values, more than 64 MB, invalid UTF-8. Memory is bounded by the size of the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/scenario/diagnostics.h"

namespace leat {

struct JsonMember;

struct Json {
  enum class Kind : uint8_t { kNull, kBool, kInt, kDouble, kText, kList, kObject };
  Kind kind = Kind::kNull;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;  // kDouble, and kInt
  std::string text;   // kText; of a number the digits as they stand
  std::vector<Json> items;
  std::vector<JsonMember> members;
  Span span;

  bool is(Kind k) const { return kind == k; }
  const JsonMember* find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  Span key_span;
  Json value;
};

const char* name_of(Json::Kind kind);  // "a list", "a string", ...

// The first mistake ends the reading.
std::variant<Json, Diagnostic> parse_json(std::string_view text);

}  // namespace leat
