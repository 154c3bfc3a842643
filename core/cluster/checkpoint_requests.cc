#include "core/cluster/checkpoint_requests.h"

#include <algorithm>

namespace leat {

void CheckpointRequests::start(ProcTime now) {
  if (!settings_.interval) return;
  next_tick_ = now + (started_before_ ? settings_.min_pause : settings_.first_delay);
  started_before_ = true;
}

std::vector<CheckpointRequest> CheckpointRequests::stop() {
  next_tick_.reset();
  const std::vector<CheckpointRequest> waited(line_.begin(), line_.end());
  line_.clear();
  return waited;
}

namespace {
int rank(RequestKind kind) {
  if (is_savepoint(kind)) return 0;
  return kind == RequestKind::kByHand ? 1 : 2;
}
}  // namespace

void CheckpointRequests::add(CheckpointRequest request) {
  constexpr size_t kLineMax = 1000;
  if (line_.size() >= kLineMax) return;
  const auto behind = std::find_if(line_.begin(), line_.end(), [&](const CheckpointRequest& r) {
    return rank(r.kind) > rank(request.kind);
  });
  line_.insert(behind, request);
}

bool CheckpointRequests::tick(ProcTime now) {
  if (!next_tick_ || now < *next_tick_) return false;
  next_tick_ = *next_tick_ + std::max(*settings_.interval, settings_.min_pause);
  add({RequestKind::kPeriodic, 0});
  return true;
}

std::optional<CheckpointRequest> CheckpointRequests::look(bool room,
                                                          std::optional<ProcTime> last_completion,
                                                          ProcTime now) {
  if (line_.empty()) return std::nullopt;
  const bool passes = is_savepoint(line_.front().kind) && !settings_.savepoints_wait;
  if (!room && !passes) return std::nullopt;
  const CheckpointRequest first = line_.front();
  line_.pop_front();
  if (first.kind == RequestKind::kPeriodic && last_completion &&
      *last_completion + settings_.min_pause > now) {
    if (next_tick_) next_tick_ = *last_completion + settings_.min_pause;
    return std::nullopt;
  }
  return first;
}

}  // namespace leat
