// A checkpoint epoch and its replay ordinal in one word: the ordinal in the high 16 bits.
#pragma once

#include <cstdint>

namespace leat {

struct EpochWord {
  uint64_t word = 0;
  constexpr uint64_t epoch() const { return word & 0xffffffffffffULL; }
  constexpr uint64_t ordinal() const { return word >> 48; }
  static constexpr EpochWord of(uint64_t epoch, uint64_t ordinal) {
    return {(ordinal << 48) | (epoch & 0xffffffffffffULL)};
  }
};

}  // namespace leat
