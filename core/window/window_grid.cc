#include "core/window/window_grid.h"

#include <string>

#include "core/base/result.h"

namespace leat {

WindowGrid::WindowGrid(Duration size, Duration offset) : size_(size.ms), offset_(offset.ms) {
  if (size_ <= 0 || offset_ >= size_ || wrapping_sub(0, offset_) >= size_) {
    throw JobError("tumbling windows need |offset| < size and size > 0, not size " +
                   std::to_string(size_) + " and offset " + std::to_string(offset_));
  }
  offset_ %= size_;  // Java's abs(MIN) is negative, so MIN has passed
  if (size_ > 1) reciprocal_ = ~uint64_t{0} / static_cast<uint64_t>(size_) + 1;
}

TimeWindow WindowGrid::starting_at(int64_t start) const {
  return {start, wrapping_add(start, size_)};
}

TimeWindow WindowGrid::window_of(int64_t time) const {
  return starting_at(window_start(time, offset_, size_));
}

void WindowGrid::windows_of(std::span<const int64_t> times, std::span<TimeWindow> windows) const {
  for (size_t i = 0; i < times.size(); ++i) {
    const int64_t place = wrapping_sub(times[i], offset_);
    windows[i] = place >= 0 && size_ > 1 ? window_of_place(times[i], static_cast<uint64_t>(place))
                                         : window_of(times[i]);
  }
}

// The same without a division, which would cost more than all the rest: the estimate of the
// quotient is right or one too large. (Granlund and Montgomery, Division by invariant integers
// using multiplication.)
inline TimeWindow WindowGrid::window_of_place(int64_t time, uint64_t place) const {
  __extension__ using Wide = unsigned __int128;
  const auto quotient = static_cast<uint64_t>(static_cast<Wide>(place) * reciprocal_ >> 64);
  const auto remainder = static_cast<int64_t>(place - quotient * static_cast<uint64_t>(size_));
  return starting_at(wrapping_sub(time, remainder < 0 ? remainder + size_ : remainder));
}

}  // namespace leat
