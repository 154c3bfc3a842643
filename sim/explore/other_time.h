// Another time of day for one thread: so that a function that reads a clock of the machine shows it
// at the next call, however coarse the clock.
//
// The program has its own `time`, `clock_gettime` and `gettimeofday`, which ask the system and add
// what this says; the C++ library's clocks come here too.
#pragma once

namespace leat {

// While it stands, the clocks that this thread reads are more than a year ahead, and differ in
// every unit from the nanosecond up.  REQUIRES: none stands on this thread.
class OtherTime {
 public:
  OtherTime();
  ~OtherTime();
  OtherTime(const OtherTime&) = delete;
  OtherTime& operator=(const OtherTime&) = delete;
};

}  // namespace leat
