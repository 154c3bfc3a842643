// The barriers of all channels of a task, by the mode of the job's checkpoints. Decides only.
// (Flink: InputProcessorUtil.createCheckpointBarrierHandler.)
#pragma once

#include <variant>
#include <vector>

#include "core/graph/stream_graph.h"
#include "core/runtime/barrier_handler.h"
#include "core/runtime/barrier_tracker.h"

namespace leat {

class InputBarriers {
 public:
  // REQUIRES: channels > 0. All are open.
  InputBarriers(uint32_t channels, CheckpointingMode mode);

  // Each returns what to do, in order; valid until the next call.
  // REQUIRES: the channel is open.
  const std::vector<BarrierAction>& on_barrier(uint32_t channel, CheckpointId id);
  const std::vector<BarrierAction>& on_cancel(uint32_t channel, CheckpointId id);
  const std::vector<BarrierAction>& on_end(uint32_t channel);

  bool is_open(uint32_t channel) const { return open_[channel]; }
  bool any_open() const;

 private:
  std::vector<bool> open_;
  std::variant<BarrierHandler, BarrierTracker> mode_;
};

}  // namespace leat
