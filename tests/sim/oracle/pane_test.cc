// Which windows the reference lets an element fall into.
#include "sim/oracle/pane.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

WindowSpec sliding_windows(int64_t size, int64_t slide, int64_t offset) {
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kSliding;
  spec.size = {size};
  spec.slide = {slide};
  spec.offset = {offset};
  return spec;
}

// SlidingEventTimeWindows.assignWindows, word by word, in Java's arithmetic; but its loop ends
// where it would go round the whole range, because the start alone has wrapped.
std::vector<TimeWindow> as_java_does(int64_t time, int64_t size, int64_t slide, int64_t offset) {
  const int64_t remainder = wrapping_sub(time, offset) % slide;
  int64_t start = wrapping_sub(time, remainder < 0 ? remainder + slide : remainder);
  std::vector<TimeWindow> windows;
  for (; start > wrapping_sub(time, size); start = wrapping_sub(start, slide)) {
    if (start > time && wrapping_sub(time, size) <= time) break;
    windows.push_back({start, wrapping_add(start, size)});
  }
  return windows;
}

TEST(WindowsOfTheReference, AreThoseOfJavasArithmeticAtBothEndsOfTime) {
  const int64_t ends[] = {EventTime::min().ms, -30, EventTime::max().ms - 60};
  size_t none = 0;
  for (const int64_t from : ends) {
    for (int64_t time = from + 1; time < from + 60; ++time) {
      for (const int64_t size : {1, 7, 10, 25, 100}) {
        for (const int64_t slide : {3, 7, 10, 40}) {
          for (const int64_t offset : {0, 2, -1}) {
            const auto windows =
                windows_of(sliding_windows(size, slide, offset), {}, EventTime{time}, ProcTime{0});
            EXPECT_EQ(windows, as_java_does(time, size, slide, offset))
                << time << " " << size << " " << slide << " " << offset;
            none += windows.empty() && size >= slide ? 1 : 0;
          }
        }
      }
    }
  }
  EXPECT_GT(none, 0U);
}

}  // namespace
}  // namespace leat
