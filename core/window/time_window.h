// Windows [start, end) of a timeline. Arithmetic wraps at 64 bits as in Flink: near MAX the end can
// be a small number, and the window's largest timestamp then lies just above MIN.
#pragma once

#include <compare>

#include "core/base/time.h"

namespace leat {

struct TimeWindow {
  int64_t start = 0;
  int64_t end = 0;  // exclusive

  int64_t max_timestamp() const { return wrapping_sub(end, 1); }
  friend auto operator<=>(const TimeWindow&, const TimeWindow&) = default;
};

// The start of the window that holds `time`, windows being `size` long and one of them starting at
// `offset`; also of negative times.  (Flink: TimeWindow.getWindowStartWithOffset.)
// REQUIRES: size > 0.
int64_t window_start(int64_t time, int64_t offset, int64_t size);

// When a window's state is dropped: its largest timestamp plus the lateness in event time (MAX
// where that overflows: never), its largest timestamp in processing time.
enum class WindowTime : uint8_t { kEvent, kProcessing };
int64_t cleanup_time(const TimeWindow& window, WindowTime domain, int64_t lateness);

}  // namespace leat
