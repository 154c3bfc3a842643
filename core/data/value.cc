#include "core/data/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace leat {

namespace {

struct TextBlock {
  uint32_t refs;
  std::string text;
};
struct ListBlock {
  uint32_t refs;
  std::vector<Value> items;
};
struct MapBlock {
  uint32_t refs;
  std::vector<Value::MapEntry> entries;
};

template <class Block>
const Block& as(const uint32_t* p) {
  return *reinterpret_cast<const Block*>(p);
}

// Maps a double to an integer whose order is Java's total order of doubles.
int64_t ordered_bits(double v) {
  const auto bits = std::bit_cast<int64_t>(v);
  return bits < 0 ? bits ^ std::numeric_limits<int64_t>::max() : bits;
}

// The next code point of well-formed UTF-8; a malformed byte counts as itself.
uint32_t next_code_point(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const uint32_t first = byte(at);
  const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) {
    ++at;
    return first;
  }
  uint32_t point = first & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; ++i) point = (point << 6) | (byte(at + i) & 0x3f);
  at += length;
  return point;
}

// Surrogates (code points from U+10000) sort below U+E000..U+FFFF in UTF-16.
uint32_t utf16_rank(uint32_t point) {
  if (point >= 0x10000) return point - 0x10000 + 0xd800;
  return point >= 0xe000 ? point + 0x200000 : point;
}

}  // namespace

const char* name_of(ValueType type) {
  static constexpr const char* kNames[] = {"null", "bool",   "int",  "double",
                                           "time", "string", "list", "map"};
  return kNames[static_cast<size_t>(type)];
}

std::strong_ordering compare_utf16(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const uint32_t x = utf16_rank(next_code_point(a, i));
    const uint32_t y = utf16_rank(next_code_point(b, j));
    if (x != y) return x <=> y;
  }
  return (a.size() - i) <=> (b.size() - j);
}

Value Value::number(double v) {
  if (std::isnan(v)) v = std::numeric_limits<double>::quiet_NaN();  // one NaN
  return Value(kDoubleTag, std::bit_cast<uint64_t>(v));
}

Value Value::with_block(uint8_t tag, uint32_t* block) {
  return Value(static_cast<uint8_t>(tag | kBlockBit), reinterpret_cast<uint64_t>(block));
}

Value Value::text(std::string_view v) {
  if (v.size() > 15) return with_block(kStringTag, &(new TextBlock{1, std::string(v)})->refs);
  Value value;
  std::memcpy(value.raw(), v.data(), v.size());
  value.raw()[15] = static_cast<uint8_t>(kStringTag | (v.size() << 4));
  return value;
}

Value Value::list(std::vector<Value> items) {
  return with_block(kListTag, &(new ListBlock{1, std::move(items)})->refs);
}

Value Value::map(std::vector<MapEntry> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const MapEntry& a, const MapEntry& b) { return a.first < b.first; });
  std::vector<MapEntry> unique;
  for (MapEntry& entry : entries) {
    if (!unique.empty() && unique.back().first == entry.first) unique.pop_back();
    unique.push_back(std::move(entry));
  }
  return with_block(kMapTag, &(new MapBlock{1, std::move(unique)})->refs);
}

void Value::release() noexcept {
  uint32_t* refs = block();
  if (--*refs > 0) return;
  switch (type()) {
    case ValueType::kString:
      delete reinterpret_cast<TextBlock*>(refs);
      break;
    case ValueType::kList:
      delete reinterpret_cast<ListBlock*>(refs);
      break;
    default:
      delete reinterpret_cast<MapBlock*>(refs);
      break;
  }
}

bool Value::as_bool() const {
  check(type() == ValueType::kBool, "the value is not a bool");
  return word(0) != 0;
}

double Value::as_double() const {
  check(type() == ValueType::kDouble, "the value is not a double");
  return std::bit_cast<double>(word(0));
}

std::string_view Value::as_text() const {
  check(type() == ValueType::kString, "the value is not a string");
  if (in_block()) return as<TextBlock>(block()).text;
  return {reinterpret_cast<const char*>(raw()), static_cast<size_t>(tag() >> 4)};
}

std::span<const Value> Value::as_list() const {
  check(type() == ValueType::kList, "the value is not a list");
  return as<ListBlock>(block()).items;
}

std::span<const Value::MapEntry> Value::as_map() const {
  check(type() == ValueType::kMap, "the value is not a map");
  return as<MapBlock>(block()).entries;
}

bool Value::equal_blocks(const Value& a, const Value& b) {
  return a.type() == b.type() && a.compare(b) == 0;
}

std::strong_ordering Value::compare(const Value& other) const {
  if (type() != other.type()) return type() <=> other.type();
  switch (type()) {
    case ValueType::kNull:
      return std::strong_ordering::equal;
    case ValueType::kBool:
      return word(0) <=> other.word(0);
    case ValueType::kInt:
    case ValueType::kTime:
      return as_int() <=> other.as_int();
    case ValueType::kDouble:
      return ordered_bits(as_double()) <=> ordered_bits(other.as_double());
    case ValueType::kString:
      return compare_utf16(as_text(), other.as_text());
    case ValueType::kList: {
      const auto a = as_list();
      const auto b = other.as_list();
      return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
    }
    case ValueType::kMap: {
      const auto a = as_map();
      const auto b = other.as_map();
      return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
    }
  }
  fail_check("a value has an unknown type");
}

uint64_t Value::hash_block() const {
  if (type() == ValueType::kString) return hash_bytes(as_text(), 0x5ebc);
  uint64_t h = mix(static_cast<uint64_t>(type()) + 0x1157);
  if (type() == ValueType::kList) {
    for (const Value& item : as_list()) h = mix(h, item.hash());
  } else {
    for (const MapEntry& entry : as_map()) h = mix(h, entry.first.hash(), entry.second.hash());
  }
  return h;
}

void Value::encode(ByteWriter& out) const {
  if (type() == ValueType::kInt || type() == ValueType::kTime) {
    return out.tagged(static_cast<uint8_t>(type()), static_cast<int64_t>(word(0)));
  }
  out.u8(static_cast<uint8_t>(type()));
  switch (type()) {
    case ValueType::kNull:
      break;
    case ValueType::kBool:
      out.boolean(as_bool());
      break;
    case ValueType::kInt:
    case ValueType::kTime:
      fail_check("integers were written above");
    case ValueType::kDouble:
      out.fixed64(word(0));
      break;
    case ValueType::kString:
      out.text(as_text());
      break;
    case ValueType::kList:
      out.varint(as_list().size());
      for (const Value& item : as_list()) item.encode(out);
      break;
    case ValueType::kMap:
      out.varint(as_map().size());
      for (const MapEntry& entry : as_map()) {
        entry.first.encode(out);
        entry.second.encode(out);
      }
      break;
  }
}

Value Value::decode(ByteReader& in) {
  switch (static_cast<ValueType>(in.u8())) {
    case ValueType::kNull:
      return null();
    case ValueType::kBool:
      return boolean(in.boolean());
    case ValueType::kInt:
      return integer(in.zigzag());
    case ValueType::kTime:
      return time(in.zigzag());
    case ValueType::kDouble:
      return number(std::bit_cast<double>(in.fixed64()));
    case ValueType::kString:
      return text(in.text());
    case ValueType::kList: {
      const uint64_t size = in.varint();
      check(size <= in.remaining(), "a list is longer than its bytes");
      std::vector<Value> items;
      items.reserve(size);
      for (uint64_t i = 0; i < size; ++i) items.push_back(decode(in));
      return list(std::move(items));
    }
    case ValueType::kMap: {
      const uint64_t size = in.varint();
      check(size <= in.remaining(), "a map is longer than its bytes");
      std::vector<MapEntry> entries;
      entries.reserve(size);
      for (uint64_t i = 0; i < size; ++i) {
        Value key = decode(in);
        entries.emplace_back(std::move(key), decode(in));
      }
      return map(std::move(entries));
    }
  }
  fail_check("bytes hold a value of an unknown type");
}

std::string Value::to_text() const {
  switch (type()) {
    case ValueType::kNull:
      return "null";
    case ValueType::kBool:
      return as_bool() ? "true" : "false";
    case ValueType::kInt:
    case ValueType::kTime:
      return std::to_string(as_int());
    case ValueType::kDouble:
      return fmt::format("{}", as_double());
    case ValueType::kString:
      return std::string(as_text());
    case ValueType::kList: {
      std::string text = "[";
      for (const Value& item : as_list()) text += (text.size() > 1 ? ", " : "") + item.to_text();
      return text + "]";
    }
    case ValueType::kMap: {
      std::string text = "{";
      for (const MapEntry& entry : as_map()) {
        text +=
            (text.size() > 1 ? ", " : "") + entry.first.to_text() + ": " + entry.second.to_text();
      }
      return text + "}";
    }
  }
  fail_check("a value has an unknown type");
}

}  // namespace leat
