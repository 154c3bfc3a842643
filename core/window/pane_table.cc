#include "core/window/pane_table.h"

#include <algorithm>

namespace leat {

namespace {
constexpr size_t kFewSlots = 16;
}

void PaneTable::reset(TimeWindow of, int64_t cleanup_at) {
  // Clearing many slots for a window of few panes would cost more than growing again.
  const size_t wanted =
      std::max(kFewSlots, slots_.size() / 2 > size() * 8 ? slots_.size() / 8 : slots_.size());
  slots_.assign(wanted, kFree);
  cells_.clear();
  flags_.clear();
  lists_.clear();
  live_ = 0;
  ++generation;
  window = of;
  max_timestamp = of.max_timestamp();
  cleanup = cleanup_at;
}

void PaneTable::release_memory() {
  check(size() == 0, "a table with panes cannot release its memory");
  slots_ = {};
  cells_ = {};
  flags_ = {};
  lists_ = {};
}

void PaneTable::drop(uint32_t pane) {
  flags_[pane] = 0;
  for (Value* cell = at(pane); cell != at(pane) + layout_.stride(); ++cell) *cell = Value::null();
  for (uint32_t i = 0; i < layout_.lists; ++i) list(pane, i) = {};
  --live_;
}

uint32_t PaneTable::add(RowView row, std::span<const uint32_t> key_fields) {
  if (size() >= kPaneMask) throw JobError("a window holds more than 67 million keys");
  for (const uint32_t field : key_fields) cells_.push_back(row[field]);
  cells_.resize(cells_.size() + layout_.accumulators + layout_.trigger);
  if (layout_.lists > 0) lists_.resize(lists_.size() + layout_.lists);
  flags_.push_back(pane::kLive);
  ++live_;
  return size() - 1;
}

void PaneTable::grow() {
  slots_.assign(std::max(kFewSlots, slots_.size() * 2), kFree);
  const size_t mask = slots_.size() - 1;
  for (uint32_t pane = 0; pane < size(); ++pane) {
    if ((flags_[pane] & pane::kLive) == 0) continue;
    const RowView cells = key(pane);
    const uint64_t hash =
        hash_cells(cells.size(), [&](size_t i) -> const Value& { return cells[i]; });
    size_t slot = hash & mask;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask;
    slots_[slot] = slot_of(pane, hash);
  }
}

}  // namespace leat
