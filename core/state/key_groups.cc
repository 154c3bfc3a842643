#include "core/state/key_groups.h"

#include <bit>

#include "core/base/check.h"

namespace leat {

namespace {

uint32_t fold_long(int64_t v) {
  const auto bits = static_cast<uint64_t>(v);
  return static_cast<uint32_t>(bits ^ (bits >> 32));
}

// String.hashCode: 31 * h + unit over the UTF-16 units.
uint32_t hash_text(std::string_view text) {
  uint32_t h = 0;
  for (size_t at = 0; at < text.size();) {
    const auto byte = [&](size_t i) {
      return static_cast<uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const uint32_t first = byte(at);
    const size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 1 || at + length > text.size()) {
      h = 31 * h + first;
      ++at;
      continue;
    }
    uint32_t point = first & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; ++i) point = (point << 6) | (byte(at + i) & 0x3f);
    at += length;
    if (point >= 0x10000) {
      h = 31 * h + (0xd800 + ((point - 0x10000) >> 10));
      point = 0xdc00 + ((point - 0x10000) & 0x3ff);
    }
    h = 31 * h + point;
  }
  return h;
}

uint32_t hash_or_zero(const Value& value) {
  return value.is_null() ? 0 : static_cast<uint32_t>(java_hash(value));
}

uint32_t murmur(int32_t code) {
  uint32_t h = static_cast<uint32_t>(code) * 0xcc9e2d51U;
  h = std::rotl(h, 15) * 0x1b873593U;
  h = std::rotl(h, 13) * 5 + 0xe6546b64U;
  h ^= 4;
  h = (h ^ (h >> 16)) * 0x85ebca6bU;
  h = (h ^ (h >> 13)) * 0xc2b2ae35U;
  h ^= h >> 16;
  const auto folded = static_cast<int32_t>(h);
  if (folded >= 0) return h;
  return folded == INT32_MIN ? 0 : static_cast<uint32_t>(-folded);
}

}  // namespace

int32_t java_hash(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      throw JobError("a key is null");
    case ValueType::kBool:
      return value.as_bool() ? 1231 : 1237;
    case ValueType::kInt:
    case ValueType::kTime:
      return static_cast<int32_t>(fold_long(value.as_int()));
    case ValueType::kDouble:
      return static_cast<int32_t>(fold_long(std::bit_cast<int64_t>(value.as_double())));
    case ValueType::kString:
      return static_cast<int32_t>(hash_text(value.as_text()));
    case ValueType::kList: {
      uint32_t h = 1;
      for (const Value& item : value.as_list()) h = 31 * h + hash_or_zero(item);
      return static_cast<int32_t>(h);
    }
    case ValueType::kMap: {
      uint32_t h = 0;
      for (const auto& [key, item] : value.as_map()) h += hash_or_zero(key) ^ hash_or_zero(item);
      return static_cast<int32_t>(h);
    }
  }
  fail_check("a key is of an unknown type");
}

int32_t java_hash(RowView row, std::span<const uint32_t> key_fields) {
  if (key_fields.empty()) return 0;
  if (key_fields.size() == 1) return java_hash(row[key_fields[0]]);
  uint32_t h = hash_or_zero(row[key_fields[0]]);
  for (const uint32_t field : key_fields.subspan(1)) h = 31 * h + hash_or_zero(row[field]);
  return static_cast<int32_t>(h);
}

uint32_t key_group_of(int32_t java_hash, uint32_t max_parallelism) {
  return murmur(java_hash) % max_parallelism;
}

uint32_t key_group_of(RowView row, std::span<const uint32_t> key_fields, uint32_t max_parallelism) {
  return key_group_of(java_hash(row, key_fields), max_parallelism);
}

uint32_t subtask_of(uint32_t key_group, uint32_t max_parallelism, uint32_t parallelism) {
  return key_group * parallelism / max_parallelism;
}

KeyGroupRange key_group_range(uint32_t max_parallelism, uint32_t parallelism, uint32_t subtask) {
  return {(subtask * max_parallelism + parallelism - 1) / parallelism,
          ((subtask + 1) * max_parallelism - 1) / parallelism};
}

Value key_value(RowView key_cells) {
  if (key_cells.empty()) return Value::null();
  if (key_cells.size() == 1) return key_cells[0];
  return Value::list({key_cells.begin(), key_cells.end()});
}

Value key_of(RowView row, std::span<const uint32_t> key_fields) {
  if (key_fields.size() == 1) {
    if (row[key_fields[0]].is_null()) throw JobError("a key is null");
    return row[key_fields[0]];
  }
  Row cells;
  cells.reserve(key_fields.size());
  for (const uint32_t field : key_fields) cells.push_back(row[field]);
  return key_value(cells);
}

}  // namespace leat
