#include "core/window/time_window.h"

#include <algorithm>

namespace leat {

int64_t window_start(int64_t time, int64_t offset, int64_t size) {
  const int64_t remainder = wrapping_sub(time, offset) % size;  // truncates toward zero
  return wrapping_sub(time, remainder < 0 ? remainder + size : remainder);
}

int64_t cleanup_time(const TimeWindow& window, TimeDomain domain, int64_t lateness) {
  const int64_t largest = window.max_timestamp();
  if (domain == TimeDomain::kProcessing) return largest;
  const int64_t cleanup = wrapping_add(largest, lateness);
  return cleanup >= largest ? cleanup : std::numeric_limits<int64_t>::max();
}

bool intersects(const TimeWindow& a, const TimeWindow& b) {
  return a.start <= b.end && a.end >= b.start;
}

TimeWindow cover(const TimeWindow& a, const TimeWindow& b) {
  return {std::min(a.start, b.start), std::max(a.end, b.end)};
}

std::vector<WindowMerge> merge_windows(std::vector<TimeWindow> windows) {
  std::stable_sort(windows.begin(), windows.end(),
                   [](const TimeWindow& a, const TimeWindow& b) { return a.start < b.start; });
  std::vector<WindowMerge> merges;
  for (const TimeWindow& window : windows) {
    if (merges.empty() || !intersects(merges.back().into, window)) {
      merges.push_back({window, {window}});
      continue;
    }
    WindowMerge& merge = merges.back();
    merge.into = cover(merge.into, window);
    if (std::find(merge.of.begin(), merge.of.end(), window) == merge.of.end()) {
      merge.of.push_back(window);
    }
  }
  std::erase_if(merges, [](const WindowMerge& merge) { return merge.of.size() == 1; });
  return merges;
}

}  // namespace leat
