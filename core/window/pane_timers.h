// The timers of the panes of one operator in one time domain, bucketed by time: all panes of a
// tumbling window share one. Whether a timer is set stands in its pane; what lies here may be stale
// (deleted since, or of a pane that is gone) and is then passed over.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "core/window/pane_store.h"

namespace leat {

class PaneTimers {
 public:
  bool empty() const { return buckets_.empty(); }
  // REQUIRES: !empty().
  int64_t head() const { return buckets_.begin()->first; }
  // The pane says that the timer is set now and was not before.
  void add(int64_t time, PaneHandle pane) {
    if (last_ == nullptr || last_time_ != time) {
      last_ = &buckets_[time];
      last_time_ = time;
    }
    last_->panes.push_back(pane);
  }
  // Takes the timer that comes next: of the head's time, the one set first. A callback may set
  // timers in between, also earlier ones.
  // `last_first(n)` is asked once for each time that has n > 1 timers: whether they go the other
  // way round.
  // REQUIRES: !empty().
  template <class LastFirst>
  PaneHandle pop(LastFirst&& last_first) {
    Bucket& bucket = buckets_.begin()->second;
    if (bucket.front == 0 && bucket.panes.size() > 1 && last_first(bucket.panes.size())) {
      std::reverse(bucket.panes.begin(), bucket.panes.end());
    }
    const PaneHandle next = bucket.panes[bucket.front++];
    if (bucket.front == bucket.panes.size()) {
      buckets_.erase(buckets_.begin());
      last_ = nullptr;
    }
    return next;
  }

 private:
  struct Bucket {
    std::vector<PaneHandle> panes;  // none is empty
    size_t front = 0;               // those before it are taken
  };
  std::map<int64_t, Bucket> buckets_;
  Bucket* last_ = nullptr;  // of the last addition
  int64_t last_time_ = 0;
};

}  // namespace leat
