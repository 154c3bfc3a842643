// The timers of the panes of one operator in one time domain, bucketed by time: all panes of a
// tumbling window share one. Whether a timer is set stands in the pane's flags; what lies here may
// be stale (deleted since, or of a window that is gone) and is then passed over.
#pragma once

#include <map>
#include <vector>

#include "core/window/pane_table.h"

namespace leat {

class PaneTimers {
 public:
  struct Entry {
    PaneTable* table;
    uint32_t pane;
    uint32_t generation;
    bool current() const { return table->generation == generation; }
  };

  bool empty() const { return buckets_.empty(); }
  // REQUIRES: !empty().
  int64_t head() const { return buckets_.begin()->first; }
  // The flags say that the timer is set now and was not before.
  void add(int64_t time, PaneTable& table, uint32_t pane) {
    if (last_ == nullptr || last_time_ != time) {
      last_ = &buckets_[time];
      last_time_ = time;
    }
    last_->push_back({&table, pane, table.generation});
  }
  // Moves the entries of the head's time to `out`.  REQUIRES: !empty().
  void take_head(std::vector<Entry>& out) {
    out.swap(buckets_.begin()->second);
    buckets_.erase(buckets_.begin());
    last_ = nullptr;
  }

 private:
  std::map<int64_t, std::vector<Entry>> buckets_;
  std::vector<Entry>* last_ = nullptr;  // of the last addition
  int64_t last_time_ = 0;
};

}  // namespace leat
