#include "sim/oracle/restart_model.h"

#include <algorithm>
#include <cmath>

namespace leat {

RestartModel::Owed RestartModel::on_failure(ProcTime now) {
  ++failures_;
  switch (config_.kind) {
    case RestartConfig::Kind::kNone:
      return {Duty::kGiveUp, {}};
    case RestartConfig::Kind::kFixedDelay:
      return fixed_delay();
    case RestartConfig::Kind::kFailureRate:
      return failure_rate(now);
    case RestartConfig::Kind::kExponentialDelay:
      return exponential_delay(now);
  }
  return {};
}

RestartModel::Owed RestartModel::fixed_delay() const {
  return {failures_ <= config_.attempts ? Duty::kRestart : Duty::kGiveUp, config_.delay};
}

// Given up when more than `max_failures` lie within the interval, this one among them.
RestartModel::Owed RestartModel::failure_rate(ProcTime now) {
  recent_.push_back(now);
  while (recent_.size() > uint64_t{config_.max_failures} + 1) recent_.pop_front();
  const bool too_many =
      recent_.size() > config_.max_failures && now - recent_.front() <= config_.interval;
  return {too_many ? Duty::kGiveUp : Duty::kRestart, config_.delay};
}

RestartModel::Owed RestartModel::exponential_delay(ProcTime now) {
  // A failure no later than the planned restart belongs to the one that planned it.
  if (earliest_ && now <= latest_) return {Duty::kEither, {}};
  if (earliest_) {
    const bool calm_at_least = now - latest_ >= config_.reset_threshold;
    const bool calm_at_most = now - *earliest_ >= config_.reset_threshold;
    if (calm_at_least) {
      attempts_ = 0;
      unclear_ = false;
    } else if (calm_at_most) {
      unclear_ = true;
    }
  }
  const double grown = static_cast<double>(config_.delay.ms) *
                       std::pow(config_.multiplier, static_cast<double>(attempts_));
  const double most = static_cast<double>(config_.max_delay.ms);
  const double delay = std::min(grown, most);
  // Of whole milliseconds: one to either side is given away.
  const auto at_share = [&](double share, int64_t more) {
    const auto ms = static_cast<int64_t>(delay * (1 + share)) + more;
    return std::clamp(ms, config_.delay.ms, config_.max_delay.ms);
  };
  const int64_t least = unclear_ ? config_.delay.ms : at_share(-config_.jitter, -1);
  earliest_ = now + Duration{least};
  latest_ = now + Duration{at_share(config_.jitter, 1)};
  ++attempts_;
  if (attempts_ <= config_.attempts) return {Duty::kRestart, {least}};
  return {unclear_ ? Duty::kEither : Duty::kGiveUp, {least}};
}

}  // namespace leat
