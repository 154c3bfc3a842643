#include "sim/oracle/key_place.h"

#include <algorithm>
#include <bit>

#include "core/base/check.h"

namespace leat {
namespace {

// Arithmetic of Java's int: modulo 2^32, read as signed only at the end.
using JavaInt = uint32_t;

JavaInt of_long(uint64_t bits) { return static_cast<JavaInt>(bits ^ bits >> 32); }

// The code units of UTF-16.  REQUIRES: valid UTF-8, as all texts are.
std::vector<uint16_t> code_units(std::string_view text) {
  std::vector<uint16_t> units;
  uint32_t point = 0;
  uint32_t more = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (more > 0) {
      point = point << 6 | (byte & 0x3fU);
      --more;
    } else {
      more = byte < 0x80 ? 0 : static_cast<uint32_t>(std::countl_one(byte)) - 1;
      point = more == 0 ? byte : byte & (0x3fU >> more);
    }
    if (more > 0) continue;
    if (point < 0x10000) {
      units.push_back(static_cast<uint16_t>(point));
    } else {
      units.push_back(static_cast<uint16_t>(0xd7c0 + (point >> 10)));
      units.push_back(static_cast<uint16_t>(0xdc00 + (point & 0x3ff)));
    }
  }
  return units;
}

JavaInt hash_code(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return 0;  // Objects.hashCode
    case ValueType::kBool:
      return value.as_bool() ? 1231 : 1237;
    case ValueType::kInt:
    case ValueType::kTime:
      return of_long(static_cast<uint64_t>(value.as_int()));
    case ValueType::kDouble:
      return of_long(std::bit_cast<uint64_t>(value.as_double()));
    case ValueType::kString: {
      JavaInt hash = 0;
      for (const uint16_t unit : code_units(value.as_text())) hash = hash * 31 + unit;
      return hash;
    }
    case ValueType::kList: {
      JavaInt hash = 1;
      for (const Value& item : value.as_list()) hash = hash * 31 + hash_code(item);
      return hash;
    }
    case ValueType::kMap: {
      JavaInt hash = 0;
      for (const auto& [key, item] : value.as_map()) hash += hash_code(key) ^ hash_code(item);
      return hash;
    }
  }
  fail_check("a value has an unknown type");
}

// One block of MurmurHash3 (x86, 32 bits), and no sign.
uint32_t scattered(JavaInt code) {
  uint32_t h = std::rotl(code * 0xcc9e2d51U, 15) * 0x1b873593U;
  h = (std::rotl(h, 13) * 5 + 0xe6546b64U) ^ 4;
  h = (h ^ h >> 16) * 0x85ebca6bU;
  h = (h ^ h >> 13) * 0xc2b2ae35U;
  h ^= h >> 16;
  if (h == 0x80000000U) return 0;
  return h > 0x80000000U ? 0U - h : h;
}

}  // namespace

uint32_t key_groups_of(const StreamGraph& graph, const StreamNode& node, uint32_t parallelism) {
  if (node.max_parallelism) return *node.max_parallelism;
  if (graph.config.max_parallelism != 0) return graph.config.max_parallelism;
  return std::clamp(std::bit_ceil(parallelism + parallelism / 2), 128U, 32768U);
}

std::optional<uint32_t> place_of_key(RowView row, const std::vector<uint32_t>& fields,
                                     uint32_t key_groups, uint32_t parallelism) {
  const Value& first = row[fields.front()];
  if (fields.size() == 1 && first.is_null()) return std::nullopt;
  JavaInt code = hash_code(first);
  for (size_t i = 1; i < fields.size(); ++i) code = code * 31 + hash_code(row[fields[i]]);
  const uint64_t group = scattered(code) % key_groups;
  return static_cast<uint32_t>(group * parallelism / key_groups);
}

}  // namespace leat
