// The keys that have a pane in any open window of one operator, each under a small number: a key is
// looked up once an element, and everything that a window keeps of it stands at that number. A
// number is free for another key once no pane uses it, so the memory is that of the open panes.
//
// Numbers depend on nothing but the order of calls.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/row_batch.h"

namespace leat {

class KeyDictionary {
 public:
  explicit KeyDictionary(uint32_t fields) : fields_(fields) {}

  // Numbers that were ever given are below this.
  uint32_t limit() const { return static_cast<uint32_t>(uses_.size()); }
  uint32_t uses(uint32_t number) const { return uses_[number]; }
  RowView key(uint32_t number) const { return {keys_.data() + size_t{number} * fields_, fields_}; }

  struct Found {
    uint32_t number;
    bool added;  // it has no uses yet, and must get one before the next call
  };
  // The number of the key in these fields of the row.
  Found find_or_add(RowView row, std::span<const uint32_t> key_fields) {
    if (fields_ == 1 && row[key_fields[0]].type() == ValueType::kInt) {
      return find_or_add_int(row, key_fields);
    }
    const uint64_t hash = hash_of(row, key_fields);
    if (!slots_.empty()) {
      const size_t mask = slots_.size() - 1;
      for (size_t slot = hash >> shift_; slots_[slot] != kFree; slot = (slot + 1) & mask) {
        if (equal(slots_[slot], row, key_fields)) return {slots_[slot], false};
      }
    }
    return {add(hash, row, key_fields), true};
  }

  // The same in two steps, for batches: a guess for each key, which only brings memory near, then
  // the answer if the guess was right.  REQUIRES: the key is an int.
  uint32_t guess(const Value& key) const {
    return slots_.empty() ? kFree : slots_[hash_of_int(key) >> shift_];
  }
  bool is_right(uint32_t guess, const Value& key) const {
    return guess != kFree && only_ints_ && hashes_[guess] == hash_of_int(key);
  }

  void use(uint32_t number) { ++uses_[number]; }
  // REQUIRES: it has a use.
  void release(uint32_t number) {
    if (--uses_[number] == 0) forget(number);
  }

 private:
  static constexpr uint32_t kFree = 0xffffffff;

  // Only the uppermost bits choose a slot. Multiplication spreads neighbouring integers evenly
  // there (Knuth's Fibonacci hashing), and dense integers are the most usual keys. It is also one
  // to one: equal hashes of integers are equal integers.
  static uint64_t hash_of_int(const Value& key) {
    return static_cast<uint64_t>(key.as_int()) * 0x9e3779b97f4a7c15ULL;
  }
  static uint64_t hash_of(RowView row, std::span<const uint32_t> key_fields) {
    if (key_fields.size() == 1) return row[key_fields[0]].hash();
    uint64_t hash = 0;
    for (const uint32_t field : key_fields) hash = mix(hash, row[field].hash());
    return hash;
  }
  Found find_or_add_int(RowView row, std::span<const uint32_t> key_fields) {
    const uint64_t hash = hash_of_int(row[key_fields[0]]);
    if (!slots_.empty()) {
      const size_t mask = slots_.size() - 1;
      for (size_t slot = hash >> shift_; slots_[slot] != kFree; slot = (slot + 1) & mask) {
        if (hashes_[slots_[slot]] != hash) continue;
        if (only_ints_ || equal(slots_[slot], row, key_fields)) return {slots_[slot], false};
      }
    }
    return {add(hash, row, key_fields), true};
  }
  bool equal(uint32_t number, RowView row, std::span<const uint32_t> key_fields) const {
    const Value* const cells = keys_.data() + size_t{number} * fields_;
    for (size_t i = 0; i < key_fields.size(); ++i) {
      if (!(cells[i] == row[key_fields[i]])) return false;
    }
    return true;
  }
  uint32_t add(uint64_t hash, RowView row, std::span<const uint32_t> key_fields);
  void forget(uint32_t number);
  void grow();
  size_t free_slot(uint64_t hash) const;

  const uint32_t fields_;
  std::vector<uint32_t> slots_;  // a power of two of them, probed in line
  uint32_t shift_ = 64;          // of a hash, to its slot
  bool only_ints_ = true;        // no key was ever anything else
  // By number:
  std::vector<Value> keys_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> uses_;
  std::vector<uint32_t> free_;
};

}  // namespace leat
