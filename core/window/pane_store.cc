#include "core/window/pane_store.h"

#include <algorithm>

namespace leat {

namespace {

constexpr size_t kFewPanes = 16;

uint64_t hash_of(uint64_t key_hash, const TimeWindow& window) {
  return mix(mix(key_hash, static_cast<uint64_t>(window.start)), static_cast<uint64_t>(window.end));
}

}  // namespace

uint64_t PaneStore::hash_of_key(RowView row, std::span<const uint32_t> key_fields) {
  uint64_t hash = 0;
  for (const uint32_t field : key_fields) hash = mix(hash, row[field].hash());
  return hash;
}

PaneStore::Found PaneStore::find_or_add(uint64_t key_hash, RowView row,
                                        std::span<const uint32_t> key_fields,
                                        const TimeWindow& window) {
  if ((size_t{live_} + 1) * 2 > slots_.size()) grow();
  const uint64_t hash = hash_of(key_hash, window);
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  for (; slots_[slot] != kFree; slot = (slot + 1) & mask) {
    const uint32_t number = slots_[slot];
    const Pane& pane = panes_[number];
    if (pane.hash != hash || pane.window != window) continue;
    const Value* key = at(number);
    bool equal = true;
    for (size_t i = 0; equal && i < key_fields.size(); ++i) equal = key[i] == row[key_fields[i]];
    if (equal) return {number, false};
  }
  const uint32_t number = take_number();
  slots_[slot] = number;
  panes_[number].window = window;
  panes_[number].hash = hash;
  panes_[number].flags = pane::kLive;
  for (size_t i = 0; i < key_fields.size(); ++i) at(number)[i] = row[key_fields[i]];
  ++live_;
  return {number, true};
}

uint32_t PaneStore::take_number() {
  if (!free_.empty()) {
    const uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }
  if (numbers() == kFree) throw JobError("a window operator holds four thousand million panes");
  panes_.emplace_back();
  cells_.resize(cells_.size() + layout_.stride());
  if (layout_.elements) elements_.emplace_back();
  return numbers() - 1;
}

// Linear probing without tombstones: entries behind the freed slot move up.
void PaneStore::drop(uint32_t number) {
  Pane& pane = panes_[number];
  const size_t mask = slots_.size() - 1;
  size_t gap = pane.hash & mask;
  while (slots_[gap] != number) gap = (gap + 1) & mask;
  for (size_t next = (gap + 1) & mask; slots_[next] != kFree; next = (next + 1) & mask) {
    const size_t home = panes_[slots_[next]].hash & mask;
    if (((next - home) & mask) >= ((next - gap) & mask)) {
      slots_[gap] = slots_[next];
      gap = next;
    }
  }
  slots_[gap] = kFree;
  pane.flags = 0;
  pane.timers.clear();
  ++pane.generation;
  std::fill_n(at(number), layout_.stride(), Value::null());
  if (layout_.elements) elements_[number] = RowBatch();
  free_.push_back(number);
  --live_;
}

void PaneStore::grow() {
  slots_.assign(std::max(kFewPanes, slots_.size() * 2), kFree);
  const size_t mask = slots_.size() - 1;
  for (uint32_t number = 0; number < numbers(); ++number) {
    if (!is_live(number)) continue;
    size_t slot = panes_[number].hash & mask;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask;
    slots_[slot] = number;
  }
}

}  // namespace leat
