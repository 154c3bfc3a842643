#include "core/window/key_dictionary.h"

#include <algorithm>
#include <bit>

namespace leat {

namespace {
constexpr size_t kFewSlots = 16;
constexpr uint32_t kMostKeys = 1U << 30;
}  // namespace

size_t KeyDictionary::free_slot(uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash >> shift_;
  while (slots_[slot] != kFree) slot = (slot + 1) & mask;
  return slot;
}

uint32_t KeyDictionary::add(uint64_t hash, RowView row, std::span<const uint32_t> key_fields) {
  if (limit() >= kMostKeys) throw JobError("the open windows hold more than a billion keys");
  const size_t live = uses_.size() - free_.size();
  if ((live + 1) * 4 > slots_.size() * 3) grow();
  if (free_.empty()) {
    free_.push_back(limit());
    keys_.resize(keys_.size() + fields_);
    hashes_.push_back(0);
    uses_.push_back(0);
  }
  const uint32_t number = free_.back();
  free_.pop_back();
  for (uint32_t i = 0; i < fields_; ++i) {
    keys_[size_t{number} * fields_ + i] = row[key_fields[i]];
  }
  hashes_[number] = hash;
  only_ints_ = only_ints_ && fields_ == 1 && row[key_fields[0]].type() == ValueType::kInt;
  slots_[free_slot(hash)] = number;
  return number;
}

// Closes the gap: whoever stands behind it and could not be found across it moves up. (Knuth, The
// Art of Computer Programming 6.4, algorithm R.)
void KeyDictionary::forget(uint32_t number) {
  const size_t mask = slots_.size() - 1;
  size_t gap = hashes_[number] >> shift_;
  while (slots_[gap] != number) gap = (gap + 1) & mask;
  for (size_t slot = (gap + 1) & mask; slots_[slot] != kFree; slot = (slot + 1) & mask) {
    const size_t home = hashes_[slots_[slot]] >> shift_;
    const size_t from_home = (slot - home) & mask;
    if (from_home < ((slot - gap) & mask)) continue;
    slots_[gap] = slots_[slot];
    gap = slot;
  }
  slots_[gap] = kFree;
  for (uint32_t i = 0; i < fields_; ++i) keys_[size_t{number} * fields_ + i] = Value::null();
  free_.push_back(number);
}

void KeyDictionary::grow() {
  std::vector<uint32_t> before(std::max(kFewSlots, slots_.size() * 2), kFree);
  before.swap(slots_);
  shift_ = 64 - static_cast<uint32_t>(std::countr_zero(slots_.size()));
  for (const uint32_t number : before) {
    if (number != kFree) slots_[free_slot(hashes_[number])] = number;
  }
}

}  // namespace leat
