#include "core/window/merging_window_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

namespace leat {
namespace {

uint32_t first(uint32_t) { return 0; }
void nothing(const MergedWindows&) {}

TEST(MergingWindowSet, AWindowThatGrowsKeepsItsContentsWhereTheyWere) {
  MergingWindowSet set;
  EXPECT_EQ(set.add({0, 5}, MergeDefects::kNone, first, nothing), (TimeWindow{0, 5}));
  EXPECT_EQ(set.add({5, 9}, MergeDefects::kNone, first, nothing), (TimeWindow{0, 9}));
  EXPECT_EQ(*set.state_window({0, 9}), (TimeWindow{0, 5}));
  EXPECT_EQ(set.state_window({0, 5}), nullptr);
}

TEST(MergingWindowSet, ABridgeTellsWhoseContentsAreToBeMoved) {
  MergingWindowSet set;
  set.add({0, 5}, MergeDefects::kNone, first, nothing);
  set.add({8, 12}, MergeDefects::kNone, first, nothing);
  MergedWindows told;
  set.add({4, 9}, MergeDefects::kNone, first, [&](const MergedWindows& m) { told = m; });
  EXPECT_EQ(told.into, (TimeWindow{0, 12}));
  EXPECT_EQ(std::set(told.of.begin(), told.of.end()), (std::set<TimeWindow>{{0, 5}, {8, 12}}));
  ASSERT_EQ(told.other_state_windows.size(), 1u);
  EXPECT_NE(told.state_window, told.other_state_windows[0]);
}

TEST(MergingWindowSet, AWindowInsideAnOpenOneChangesNothing) {
  MergingWindowSet set;
  set.add({0, 9}, MergeDefects::kNone, first, nothing);
  bool told = false;
  EXPECT_EQ(set.add({2, 5}, MergeDefects::kNone, first, [&](const MergedWindows&) { told = true; }),
            (TimeWindow{0, 9}));
  EXPECT_FALSE(told);
}

TEST(MergingWindowSet, FlinksDefectLosesTheContentsOfAnEqualWindow) {
  for (const auto defects : {MergeDefects::kNone, MergeDefects::kAsInFlink}) {
    MergingWindowSet set;
    set.add({0, 5}, defects, first, nothing);
    set.add({3, 9}, defects, first, nothing);
    set.add({0, 9}, defects, first, nothing);
    const TimeWindow contents = *set.state_window({0, 9});
    EXPECT_EQ(contents, defects == MergeDefects::kNone ? (TimeWindow{0, 5}) : (TimeWindow{0, 9}));
  }
}

// Windows of one time each, so that contents can be counted: every element is in exactly one open
// window, the one that covers it, and its contents are where the set says.
RC_GTEST_PROP(MergingWindowSet, NoElementIsLostOrDoubled, ()) {
  MergingWindowSet set;
  std::map<TimeWindow, std::multiset<int64_t>> contents;  // by state window
  std::multiset<int64_t> all;
  const auto elements = *rc::gen::container<std::vector<std::pair<int64_t, int64_t>>>(
      rc::gen::pair(rc::gen::inRange<int64_t>(-40, 40), rc::gen::inRange<int64_t>(1, 9)));
  for (const auto& [time, gap] : elements) {
    const auto pick = [](uint32_t n) { return *rc::gen::inRange<uint32_t>(0, n); };
    const TimeWindow window =
        set.add({time, time + gap}, MergeDefects::kNone, pick, [&](const MergedWindows& m) {
          for (const TimeWindow& other : m.other_state_windows) {
            contents[m.state_window].merge(contents[other]);
            contents.erase(other);
          }
        });
    RC_ASSERT(set.state_window(window) != nullptr);
    contents[*set.state_window(window)].insert(time);
    all.insert(time);
  }
  std::multiset<int64_t> found;
  for (const auto& [window, state_window] : set.open()) {
    RC_ASSERT(!contents[state_window].empty());
    for (const int64_t time : contents[state_window]) {
      RC_ASSERT(window.start <= time && time < window.end);
      found.insert(time);
    }
  }
  RC_ASSERT(found == all);
  for (const auto& [a, a_state] : set.open()) {
    for (const auto& [b, b_state] : set.open()) {
      RC_ASSERT(a == b || (!intersects(a, b) && a_state != b_state));
    }
  }
}

}  // namespace
}  // namespace leat
