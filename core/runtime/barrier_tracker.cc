#include "core/runtime/barrier_tracker.h"

#include "core/base/check.h"

namespace leat {

using Kind = BarrierAction::Kind;

namespace {
constexpr size_t kMostCounted = 50;
}

BarrierTracker::BarrierTracker(uint32_t channels, AfterTasksFinish after)
    : open_(channels), after_(after) {
  check(channels > 0, "barriers of a task without channels");
}

const std::vector<BarrierAction>& BarrierTracker::on_barrier(uint32_t channel, CheckpointId id) {
  actions_.clear();
  if (open_ == 1 && id > highest_) {
    actions_.push_back({Kind::kTrigger, 0, id});
    return actions_;
  }
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i].id != id) continue;
    counts_[i].given.insert(channel);
    if (counts_[i].full()) trigger(i);
    return actions_;
  }
  if (id <= highest_) return actions_;  // a later one has been counted: it comes too late
  highest_ = id;
  counts_.push_back({id, open_, {channel}, false});
  if (counts_.size() > kMostCounted) counts_.pop_front();
  return actions_;
}

const std::vector<BarrierAction>& BarrierTracker::on_cancel(uint32_t channel, CheckpointId id) {
  actions_.clear();
  if (open_ == 1) {
    actions_.push_back({Kind::kAbortCancelled, 0, id});
    return actions_;
  }
  while (!counts_.empty() && counts_.front().id < id) {
    abort(counts_.front(), Kind::kAbortCancelled);
    counts_.pop_front();
  }
  if (!counts_.empty() && counts_.front().id == id) {
    Count& count = counts_.front();
    abort(count, Kind::kAbortCancelled);
    // It is remembered until all channels have given it.
    count.given.insert(channel);
    if (count.full()) counts_.pop_front();
  } else if (id > highest_) {
    highest_ = id;
    counts_.push_front({id, open_, {channel}, false});
    abort(counts_.front(), Kind::kAbortCancelled);
  }
  return actions_;
}

const std::vector<BarrierAction>& BarrierTracker::on_end(uint32_t channel) {
  check(open_ > 0, "a channel ends that is not there");
  actions_.clear();
  --open_;
  if (after_ == AfterTasksFinish::kEnd) {
    abort_all_at_end();
    return actions_;
  }
  size_t full = counts_.size();
  for (size_t i = 0; i < counts_.size(); ++i) {
    counts_[i].given.insert(channel);
    if (counts_[i].full()) full = i;
  }
  if (full < counts_.size()) trigger(full);
  return actions_;
}

void BarrierTracker::abort(Count& count, Kind why) {
  if (!count.aborted) actions_.push_back({why, 0, count.id});
  count.aborted = true;
}

void BarrierTracker::trigger(size_t at) {
  if (!counts_[at].aborted) actions_.push_back({Kind::kTrigger, 0, counts_[at].id});
  counts_.erase(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
}

void BarrierTracker::abort_all_at_end() {
  for (Count& count : counts_) abort(count, Kind::kAbortInputEnded);
  counts_.clear();
}

}  // namespace leat
