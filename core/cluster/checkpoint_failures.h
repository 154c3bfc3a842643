// How many checkpoints in a row may fail. (Flink: CheckpointFailureManager; reference 8.13.)
#pragma once

#include <set>

#include "core/base/ids.h"
#include "core/trace/facts.h"

namespace leat {

class CheckpointFailures {
 public:
  explicit CheckpointFailures(uint32_t tolerable) : tolerable_(tolerable) {}

  // True: one too many, the job is to fail; it counts anew from here. Each id counts once, none at
  // or below the last that completed, and only for reasons that say something about the job.
  bool add(CheckpointId id, AbortReason reason);
  void completed(CheckpointId id);

 private:
  uint32_t tolerable_;
  CheckpointId last_completed_;
  std::set<CheckpointId> failed_;
};

}  // namespace leat
