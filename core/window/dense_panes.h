// The panes of one window by the number of their key (KeyDictionary): pages of 32 panes, made when
// the first of them is, so that a window of few keys is small however many keys there are. A pane
// is a few accumulators of 64 bits and their types, no larger, because the memory that the open
// panes take is what bounds the speed of windows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/data/value.h"

namespace leat {

class DensePanes {
 public:
  static constexpr uint32_t kPerPage = 32;
  // Memory of pages without panes, for those to come; one an operator.
  using Spare = std::vector<std::unique_ptr<uint64_t[]>>;

  explicit DensePanes(uint32_t accumulators) : width_(accumulators) {}

  bool has(uint32_t number) const {
    const uint32_t at = number / kPerPage;
    return at < pages_.size() && (open_[at] & bit(number)) != 0;
  }
  // Makes the pane; set() all its accumulators before anything else.  REQUIRES: !has(number).
  void open(uint32_t number, Spare& spare);
  // REQUIRES: has(number); set() also that the value is a scalar.
  Value get(uint32_t number, uint32_t accumulator) const {
    const uint64_t* const words = pages_[number / kPerPage].get();
    const uint32_t at = place(number, accumulator);
    return Value::scalar(static_cast<ValueType>(types(words)[at]), words[at]);
  }
  void set(uint32_t number, uint32_t accumulator, const Value& value) {
    uint64_t* const words = pages_[number / kPerPage].get();
    const uint32_t at = place(number, accumulator);
    words[at] = value.scalar_bits();
    types(words)[at] = static_cast<unsigned char>(value.type());
  }

  // An armed pane shall answer at the end of its window.  REQUIRES: has(number).
  bool armed(uint32_t number) const { return (armed_[number / kPerPage] & bit(number)) != 0; }
  void arm(uint32_t number) { armed_[number / kPerPage] |= bit(number); }
  // Whether it has answered before.  REQUIRES: has(number).
  bool has_fired(uint32_t number) const { return (fired_[number / kPerPage] & bit(number)) != 0; }
  void mark_fired(uint32_t number) { fired_[number / kPerPage] |= bit(number); }

  // Adds to the first accumulator of a pane that was marked for it, the quick way; false where it
  // is not marked. To mark it REQUIRES: it is armed, and the accumulator an int.
  bool add_quickly(uint32_t number, int64_t addend) {
    const uint32_t at = number / kPerPage;
    if (at >= pages_.size() || (quick_[at] & bit(number)) == 0) return false;
    pages_[at][place(number, 0)] += static_cast<uint64_t>(addend);  // wraps, as Java's
    return true;
  }
  void mark_quick(uint32_t number) { quick_[number / kPerPage] |= bit(number); }

  // Appends the numbers of all panes, ascending.
  void list(std::vector<uint32_t>& numbers) const;
  // The same of those that are armed, which then are not any more.
  void disarm(std::vector<uint32_t>& numbers);
  // Drops all panes.
  void clear(Spare& spare);

 private:
  static uint32_t bit(uint32_t number) { return 1U << number % kPerPage; }
  uint32_t place(uint32_t number, uint32_t accumulator) const {
    return number % kPerPage * width_ + accumulator;
  }
  unsigned char* types(uint64_t* words) const {
    return reinterpret_cast<unsigned char*>(words + size_t{kPerPage} * width_);
  }
  const unsigned char* types(const uint64_t* words) const {
    return reinterpret_cast<const unsigned char*>(words + size_t{kPerPage} * width_);
  }

  const uint32_t width_;
  // The accumulators of a page's panes, then their types, a byte each.
  std::vector<std::unique_ptr<uint64_t[]>> pages_;
  // By page, bit i being pane i's; apart from the pages, so that they stay near.
  std::vector<uint32_t> open_;
  std::vector<uint32_t> armed_;
  std::vector<uint32_t> quick_;
  std::vector<uint32_t> fired_;
};

}  // namespace leat
