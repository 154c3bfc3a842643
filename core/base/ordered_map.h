// A hash map that iterates in the order of insertion, so that what it feeds does not depend on
// hashes. Measured as fast as the best unordered maps (shared/reference/performance.md, 1a).
//
// Entries are dense; an index table of 32-bit positions points into them. Erasing leaves a hole
// that is compacted when holes outnumber entries. Hash and equality are given by `Traits`:
//   static uint64_t hash(const K&);  static bool equal(const K&, const K&);
// References are invalidated by insert and erase.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace leat {

template <class K, class V, class Traits>
class OrderedMap {
 public:
  struct Entry {
    K key;
    V value;
    bool live = true;
  };

  size_t size() const { return live_; }
  bool empty() const { return live_ == 0; }

  // Null where absent. `key` may be any type that Traits compares with K.
  template <class Q>
  V* find(const Q& key) {
    if (live_ == 0) return nullptr;
    const uint32_t at = slots_[slot_of(key, Traits::hash(key))];
    return at == kFree ? nullptr : &entries_[at].value;
  }
  template <class Q>
  const V* find(const Q& key) const {
    return const_cast<OrderedMap*>(this)->find(key);
  }

  // The value of `key`, inserted as V{} if absent; `second` says whether it was inserted.
  template <class Q>
  std::pair<V*, bool> insert(const Q& key) {
    if ((entries_.size() + 1) * 2 > slots_.size()) rebuild();
    const size_t slot = slot_of(key, Traits::hash(key));
    if (slots_[slot] != kFree) return {&entries_[slots_[slot]].value, false};
    slots_[slot] = static_cast<uint32_t>(entries_.size());
    entries_.push_back(Entry{K(key), V{}, true});
    ++live_;
    return {&entries_.back().value, true};
  }

  template <class Q>
  bool erase(const Q& key) {
    if (live_ == 0) return false;
    const size_t slot = slot_of(key, Traits::hash(key));
    const uint32_t at = slots_[slot];
    if (at == kFree) return false;
    close_gap(slot);
    entries_[at] = Entry{K{}, V{}, false};
    --live_;
    if (live_ * 2 < entries_.size() && entries_.size() > 16) compact();
    if (live_ == 0) clear();
    return true;
  }

  void clear() {
    entries_.clear();
    slots_.assign(slots_.size(), kFree);
    live_ = 0;
  }

  // The entry at `position` or behind it in the order of insertion, null where none is left;
  // `position` is moved to it. Positions shift when the map gives back room.
  Entry* entry_from(size_t& position) {
    while (position < entries_.size() && !entries_[position].live) ++position;
    return position < entries_.size() ? &entries_[position] : nullptr;
  }

  // Calls visit(key, value) in the order of insertion. The map must not change meanwhile.
  template <class F>
  void for_each(F&& visit) {
    for (Entry& entry : entries_) {
      if (entry.live) visit(std::as_const(entry.key), entry.value);
    }
  }
  template <class F>
  void for_each(F&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.live) visit(entry.key, entry.value);
    }
  }

 private:
  static constexpr uint32_t kFree = 0xffffffff;

  template <class Q>
  size_t slot_of(const Q& key, uint64_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = hash & mask;
    while (slots_[slot] != kFree && !Traits::equal(entries_[slots_[slot]].key, key)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  // Linear probing without tombstones: entries behind the freed slot move up.
  void close_gap(size_t gap) {
    const size_t mask = slots_.size() - 1;
    size_t next = gap;
    for (;;) {
      next = (next + 1) & mask;
      if (slots_[next] == kFree) break;
      const size_t home = Traits::hash(entries_[slots_[next]].key) & mask;
      if (((next - home) & mask) >= ((next - gap) & mask)) {
        slots_[gap] = slots_[next];
        gap = next;
      }
    }
    slots_[gap] = kFree;
  }

  void compact() {
    size_t kept = 0;
    for (Entry& entry : entries_) {
      if (!entry.live) continue;
      if (&entries_[kept] != &entry) entries_[kept] = std::move(entry);
      ++kept;
    }
    entries_.resize(kept);
    reindex(slots_.size());
  }

  void rebuild() {
    if (live_ * 2 < entries_.size()) return compact();
    reindex(slots_.empty() ? 16 : slots_.size() * 2);
  }

  void reindex(size_t slots) {
    slots_.assign(slots, kFree);
    for (uint32_t i = 0; i < entries_.size(); ++i) {
      if (!entries_[i].live) continue;
      slots_[slot_of(entries_[i].key, Traits::hash(entries_[i].key))] = i;
    }
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;
  size_t live_ = 0;
};

}  // namespace leat
