#include "core/runtime/input_barriers.h"

#include <algorithm>

namespace leat {

namespace {

std::variant<BarrierHandler, BarrierTracker> handler_of(uint32_t channels, CheckpointingMode mode) {
  if (mode == CheckpointingMode::kAtLeastOnce) return BarrierTracker(channels);
  return BarrierHandler(channels);
}

}  // namespace

InputBarriers::InputBarriers(uint32_t channels, CheckpointingMode mode)
    : open_(channels, true), mode_(handler_of(channels, mode)) {}

const std::vector<BarrierAction>& InputBarriers::on_barrier(uint32_t channel, CheckpointId id) {
  if (auto* tracker = std::get_if<BarrierTracker>(&mode_)) return tracker->on_barrier(channel, id);
  return std::get<BarrierHandler>(mode_).on_barrier(channel, id);
}

const std::vector<BarrierAction>& InputBarriers::on_cancel(uint32_t channel, CheckpointId id) {
  if (auto* tracker = std::get_if<BarrierTracker>(&mode_)) return tracker->on_cancel(channel, id);
  return std::get<BarrierHandler>(mode_).on_cancel(id);
}

const std::vector<BarrierAction>& InputBarriers::on_end(uint32_t channel) {
  check(open_[channel], "a channel ends twice");
  open_[channel] = false;
  if (auto* tracker = std::get_if<BarrierTracker>(&mode_)) return tracker->on_end(channel);
  return std::get<BarrierHandler>(mode_).on_end(channel);
}

bool InputBarriers::any_open() const {
  return std::find(open_.begin(), open_.end(), true) != open_.end();
}

}  // namespace leat
