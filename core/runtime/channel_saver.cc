#include "core/runtime/channel_saver.h"

namespace leat {

void ChannelSaver::on_barrier(CheckpointId id, uint64_t sequence) {
  const bool over = stage_ == Stage::kCompleted && id <= last_seen_;
  if (!over && id >= last_seen_) {
    stage_ = Stage::kReceived;
    last_seen_ = id;
  }
  if (id > barrier_) {
    barrier_ = id;
    barrier_sequence_ = sequence;
  }
}

std::optional<CheckpointId> ChannelSaver::on_data() const {
  if (stage_ != Stage::kPending) return std::nullopt;
  return last_seen_;
}

bool ChannelSaver::start(CheckpointId id) {
  if (id < barrier_) return false;
  if (id > barrier_) barrier_ = {};  // that barrier is obsolete, and limits nothing
  if (stage_ == Stage::kReceived && last_seen_ > id) return false;
  if (last_seen_ < id) {
    stage_ = Stage::kPending;
    last_seen_ = id;
  }
  return true;
}

void ChannelSaver::stop(CheckpointId id) {
  if (id >= last_seen_) {
    stage_ = Stage::kCompleted;
    last_seen_ = id;
  }
  if (barrier_ == id) barrier_ = {};
}

}  // namespace leat
