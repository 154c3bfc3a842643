#include "core/cluster/checkpoint_failures.h"

#include <algorithm>

namespace leat {

bool CheckpointFailures::add(CheckpointId id, AbortReason reason) {
  const bool counts = reason == AbortReason::kExpired || reason == AbortReason::kDeclined ||
                      reason == AbortReason::kStorageFailed;
  if (!counts || id <= last_completed_) return false;
  failed_.insert(id);
  if (failed_.size() <= tolerable_) return false;
  failed_.clear();
  return true;
}

void CheckpointFailures::completed(CheckpointId id) {
  last_completed_ = std::max(last_completed_, id);
  failed_.clear();
}

}  // namespace leat
