#include "core/connectors/arrived.h"

#include <algorithm>

namespace leat {

ProcTime arrival_time(const SplitData& data, uint32_t split, uint64_t offset) {
  return ProcTime{0} + data.arrival(split, offset);
}

uint32_t arrived(const SplitData& data, uint32_t split, uint64_t offset, ProcTime now,
                 uint32_t most) {
  const uint64_t size = data.size(split);
  if (offset >= size) return 0;
  most = static_cast<uint32_t>(std::min<uint64_t>(most, size - offset));
  if (most == 0 || arrival_time(data, split, offset + most - 1) <= now) return most;
  // Arrivals do not decrease: find the first that is still to come.
  uint32_t low = 0;
  uint32_t high = most - 1;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (arrival_time(data, split, offset + middle) <= now) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace leat
