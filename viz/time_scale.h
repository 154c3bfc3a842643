// Times for people. Numbers that look like ms since 1970 are shown as dates (UTC); others as
// lengths of time from zero, in the unit that fits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leat {

enum class Clock : uint8_t { kDates, kLengths };
// By the range that is shown.
Clock clock_for(int64_t lo, int64_t hi);

struct Tick {
  int64_t at = 0;
  std::string label;
};
// At most `most` round moments in [lo, hi], two at least where the range allows it.
std::vector<Tick> ticks(int64_t lo, int64_t hi, size_t most, Clock clock);

// "03 Feb 14:05", "03 Feb 14:05:09", or "2 d 3 h", "12.5 s": no finer than `span` asks for.
std::string moment(int64_t ms, int64_t span, Clock clock);
// A length in two units at most: "2 d 3 h", "12.5 s", "250 ms".
std::string rough_length(int64_t ms);

// A linear map of a range of ms onto pixels; ms outside the range land on its ends.
struct Scale {
  int64_t lo = 0;
  int64_t hi = 1;
  double from = 0;  // the pixel of lo
  double to = 1;    // the pixel of hi

  bool contains(int64_t ms) const { return ms >= lo && ms <= hi; }
  double operator()(int64_t ms) const;
};

}  // namespace leat
