#include "core/window/time_window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace leat {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(WindowStart, IsTheFloorAlsoOfNegativeTimes) {
  EXPECT_EQ(window_start(-8, 0, 7), -14);
  EXPECT_EQ(window_start(-7, 0, 7), -7);
  EXPECT_EQ(window_start(-1, 0, 7), -7);
  EXPECT_EQ(window_start(6, 0, 7), 0);
  EXPECT_EQ(window_start(-1, 3, 7), -4);
  EXPECT_EQ(window_start(3, 3, 7), 3);
  EXPECT_EQ(window_start(-3, -2, 7), -9);
  EXPECT_EQ(window_start(12, -2, 7), 12);
}

TEST(CleanupTime, OverflowMeansNever) {
  const TimeWindow last{kMax - 2000, kMax - 1000};
  EXPECT_EQ(cleanup_time({0, 10}, TimeDomain::kEvent, 5), 14);
  EXPECT_EQ(cleanup_time(last, TimeDomain::kEvent, 2000), kMax);
  EXPECT_EQ(cleanup_time(last, TimeDomain::kProcessing, 2000), last.max_timestamp());
}

TEST(TheGlobalWindow, EndsAtMaxAndIsNoOther) {
  EXPECT_EQ(TimeWindow::global().max_timestamp(), kMax);
  EXPECT_TRUE(TimeWindow::global().is_global());
  EXPECT_FALSE((TimeWindow{0, kMax}.is_global()));
}

TEST(MergeWindows, WindowsThatTouchBecomeOne) {
  const auto merges = merge_windows({{5, 10}, {20, 25}, {0, 5}, {24, 30}, {40, 41}});
  ASSERT_EQ(merges.size(), 2u);
  EXPECT_EQ(merges[0].into, (TimeWindow{0, 10}));
  EXPECT_EQ(merges[0].of, (std::vector<TimeWindow>{{0, 5}, {5, 10}}));
  EXPECT_EQ(merges[1].into, (TimeWindow{20, 30}));
}

TEST(MergeWindows, EqualWindowsCountOnce) {
  EXPECT_TRUE(merge_windows({{0, 5}, {0, 5}}).empty());
  EXPECT_EQ(merge_windows({{0, 5}, {0, 5}, {3, 6}})[0].of.size(), 2u);
}

std::vector<TimeWindow> some_windows() {
  return *rc::gen::container<std::vector<TimeWindow>>(rc::gen::map(
      rc::gen::pair(rc::gen::inRange<int64_t>(-60, 60), rc::gen::inRange<int64_t>(1, 9)),
      [](const auto& w) { return TimeWindow{w.first, w.first + w.second}; }));
}

// From the definition: two times are in one window afterwards if a chain of windows joins them.
RC_GTEST_PROP(MergeWindows, CoversTheSameTimesAndNothingTouchesAnyMore, ()) {
  const std::vector<TimeWindow> windows = some_windows();
  std::vector<TimeWindow> left = windows;
  for (const WindowMerge& merge : merge_windows(windows)) {
    RC_ASSERT(merge.of.size() >= 2u);
    for (const TimeWindow& part : merge.of) {
      RC_ASSERT(merge.into.start <= part.start && part.end <= merge.into.end);
      std::erase(left, part);
    }
    left.push_back(merge.into);
  }
  std::sort(left.begin(), left.end());
  left.erase(std::unique(left.begin(), left.end()), left.end());
  for (size_t i = 0; i + 1 < left.size(); ++i) RC_ASSERT(left[i].end < left[i + 1].start);
  for (int64_t t = -70; t < 80; ++t) {
    const auto holds = [&](const TimeWindow& w) { return w.start <= t && t < w.end; };
    RC_ASSERT(std::ranges::any_of(windows, holds) == std::ranges::any_of(left, holds));
  }
}

// In whatever order windows come, the same ones are open at the end.
RC_GTEST_PROP(MergeWindows, DoesNotDependOnTheOrder, ()) {
  std::vector<TimeWindow> windows = some_windows();
  const auto into = [](const std::vector<WindowMerge>& merges) {
    std::vector<TimeWindow> all;
    for (const WindowMerge& merge : merges) all.push_back(merge.into);
    return all;
  };
  const auto once = into(merge_windows(windows));
  std::reverse(windows.begin(), windows.end());
  RC_ASSERT(into(merge_windows(windows)) == once);
}

}  // namespace
}  // namespace leat
