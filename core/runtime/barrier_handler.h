// Decides what a task does with the checkpoint barriers of its in-channels; it does nothing itself.
// Aligned, exactly once. (Flink: SingleCheckpointBarrierHandler with its aligned states; recorded
// in machine/barriers.)
//
// A channel is blocked from its barrier until every channel that was open when the checkpoint
// became current has given its barrier or has ended: so the snapshot holds the effects of exactly
// what stands before the barriers.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"

namespace leat {

struct BarrierAction {
  enum class Kind : uint8_t {
    kBlock,            // the channel, until told otherwise
    kTrigger,          // all barriers of the checkpoint are in: snapshot now
    kAbortSubsumed,    // a later one has begun
    kAbortCancelled,   // given up upstream
    kAbortInputEnded,  // a channel has ended, and checkpoints do not go on after that
    kUnblock,          // the channel
  };
  Kind kind = Kind::kBlock;
  uint32_t channel = 0;     // kBlock, kUnblock
  CheckpointId checkpoint;  // the others, and kBlock
  friend bool operator==(const BarrierAction&, const BarrierAction&) = default;
};

// Whether checkpoints go on when tasks upstream have finished.
// (Flink: execution.checkpointing.checkpoints-after-tasks-finish.)
enum class AfterTasksFinish : uint8_t { kGoOn, kEnd };

class BarrierHandler {
 public:
  // REQUIRES: channels > 0. All are open.
  explicit BarrierHandler(uint32_t channels, AfterTasksFinish after = AfterTasksFinish::kGoOn);

  // Each returns what to do, in order; valid until the next call.
  // REQUIRES: the channel is open; not blocked, unless the coordinator speaks for it (a higher id).
  const std::vector<BarrierAction>& on_barrier(uint32_t channel, CheckpointId id);
  const std::vector<BarrierAction>& on_cancel(CheckpointId id);
  const std::vector<BarrierAction>& on_end(uint32_t channel);

 private:
  struct Channel {
    bool open = true;
    bool blocked = false;
    bool aligned = false;  // has given its barrier of the pending checkpoint, or ended since
  };
  bool pending() const { return current_ > settled_; }
  uint32_t aligned() const;
  void begin(CheckpointId id);
  void align(uint32_t channel);
  void settle(CheckpointId id);  // completed or given up: lets go of everything

  std::vector<Channel> channels_;
  AfterTasksFinish after_;
  CheckpointId current_;  // the highest seen
  CheckpointId settled_;  // the highest that is triggered or aborted; never above current_
  uint32_t needed_ = 0;   // channels that were open when the pending one became current
  std::vector<BarrierAction> actions_;
};

}  // namespace leat
