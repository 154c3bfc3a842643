// Windows of one size side by side, one of them starting at `offset`: what tumbling windows are.
#pragma once

#include <cstdint>
#include <span>

#include "core/window/time_window.h"

namespace leat {

class WindowGrid {
 public:
  // Throws JobError for what Flink refuses: a size of 0, an offset not smaller than the size.
  WindowGrid(Duration size, Duration offset);

  TimeWindow window_of(int64_t time) const;
  // The same for many, without a division for each.
  // REQUIRES: windows.size() == times.size().
  void windows_of(std::span<const int64_t> times, std::span<TimeWindow> windows) const;

 private:
  TimeWindow starting_at(int64_t start) const;
  TimeWindow window_of_place(int64_t time, uint64_t place) const;

  int64_t size_;
  int64_t offset_;
  uint64_t reciprocal_ = 0;  // of the size, in 2^-64, rounded up
};

}  // namespace leat
