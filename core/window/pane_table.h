// The panes of one window: one for each key that has an element in it. An insertion-ordered hash
// map laid out flat: a pane is a stretch of cells (key fields, accumulators, the trigger's cells),
// so that an element costs one probe and touches one place. A pane's number stays valid until the
// table is cleared; timers and loops name panes by it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/row_batch.h"
#include "core/window/time_window.h"

namespace leat {

// What is known of a pane, in bits.
namespace pane {
inline constexpr uint8_t kLive = 1;    // not yet dropped
inline constexpr uint8_t kFilled = 2;  // has contents (nothing was added, or all was purged: not)
inline constexpr uint8_t kFired = 4;   // has answered before
// Timers that are set: in event time at the window's largest timestamp and, where that is another
// time, at its cleanup time; in processing time at its largest timestamp.
inline constexpr uint8_t kEventEnd = 8;
inline constexpr uint8_t kEventCleanup = 16;
inline constexpr uint8_t kProcessingEnd = 32;
}  // namespace pane

class PaneTable {
 public:
  struct Layout {
    uint32_t keys = 0;  // cells of the key
    uint32_t accumulators = 0;
    uint32_t trigger = 0;  // cells of the trigger
    uint32_t lists = 0;    // growing lists (collect)
    uint32_t stride() const { return keys + accumulators + trigger; }
  };

  explicit PaneTable(Layout layout) : layout_(layout) {}

  // Empties the table, keeps its memory, and makes it that of another window.
  void reset(TimeWindow window, int64_t cleanup);
  void release_memory();  // REQUIRES: it is empty

  TimeWindow window;
  int64_t max_timestamp = 0;
  int64_t cleanup = 0;
  uint8_t plain_flags =
      0;  // of a pane in which an element on time changes nothing but the contents
  uint32_t generation = 0;  // counts the windows that the table has held

  uint32_t size() const { return static_cast<uint32_t>(flags_.size()); }
  uint32_t live() const { return live_; }

  struct Found {
    uint32_t pane;
    bool added;
  };
  // The pane of the key in these fields of the row; added where absent: live, not filled.
  Found find_or_add(RowView row, std::span<const uint32_t> key_fields) {
    return find_or_add(hash_of(row, key_fields), row, key_fields);
  }
  Found find_or_add(uint64_t hash, RowView row, std::span<const uint32_t> key_fields);
  static uint64_t hash_of(RowView row, std::span<const uint32_t> key_fields) {
    return hash_cells(key_fields.size(),
                      [&](size_t i) -> const Value& { return row[key_fields[i]]; });
  }
  // Brings near what find_or_add() of that hash will read: first the slot, then (once the slot is
  // near) the pane. A batch asks for all before it uses the first.
  void prefetch_slot(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  void prefetch_pane(uint64_t hash) const {
    if (slots_.empty()) return;
    const size_t mask = slots_.size() - 1;
    size_t slot = hash & mask;
    while (slots_[slot] != kFree && slots_[slot] >> kPaneBits != mark_of(hash)) {
      slot = (slot + 1) & mask;
    }
    if (slots_[slot] == kFree) return;
    const uint32_t pane = slots_[slot] & kPaneMask;
    __builtin_prefetch(at(pane));
    __builtin_prefetch(&flags_[pane]);
  }
  void drop(uint32_t pane);  // its cells become null, its memory goes with the table

  uint8_t& flags(uint32_t pane) { return flags_[pane]; }
  RowView key(uint32_t pane) const { return {at(pane), layout_.keys}; }
  std::span<Value> accumulators(uint32_t pane) {
    return {at(pane) + layout_.keys, layout_.accumulators};
  }
  std::span<Value> trigger_cells(uint32_t pane) {
    return {at(pane) + layout_.keys + layout_.accumulators, layout_.trigger};
  }
  std::vector<Value>& list(uint32_t pane, uint32_t i) {
    return lists_[size_t{pane} * layout_.lists + i];
  }

 private:
  // A slot holds the number of a pane and a few bits of its key's hash, so that a probe which meets
  // another key seldom has to look at it: that would be a miss of the cache.
  static constexpr uint32_t kPaneBits = 26;
  static constexpr uint32_t kPaneMask = (1U << kPaneBits) - 1;
  static constexpr uint32_t kFree = 0xffffffff;
  static uint32_t mark_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 58); }
  static uint32_t slot_of(uint32_t pane, uint64_t hash) {
    return mark_of(hash) << kPaneBits | pane;
  }

  Value* at(uint32_t pane) { return cells_.data() + size_t{pane} * layout_.stride(); }
  const Value* at(uint32_t pane) const { return cells_.data() + size_t{pane} * layout_.stride(); }
  void grow();
  uint32_t add(RowView row, std::span<const uint32_t> key_fields);
  template <class Cell>
  static uint64_t hash_cells(size_t fields, Cell&& cell) {
    if (fields == 1) return cell(0).hash();
    uint64_t hash = 0;
    for (size_t i = 0; i < fields; ++i) hash = mix(hash, cell(i).hash());
    return hash;
  }

  Layout layout_;
  std::vector<uint32_t> slots_;  // a power of two of them
  std::vector<Value> cells_;
  std::vector<uint8_t> flags_;
  std::vector<std::vector<Value>> lists_;
  uint32_t live_ = 0;
};

// ---- inline, because it is the inner loop ----

inline PaneTable::Found PaneTable::find_or_add(uint64_t hash, RowView row,
                                               std::span<const uint32_t> key_fields) {
  if ((size_t{size()} + 1) * 2 > slots_.size()) grow();
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    if (slots_[slot] == kFree) {
      slots_[slot] = slot_of(size(), hash);
      return {add(row, key_fields), true};
    }
    if (slots_[slot] >> kPaneBits != mark_of(hash)) continue;
    const uint32_t pane = slots_[slot] & kPaneMask;
    const Value* key = at(pane);
    bool equal = true;
    for (size_t i = 0; equal && i < key_fields.size(); ++i) equal = key[i] == row[key_fields[i]];
    if (equal && (flags_[pane] & pane::kLive) != 0) return {pane, false};
  }
}

}  // namespace leat
