// The options of checkpoints, with Flink's names, on a job under construction.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/api/graph_builder.h"

namespace leat {

class CheckpointOptions {
 public:
  explicit CheckpointOptions(std::shared_ptr<GraphBuilder> builder)
      : builder_(std::move(builder)) {}

  // A job that has said nothing of restarts restarts from its checkpoints: `restart_config()`, set
  // behind this call, says otherwise.
  CheckpointOptions& enable_checkpointing(Duration interval) {
    config().interval = interval;
    RestartConfig& restart = builder_->config().restart;
    if (restart.kind == RestartConfig::Kind::kNone && restart.attempts == 0)
      restart = RestartConfig::with_checkpoints();
    return *this;
  }
  CheckpointOptions& set_checkpointing_mode(CheckpointingMode mode) {
    config().mode = mode;
    return *this;
  }
  // Barriers overtake rows, which are part of the checkpoint then.
  CheckpointOptions& enable_unaligned_checkpoints() {
    config().unaligned = CheckpointConfig::Unaligned::kEnabled;
    return *this;
  }
  // The same where rows are dealt by a function of the user's, too.
  CheckpointOptions& set_force_unaligned_checkpoints() {
    config().unaligned = CheckpointConfig::Unaligned::kForced;
    return *this;
  }
  // They are aligned for so long before they overtake.
  CheckpointOptions& set_aligned_checkpoint_timeout(Duration timeout) {
    config().alignment_timeout = timeout;
    return *this;
  }
  // Where in the storage checkpoints are kept; names no place of this machine.
  CheckpointOptions& set_checkpoint_storage_dir(std::string directory) {
    config().directory = std::move(directory);
    return *this;
  }
  CheckpointOptions& set_max_concurrent_checkpoints(uint32_t count) {
    if (count == 0) builder_->fail("at least one checkpoint must be allowed at a time");
    config().max_concurrent = count;
    return *this;
  }
  // From the end of one to the beginning of the next.
  CheckpointOptions& set_min_pause_between_checkpoints(Duration pause) {
    config().min_pause = pause;
    return *this;
  }
  CheckpointOptions& set_checkpoint_timeout(Duration timeout) {
    config().timeout = timeout;
    return *this;
  }
  CheckpointOptions& set_tolerable_checkpoint_failure_number(uint32_t count) {
    config().tolerable_failures = count;
    return *this;
  }

 private:
  CheckpointConfig& config() { return builder_->config().checkpoint; }
  const std::shared_ptr<GraphBuilder> builder_;
};

}  // namespace leat
