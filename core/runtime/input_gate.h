// The receiving end of a task's in-channels: what has arrived and is not taken yet, channel by
// channel. (Flink: SingleInputGate, RemoteInputChannel.)
//
// Invariants: a channel is first in first out, its sequence numbers have no gap and no repeat; it
// holds no more batches that take a credit than were granted; each channel that can be read is
// announced to the world exactly once (`claim_announcement`), so that the world and nobody else
// decides who is next.
#pragma once

#include <optional>
#include <vector>

#include "core/runtime/batch_queue.h"
#include "core/runtime/wiring.h"

namespace leat {

class InputGate {
 public:
  InputGate(std::vector<InChannel> channels, uint32_t credits_per_channel);

  uint32_t size() const { return static_cast<uint32_t>(channels_.size()); }
  const InChannel& channel(uint32_t c) const { return channels_[c].wiring; }

  void push(uint32_t c, uint64_t sequence, Batch batch);
  // A batch that is nothing but a barrier which overtakes: it has its number, but no place in the
  // queue, and needs no credit.
  void pass(uint32_t c, uint64_t sequence);
  // A batch of a checkpoint.  REQUIRES: before the first push.
  void restore(uint32_t c, Batch batch);
  std::span<QueuedBatch> queued(uint32_t c) { return channels_[c].queue.items(); }
  bool readable(uint32_t c) const { return !channels_[c].blocked && !channels_[c].queue.empty(); }
  // REQUIRES: readable(c).
  QueuedBatch pop(uint32_t c);

  void block(uint32_t c) { channels_[c].blocked = true; }
  void unblock(uint32_t c) { channels_[c].blocked = false; }

  // True if the channel can be read and is not announced yet; from then on it is.
  bool claim_announcement(uint32_t c);
  // The announcement has led to a call.
  void end_announcement(uint32_t c);

  // Batches taken since credits went back last: how many credits to grant now. Grants come in twos
  // or more where there are enough, because each is a message.
  uint32_t take_credits(uint32_t c);

  // The last batch has arrived: nothing more can be lost.
  bool complete(uint32_t c) const { return channels_[c].complete; }

 private:
  struct Channel {
    InChannel wiring;
    BatchQueue queue;
    uint64_t next_sequence = 0;
    uint32_t taken = 0;
    uint32_t held = 0;  // of the queue, batches that took a credit
    bool blocked = false;
    bool announced = false;
    bool complete = false;
  };
  std::vector<Channel> channels_;
  uint32_t credits_;
};

}  // namespace leat
