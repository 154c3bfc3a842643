// The one form that a field of a record takes, everywhere: 16 bytes, closed.
//
// Null, bool, int (64 bits), double, time (an int64 of ms with its own type), string, list, map.
// Strings up to 15 bytes stand inline; longer ones, lists and maps in immutable blocks with a plain
// (non-atomic) reference count: a Value never crosses threads, only its canonical bytes do.
//
// Equality and order are total and the same everywhere: by type (in the order above), then by
// value. Doubles as in Java: -0.0 below 0.0, NaN equal to itself and above all. Strings compare by
// UTF-16 code units, as in Java. Maps are kept sorted by key.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/hash.h"
#include "core/base/time.h"

namespace leat {

enum class ValueType : uint8_t { kNull, kBool, kInt, kDouble, kTime, kString, kList, kMap };

const char* name_of(ValueType type);  // "null", "bool", "int", "double", "time", "string", ...

class Value {
 public:
  using MapEntry = std::pair<Value, Value>;

  Value() noexcept : words_{0, 0} {}
  static Value null() { return Value(); }
  static Value boolean(bool v) { return Value(kBoolTag, v ? 1 : 0); }
  static Value integer(int64_t v) { return Value(kIntTag, static_cast<uint64_t>(v)); }
  static Value time(int64_t ms) { return Value(kTimeTag, static_cast<uint64_t>(ms)); }
  static Value number(double v);
  static Value text(std::string_view v);
  static Value list(std::vector<Value> items);
  static Value map(std::vector<MapEntry> entries);  // sorts; of equal keys the last one stays

  Value(const Value& other) noexcept : words_{other.words_[0], other.words_[1]} {
    if (in_block()) ++*block();
  }
  Value(Value&& other) noexcept : words_{other.words_[0], other.words_[1]} { other.forget(); }
  Value& operator=(const Value& other) noexcept {
    if (other.in_block()) ++*other.block();
    if (in_block()) release();
    words_[0] = other.words_[0];
    words_[1] = other.words_[1];
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    if (this != &other) {
      if (in_block()) release();
      words_[0] = other.words_[0];
      words_[1] = other.words_[1];
      other.forget();
    }
    return *this;
  }
  ~Value() {
    if (in_block()) release();
  }

  ValueType type() const { return static_cast<ValueType>(tag() & 7); }
  bool is_null() const { return tag() == 0; }

  // REQUIRES: the value is of that type (as_int: int or time).
  bool as_bool() const;
  int64_t as_int() const {
    check(type() == ValueType::kInt || type() == ValueType::kTime, "the value is not an integer");
    return static_cast<int64_t>(word(0));
  }
  // Another number in the same place: one store, where an assignment would copy 16 bytes (and stall
  // on the half that was just written).  REQUIRES: an int.
  void replace_int(int64_t v) {
    check(type() == ValueType::kInt, "the value is not an int");
    words_[0] = static_cast<uint64_t>(v);
  }
  // A value of a fixed size as its type and 64 bits, and back.  REQUIRES: null, bool, int, double
  // or time.
  bool is_scalar() const { return type() <= ValueType::kTime; }
  uint64_t scalar_bits() const {
    check(is_scalar(), "the value is larger than 64 bits");
    return word(0);
  }
  static Value scalar(ValueType type, uint64_t bits) {
    check(type <= ValueType::kTime, "a value of that type is larger than 64 bits");
    return Value(static_cast<uint8_t>(type), bits);
  }
  double as_double() const;
  std::string_view as_text() const;
  std::span<const Value> as_list() const;
  std::span<const MapEntry> as_map() const;

  friend bool operator==(const Value& a, const Value& b) {
    if (a.word(0) == b.word(0) && a.word(1) == b.word(1)) return true;
    return a.in_block() && b.in_block() && equal_blocks(a, b);
  }
  friend std::strong_ordering operator<=>(const Value& a, const Value& b) { return a.compare(b); }

  // The same on every machine; equal values have equal hashes.
  uint64_t hash() const {
    if (in_block()) return hash_block();
    return mum(word(0) ^ 0xa0761d6478bd642fULL, word(1) ^ 0xe7037ed1a0b428dbULL);
  }

  // The same, mixed with what came before: one multiplication for most values.
  uint64_t hash(uint64_t before) const {
    if (in_block()) return mix(before, hash_block());
    return mum(word(0) ^ before, word(1) ^ 0xe7037ed1a0b428dbULL);
  }

  void encode(ByteWriter& out) const;
  static Value decode(ByteReader& in);  // the inverse of encode

  // For people: null, true, 12, 3.5, ann, [1, 2], {a: 1}. Strings stand without quotes.
  std::string to_text() const;

 private:
  // tag: bits 0-2 the type, bit 3 "in a block", bits 4-7 the length of an inline string.
  static constexpr uint8_t kBoolTag = 1, kIntTag = 2, kDoubleTag = 3, kTimeTag = 4, kStringTag = 5,
                           kListTag = 6, kMapTag = 7, kBlockBit = 8;

  Value(uint8_t tag, uint64_t payload) noexcept : words_{payload, uint64_t{tag} << 56} {}
  void forget() noexcept { words_[0] = words_[1] = 0; }
  uint8_t tag() const { return static_cast<uint8_t>(words_[1] >> 56); }
  bool in_block() const { return (tag() & kBlockBit) != 0; }
  uint64_t word(int i) const { return words_[i]; }
  unsigned char* raw() { return reinterpret_cast<unsigned char*>(words_); }
  const unsigned char* raw() const { return reinterpret_cast<const unsigned char*>(words_); }
  uint32_t* block() const {  // the reference count stands first in every block
    return reinterpret_cast<uint32_t*>(words_[0]);
  }
  static Value with_block(uint8_t tag, uint32_t* block);
  std::strong_ordering compare(const Value& other) const;
  uint64_t hash_block() const;
  static bool equal_blocks(const Value& a, const Value& b);
  void release() noexcept;

  // Two words and no array of bytes: what was just written as words must not be read again as one
  // stretch of 16 bytes, the processor would wait for the stores. Byte 15 is the tag.
  uint64_t words_[2];
};
static_assert(sizeof(Value) == 16);
static_assert(std::endian::native == std::endian::little, "inline strings rely on it");

// Java's order of strings: by UTF-16 code units. Input is UTF-8.
std::strong_ordering compare_utf16(std::string_view a, std::string_view b);

}  // namespace leat
