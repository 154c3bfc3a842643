// The arithmetic of windows.
#pragma once

#include <vector>

#include "core/graph/window_functions.h"

namespace leat {

// The start of the window that holds `time`, windows being `size` long and one of them starting at
// `offset`; also of negative times.  (Flink: TimeWindow.getWindowStartWithOffset.)
// REQUIRES: size > 0.
int64_t window_start(int64_t time, int64_t offset, int64_t size);

// When a window's state is dropped: its largest timestamp plus the lateness in event time (MAX
// where that overflows: never), its largest timestamp in processing time.
int64_t cleanup_time(const TimeWindow& window, TimeDomain domain, int64_t lateness);

// Whether they overlap or touch: one ends where the other starts.
bool intersects(const TimeWindow& a, const TimeWindow& b);
TimeWindow cover(const TimeWindow& a, const TimeWindow& b);

// Windows that become one.
struct WindowMerge {
  TimeWindow into;
  std::vector<TimeWindow> of;  // without repetition, by start; two at least
};
// What of these is to be merged, by start. A window that stays alone is not in it.
// (Flink: TimeWindow.mergeWindows.)
std::vector<WindowMerge> merge_windows(std::vector<TimeWindow> windows);

}  // namespace leat
