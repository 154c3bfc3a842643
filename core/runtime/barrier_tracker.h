// Barriers of a task that never blocks: at least once. (Flink: CheckpointBarrierTracker; recorded
// in machine/barriers.)
//
// Up to 50 checkpoints are counted at once, each until every channel that was open at its first
// barrier has given its own. The one that is full first triggers; those before it are forgotten
// without a word.
#pragma once

#include <cstddef>
#include <deque>
#include <set>
#include <vector>

#include "core/runtime/barrier_handler.h"

namespace leat {

class BarrierTracker {
 public:
  // REQUIRES: channels > 0. All are open.
  explicit BarrierTracker(uint32_t channels, AfterTasksFinish after = AfterTasksFinish::kGoOn);

  // Each returns what to do, in order; valid until the next call. Never kBlock or kUnblock.
  const std::vector<BarrierAction>& on_barrier(uint32_t channel, CheckpointId id);
  const std::vector<BarrierAction>& on_cancel(uint32_t channel, CheckpointId id);
  const std::vector<BarrierAction>& on_end(uint32_t channel);

 private:
  struct Count {
    CheckpointId id;
    uint32_t needed = 0;
    std::set<uint32_t> given;
    bool aborted = false;
    bool full() const { return given.size() >= needed; }
  };
  void abort(Count& count, BarrierAction::Kind why);
  // Count `at` is full: it triggers, unless it was aborted, and goes with all before it.
  void trigger(size_t at);
  void abort_all_at_end();

  uint32_t open_;
  AfterTasksFinish after_;
  CheckpointId highest_;  // that was ever counted
  std::deque<Count> counts_;
  std::vector<BarrierAction> actions_;
};

}  // namespace leat
