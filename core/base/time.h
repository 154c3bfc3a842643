// Time is integers of milliseconds, and the two timelines are different types.
//
// EventTime is set by the source and says when something happened; ProcTime is the clock of the
// process that looks. Nothing compares the two: that mistake does not compile. Sums wrap at 64
// bits, as in Flink (Java), so that the ends of the range behave as recorded there.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace leat {

// Two's complement arithmetic that wraps; signed overflow would be undefined behaviour.
constexpr int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
constexpr int64_t wrapping_sub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
constexpr int64_t wrapping_mul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

// A length of time.
struct Duration {
  int64_t ms = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
};

// A point on the stream's own timeline.
struct EventTime {
  int64_t ms = 0;

  // "No watermark yet"; also what a source without timestamps gives its rows.
  static constexpr EventTime min() { return {std::numeric_limits<int64_t>::min()}; }
  // The watermark that ends a bounded input.
  static constexpr EventTime max() { return {std::numeric_limits<int64_t>::max()}; }

  friend constexpr auto operator<=>(EventTime, EventTime) = default;
  friend constexpr EventTime operator+(EventTime t, Duration d) {
    return {wrapping_add(t.ms, d.ms)};
  }
  friend constexpr EventTime operator-(EventTime t, Duration d) {
    return {wrapping_sub(t.ms, d.ms)};
  }
};

// A point on a process's clock, from Env::now().
struct ProcTime {
  int64_t ms = 0;
  static constexpr ProcTime max() { return {std::numeric_limits<int64_t>::max()}; }
  friend constexpr auto operator<=>(ProcTime, ProcTime) = default;
  friend constexpr ProcTime operator+(ProcTime t, Duration d) { return {wrapping_add(t.ms, d.ms)}; }
  friend constexpr ProcTime operator-(ProcTime t, Duration d) { return {wrapping_sub(t.ms, d.ms)}; }
  friend constexpr Duration operator-(ProcTime a, ProcTime b) { return {wrapping_sub(a.ms, b.ms)}; }
};

}  // namespace leat
