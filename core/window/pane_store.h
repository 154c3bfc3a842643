// The panes of one operator: a pane is all that is kept of one key in one window (Flink: one
// namespace of the keyed state): the contents, the trigger's states, which timers are set.
//
// A hash map laid out flat: the cells of a pane (key fields, accumulators, the trigger's states)
// are a stretch of one array, so that an element costs one probe and touches one place. A pane's
// number is good until it is dropped; a handle (number and generation) knows whether that has
// happened.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/row_batch.h"
#include "core/window/time_window.h"

namespace leat {

// What is known of a pane, in bits.
namespace pane {
inline constexpr uint8_t kLive = 1;    // the number is in use
inline constexpr uint8_t kFilled = 2;  // has contents (nothing was added, or all was purged: not)
inline constexpr uint8_t kFired = 4;   // has answered before
// Timers that are set at times which nearly every window has: in event time at its largest
// timestamp and, where that is another time, at its cleanup time; in processing time at its largest
// timestamp. Others stand in `timers`.
inline constexpr uint8_t kEventEnd = 8;
inline constexpr uint8_t kEventCleanup = 16;
inline constexpr uint8_t kProcessingEnd = 32;
inline constexpr uint8_t kTimers = kEventEnd | kEventCleanup | kProcessingEnd;
}  // namespace pane

struct PaneTimer {
  TimeDomain domain = TimeDomain::kEvent;
  int64_t time = 0;
  friend bool operator==(const PaneTimer&, const PaneTimer&) = default;
};

struct Pane {
  TimeWindow window;
  uint64_t hash = 0;
  uint32_t generation = 0;  // counts the panes that have had this number
  uint8_t flags = 0;
  std::vector<PaneTimer> timers;  // set at times that have no flag
};

struct PaneHandle {
  uint32_t number = 0;
  uint32_t generation = 0;
};

class PaneStore {
 public:
  struct Layout {
    uint32_t keys = 0;          // cells of the key
    uint32_t accumulators = 0;  // of the aggregates
    uint32_t states = 0;        // of the trigger and of the window function
    bool elements = false;      // panes keep their elements
    uint32_t stride() const { return keys + accumulators + states; }
  };

  explicit PaneStore(Layout layout) : layout_(layout) {}

  uint32_t live() const { return live_; }
  // Numbers run below it; not all are in use.
  uint32_t numbers() const { return static_cast<uint32_t>(panes_.size()); }

  static uint64_t hash_of_key(RowView row, std::span<const uint32_t> key_fields);

  struct Found {
    uint32_t number;
    bool added;
  };
  // The pane of the window and of the key in these fields of the row; added where absent.
  // REQUIRES: key_hash is that of the key.
  Found find_or_add(uint64_t key_hash, RowView row, std::span<const uint32_t> key_fields,
                    const TimeWindow& window);
  void drop(uint32_t number);

  Pane& operator[](uint32_t number) { return panes_[number]; }
  const Pane& operator[](uint32_t number) const { return panes_[number]; }
  bool is_live(uint32_t number) const { return (panes_[number].flags & pane::kLive) != 0; }
  PaneHandle handle(uint32_t number) const { return {number, panes_[number].generation}; }
  bool is_current(PaneHandle handle) const {
    return panes_[handle.number].generation == handle.generation;
  }

  // Spans and views are good until the next pane is added.
  RowView key(uint32_t number) const { return {at(number), layout_.keys}; }
  std::span<Value> accumulators(uint32_t number) {
    return {at(number) + layout_.keys, layout_.accumulators};
  }
  std::span<Value> states(uint32_t number) {
    return {at(number) + layout_.keys + layout_.accumulators, layout_.states};
  }
  // REQUIRES: panes keep their elements.
  RowBatch& elements(uint32_t number) { return elements_[number]; }

 private:
  static constexpr uint32_t kFree = 0xffffffff;

  Value* at(uint32_t number) { return cells_.data() + size_t{number} * layout_.stride(); }
  const Value* at(uint32_t number) const {
    return cells_.data() + size_t{number} * layout_.stride();
  }
  uint32_t take_number();
  void grow();

  Layout layout_;
  std::vector<uint32_t> slots_;  // a power of two of them
  std::vector<Pane> panes_;
  std::vector<Value> cells_;
  std::vector<RowBatch> elements_;
  std::vector<uint32_t> free_;
  uint32_t live_ = 0;
};

}  // namespace leat
