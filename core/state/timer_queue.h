// The timers of one operator in one time domain. (Flink: InternalTimerServiceImpl.)
//
// A timer is its (time, key, space): setting it again does nothing, one deletion removes it,
// deleting an absent one does nothing. Timers leave in the order of their times; among equal times
// Flink leaves the order open, here it is the order of setting (or, if the caller asks, its
// reverse). Bucketed by time: most timers of a stream fall on few times, and neither a heap nor a
// set of all timers is then needed (shared/reference/performance.md, 1a).
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ordered_map.h"
#include "core/state/keyed_bytes.h"

namespace leat {

struct Timer {
  int64_t time = 0;
  Value key;
  Value space;  // the namespace: a window, a side of a join; null where there is none
  friend bool operator==(const Timer&, const Timer&) = default;
};

class TimerQueue {
 public:
  // Whether anything changed.
  bool set(int64_t time, const Value& key, const Value& space = {});
  bool remove(int64_t time, const Value& key, const Value& space = {});

  bool empty() const { return buckets_.empty(); }
  size_t size() const { return size_; }
  std::optional<int64_t> head() const;
  // How many timers stand at the head's time.
  size_t at_head() const { return buckets_.empty() ? 0 : buckets_.begin()->second.live.size(); }

  enum class Tie : uint8_t { kFirstSet, kLastSet };
  // Takes the next timer with time <= `until`.
  std::optional<Timer> pop(int64_t until, Tie tie = Tie::kFirstSet);

  void snapshot(uint32_t tag, KeyedBytesWriter& out) const;
  void restore_timer(ByteReader& in);

 private:
  struct Owner {
    Value key;
    Value space;
  };
  struct OwnerTraits {
    static uint64_t hash(const Owner& owner) { return mix(owner.key.hash(), owner.space.hash()); }
    static bool equal(const Owner& a, const Owner& b) {
      return a.key == b.key && a.space == b.space;
    }
  };
  // Timers of one time: who is set (with the number of the setting), and in which order they were.
  struct Bucket {
    OrderedMap<Owner, uint64_t, OwnerTraits> live;
    std::vector<std::pair<uint64_t, Owner>> order;  // also of timers deleted since
    size_t front = 0;                               // of order
    uint64_t next = 0;

    bool set(Owner owner);
    Owner take(Tie tie);
    bool is_live(const std::pair<uint64_t, Owner>& entry) const;
    void drop_stale();
  };

  std::map<int64_t, Bucket> buckets_;  // none is empty
  size_t size_ = 0;
};

}  // namespace leat
