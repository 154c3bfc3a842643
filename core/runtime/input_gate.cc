#include "core/runtime/input_gate.h"

#include <algorithm>

namespace leat {

InputGate::InputGate(std::vector<InChannel> channels, uint32_t credits_per_channel)
    : credits_(credits_per_channel) {
  check(credits_per_channel > 0, "a channel without credits");
  channels_.reserve(channels.size());
  for (InChannel& wiring : channels) {
    channels_.emplace_back();
    channels_.back().wiring = wiring;
  }
}

void InputGate::push(uint32_t c, uint64_t sequence, Batch batch) {
  check(c < channels_.size(), "a batch for a channel that does not exist");
  Channel& channel = channels_[c];
  check(sequence == channel.next_sequence, "a channel has lost or repeated a batch");
  if (takes_credit(batch)) {
    check(channel.held < credits_, "a batch was sent without a credit");
    ++channel.held;
  }
  check(!channel.complete, "a batch comes behind the end of its channel");
  ++channel.next_sequence;
  channel.complete = std::holds_alternative<EndOfPartition>(batch.control);
  channel.queue.push({sequence, std::move(batch)});
}

void InputGate::pass(uint32_t c, uint64_t sequence) {
  check(c < channels_.size(), "a barrier for a channel that does not exist");
  check(sequence == channels_[c].next_sequence, "a channel has lost or repeated a batch");
  ++channels_[c].next_sequence;
}

void InputGate::restore(uint32_t c, Batch batch) {
  check(c < channels_.size(), "a checkpoint has rows of a channel that does not exist");
  check(channels_[c].held == 0, "rows of a checkpoint come behind others");
  channels_[c].queue.push({0, std::move(batch), true});
}

QueuedBatch InputGate::pop(uint32_t c) {
  check(readable(c), "a batch is taken from a channel that cannot be read");
  QueuedBatch item = channels_[c].queue.pop();
  if (!item.restored && takes_credit(item.batch)) {
    --channels_[c].held;
    ++channels_[c].taken;
  }
  return item;
}

bool InputGate::claim_announcement(uint32_t c) {
  if (channels_[c].announced || !readable(c)) return false;
  channels_[c].announced = true;
  return true;
}

void InputGate::end_announcement(uint32_t c) {
  check(c < channels_.size() && channels_[c].announced, "a step that was not announced");
  channels_[c].announced = false;
}

uint32_t InputGate::take_credits(uint32_t c) {
  Channel& channel = channels_[c];
  if (channel.complete || channel.taken < std::max(1U, credits_ / 2)) return 0;
  return std::exchange(channel.taken, 0);
}

}  // namespace leat
