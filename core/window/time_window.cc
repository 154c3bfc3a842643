#include "core/window/time_window.h"

#include <limits>

namespace leat {

int64_t window_start(int64_t time, int64_t offset, int64_t size) {
  const int64_t remainder = wrapping_sub(time, offset) % size;  // truncates toward zero
  return wrapping_sub(time, remainder < 0 ? remainder + size : remainder);
}

int64_t cleanup_time(const TimeWindow& window, WindowTime domain, int64_t lateness) {
  const int64_t largest = window.max_timestamp();
  if (domain == WindowTime::kProcessing) return largest;
  const int64_t cleanup = wrapping_add(largest, lateness);
  return cleanup >= largest ? cleanup : std::numeric_limits<int64_t>::max();
}

}  // namespace leat
