// What of one in-channel belongs to an unaligned checkpoint: what is queued before its barrier when
// saving begins, and what arrives after that before the barrier. Decisions only.
// (Flink: ChannelStatePersister, RemoteInputChannel.)
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/ids.h"

namespace leat {

class ChannelSaver {
 public:
  // A barrier of any sort has arrived, as this element of the channel.
  void on_barrier(CheckpointId id, uint64_t sequence);
  // Data has arrived: the checkpoint that it is saved for.
  std::optional<CheckpointId> on_data() const;

  // Saving begins. False: the barrier of a later checkpoint is here already.
  bool start(CheckpointId id);
  // Whether this element, which is queued, is saved when saving begins.
  bool saves_queued(uint64_t sequence) const {
    return barrier_ == CheckpointId{} || sequence < barrier_sequence_;
  }
  void stop(CheckpointId id);

 private:
  enum class Stage : uint8_t { kCompleted, kPending, kReceived };
  Stage stage_ = Stage::kCompleted;
  CheckpointId last_seen_;
  CheckpointId barrier_;  // the highest that has arrived since; none: 0
  uint64_t barrier_sequence_ = 0;
};

}  // namespace leat
