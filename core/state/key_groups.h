// Key groups: the atoms by which keyed state is dealt to subtasks. (Flink: KeyGroupRangeAssignment,
// MathUtils.murmurHash; hashes are Java's hashCode, so that a key lands where it does in Flink.)
#pragma once

#include <cstdint>
#include <span>

#include "core/data/row_batch.h"

namespace leat {

// Java's hashCode: Long, Double, Boolean, String (over UTF-16 units); lists as java.util.List.
// Throws JobError on null.
int32_t java_hash(const Value& value);
// The key of a row: one field hashes as itself, several as Flink's tuples do, none (one key for all
// rows) to 0.
int32_t java_hash(RowView row, std::span<const uint32_t> key_fields);

// REQUIRES: 0 < max_parallelism <= 32768.
uint32_t key_group_of(int32_t java_hash, uint32_t max_parallelism);
uint32_t key_group_of(RowView row, std::span<const uint32_t> key_fields, uint32_t max_parallelism);

// Which subtask holds the key group.
uint32_t subtask_of(uint32_t key_group, uint32_t max_parallelism, uint32_t parallelism);

struct KeyGroupRange {
  uint32_t first = 0;
  uint32_t last = 0;  // inclusive
  bool contains(uint32_t group) const { return group >= first && group <= last; }
  friend bool operator==(KeyGroupRange, KeyGroupRange) = default;
};
KeyGroupRange key_group_range(uint32_t max_parallelism, uint32_t parallelism, uint32_t subtask);

// The key of a row as one value: the field itself, a list of several, null where there is one key
// for all. It is how a key is named outside the operator: in facts, taps and bytes.
Value key_value(RowView key_cells);
// The key of a whole row.  Throws JobError where its one key field is null.
Value key_of(RowView row, std::span<const uint32_t> key_fields);

}  // namespace leat
