// The windows of one key that are open, where windows merge. (Flink: MergingWindowSet.)
//
// The contents of a window that grows by merging stay where they were: under its state window, the
// one of the windows it came from that was there first. So each open window has a state window, and
// a merge moves only the contents of the others.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "core/window/time_window.h"

namespace leat {

// What happens when windows become one.
struct MergedWindows {
  TimeWindow into;
  std::vector<TimeWindow> of;                   // open windows that it swallows (perhaps itself)
  TimeWindow state_window;                      // where its contents are kept from now on
  std::vector<TimeWindow> other_state_windows;  // whose contents are to be added to it
};

// Flink has a defect: a new window that equals an open one whose contents are kept elsewhere is
// taken for a new one, and those contents are lost from sight (conformance window.md).
enum class MergeDefects : uint8_t { kNone, kAsInFlink };

class MergingWindowSet {
 public:
  // Which of the merged windows lends its state window: an index below n. Flink takes the first of
  // a hash set, which it leaves open; windows stand here in the order of that set.
  using Pick = std::function<uint32_t(uint32_t n)>;
  using OnMerge = std::function<void(const MergedWindows&)>;

  // Opens the window, merging it with what it touches, and returns the window that it has become
  // part of. `on_merge` is told of windows that became one, unless the new one is inside an open
  // window and changes nothing.
  TimeWindow add(const TimeWindow& window, MergeDefects defects, const Pick& pick,
                 const OnMerge& on_merge);
  // Null where the window is not open.
  const TimeWindow* state_window(const TimeWindow& window) const;
  // REQUIRES: the window is open.
  void retire(const TimeWindow& window);

  bool empty() const { return open_.empty(); }
  // (window, state window), in no stated order but a reproducible one.
  const std::vector<std::pair<TimeWindow, TimeWindow>>& open() const { return open_; }
  void restore(const TimeWindow& window, const TimeWindow& state_window) {
    open_.emplace_back(window, state_window);
  }

 private:
  void merge(const WindowMerge& merge, const TimeWindow& added, const Pick& pick,
             const OnMerge& on_merge);

  std::vector<std::pair<TimeWindow, TimeWindow>> open_;
};

// The order in which Flink's hash set of windows hands them out. (java.util.HashSet over
// TimeWindow.hashCode.)
void sort_as_in_flink(std::vector<TimeWindow>& windows);

}  // namespace leat
