#include "core/window/merging_window_set.h"

#include <algorithm>

namespace leat {

namespace {

// Flink: MathUtils.longToIntWithBitMixing(start + end), as a hash table of Java's spreads it.
uint32_t java_hash_of(const TimeWindow& window) {
  uint64_t bits = static_cast<uint64_t>(wrapping_add(window.start, window.end));
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
  const auto hash = static_cast<uint32_t>(bits ^ (bits >> 31));
  return hash ^ (hash >> 16);
}

}  // namespace

void sort_as_in_flink(std::vector<TimeWindow>& windows) {
  size_t capacity = 16;
  while (windows.size() * 4 > capacity * 3) capacity *= 2;
  const auto slot = [&](const TimeWindow& w) { return java_hash_of(w) & (capacity - 1); };
  std::stable_sort(windows.begin(), windows.end(),
                   [&](const TimeWindow& a, const TimeWindow& b) { return slot(a) < slot(b); });
}

const TimeWindow* MergingWindowSet::state_window(const TimeWindow& window) const {
  for (const auto& [open, state] : open_) {
    if (open == window) return &state;
  }
  return nullptr;
}

void MergingWindowSet::retire(const TimeWindow& window) {
  const size_t before = open_.size();
  std::erase_if(open_, [&](const auto& entry) { return entry.first == window; });
  check(open_.size() + 1 == before, "a window is retired that is not open");
}

TimeWindow MergingWindowSet::add(const TimeWindow& window, MergeDefects defects, const Pick& pick,
                                 const OnMerge& on_merge) {
  // Most rows fall inside an open session. It touches no other, so nothing merges.
  for (const auto& [open, state] : open_) {
    const bool inside = open.start <= window.start && window.end <= open.end;
    if (inside && open != window && intersects(open, window)) return open;
  }
  std::vector<TimeWindow> windows;
  for (const auto& [open, state] : open_) windows.push_back(open);
  windows.push_back(window);
  const std::vector<WindowMerge> merges = merge_windows(std::move(windows));

  TimeWindow result = window;
  bool merged = false;
  for (const WindowMerge& m : merges) {
    if (std::find(m.of.begin(), m.of.end(), window) != m.of.end()) {
      merged = true;
      result = m.into;
    }
    merge(m, window, pick, on_merge);
  }
  if (merged) return result;
  // Nothing touches it, or it equals an open one.
  const bool is_open = state_window(window) != nullptr;
  if (is_open && defects == MergeDefects::kNone) return window;
  if (is_open) retire(window);
  open_.emplace_back(window, window);
  return window;
}

void MergingWindowSet::merge(const WindowMerge& merge, const TimeWindow& added, const Pick& pick,
                             const OnMerge& on_merge) {
  MergedWindows merged;
  merged.into = merge.into;
  merged.of = merge.of;
  sort_as_in_flink(merged.of);
  std::erase(merged.of, added);
  check(!merged.of.empty(), "a window merges with nothing");
  const uint32_t picked = pick(static_cast<uint32_t>(merged.of.size()));
  for (uint32_t i = 0; i < merged.of.size(); ++i) {
    const TimeWindow* state = state_window(merged.of[i]);
    check(state != nullptr, "a window merges that is not open");
    if (i == picked) {
      merged.state_window = *state;
    } else {
      merged.other_state_windows.push_back(*state);
    }
  }
  for (const TimeWindow& window : merged.of) retire(window);
  open_.emplace_back(merged.into, merged.state_window);
  const bool unchanged = merged.of.size() == 1 && merged.of[0] == merged.into;
  if (!unchanged) on_merge(merged);
}

}  // namespace leat
