#include "core/runtime/barrier_handler.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

using Kind = BarrierAction::Kind;

BarrierHandler::BarrierHandler(uint32_t channels, AfterTasksFinish after)
    : channels_(channels), after_(after) {
  check(channels > 0, "barriers of a task without channels");
}

const std::vector<BarrierAction>& BarrierHandler::on_barrier(uint32_t channel, CheckpointId id) {
  check(channels_[channel].open, "a barrier comes behind the end of its channel");
  check(!channels_[channel].blocked || id > current_, "a barrier was taken from a blocked channel");
  actions_.clear();
  const bool obsolete = id < current_ || (id == current_ && !pending());
  if (obsolete) {
    actions_.push_back({Kind::kUnblock, channel, id});
    return actions_;
  }
  if (id > current_) begin(id);
  channels_[channel].blocked = true;
  actions_.push_back({Kind::kBlock, channel, id});
  align(channel);
  return actions_;
}

const std::vector<BarrierAction>& BarrierHandler::on_cancel(CheckpointId id) {
  actions_.clear();
  // A cancel of a higher id takes the pending lower one with it, without a word about it.
  if (id > current_ || (id == current_ && pending() && aligned() > 0)) {
    current_ = id;
    settle(id);
    actions_.push_back({Kind::kAbortCancelled, 0, id});
  }
  return actions_;
}

const std::vector<BarrierAction>& BarrierHandler::on_end(uint32_t channel) {
  check(channels_[channel].open, "a channel ends twice");
  actions_.clear();
  channels_[channel].open = false;
  if (pending() && after_ == AfterTasksFinish::kEnd) {
    const CheckpointId ended = current_;
    settle(ended);
    actions_.push_back({Kind::kAbortInputEnded, 0, ended});
    return actions_;
  }
  if (pending() && !channels_[channel].aligned) align(channel);
  return actions_;
}

uint32_t BarrierHandler::aligned() const {
  return static_cast<uint32_t>(std::count_if(channels_.begin(), channels_.end(),
                                             [](const Channel& c) { return c.aligned; }));
}

void BarrierHandler::begin(CheckpointId id) {
  if (pending()) {
    const CheckpointId subsumed = current_;
    settle(subsumed);
    actions_.push_back({Kind::kAbortSubsumed, 0, subsumed});
  }
  current_ = id;
  needed_ = static_cast<uint32_t>(
      std::count_if(channels_.begin(), channels_.end(), [](const Channel& c) { return c.open; }));
}

void BarrierHandler::align(uint32_t channel) {
  channels_[channel].aligned = true;
  if (aligned() < needed_) return;
  actions_.push_back({Kind::kTrigger, 0, current_});
  settle(current_);
}

void BarrierHandler::settle(CheckpointId id) {
  settled_ = std::max(settled_, id);
  for (uint32_t c = 0; c < channels_.size(); ++c) {
    channels_[c].aligned = false;
    if (!channels_[c].blocked) continue;
    channels_[c].blocked = false;
    actions_.push_back({Kind::kUnblock, c, id});
  }
}

}  // namespace leat
