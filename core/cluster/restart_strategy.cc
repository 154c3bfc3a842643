#include "core/cluster/restart_strategy.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "core/base/check.h"

namespace leat {

namespace {

constexpr Site kJitter("restart.jitter");

class NoRestart final : public RestartStrategy {
 public:
  bool notify_failure(ProcTime) override { return true; }
  bool can_restart(ProcTime) const override { return false; }
  Duration backoff(ProcTime) const override { return {0}; }
};

class FixedDelay final : public RestartStrategy {
 public:
  FixedDelay(uint32_t attempts, Duration delay) : attempts_(attempts), delay_(delay) {}
  bool notify_failure(ProcTime) override {
    ++failures_;
    return true;
  }
  bool can_restart(ProcTime) const override { return failures_ <= attempts_; }
  Duration backoff(ProcTime) const override { return delay_; }

 private:
  uint32_t attempts_;
  Duration delay_;
  uint64_t failures_ = 0;
};

class FailureRate final : public RestartStrategy {
 public:
  FailureRate(uint32_t max, Duration interval, Duration delay)
      : max_(max), interval_(interval), delay_(delay) {}
  bool notify_failure(ProcTime now) override {
    if (failures_.size() > max_) failures_.pop_front();
    failures_.push_back(now);
    return true;
  }
  bool can_restart(ProcTime now) const override {
    return failures_.size() <= max_ || now - failures_.front() > interval_;
  }
  Duration backoff(ProcTime) const override { return delay_; }

 private:
  uint32_t max_;
  Duration interval_;
  Duration delay_;
  std::deque<ProcTime> failures_;
};

// Each delay is longer than the one before; after a long time without failures it begins anew. A
// failure at or before the planned restart belongs to the one that planned it.
class ExponentialDelay final : public RestartStrategy {
 public:
  ExponentialDelay(const RestartConfig& config, Choices& choices)
      : config_(config), choices_(choices) {}

  bool notify_failure(ProcTime now) override {
    if (planned_ && now <= *planned_) return false;
    if (planned_ && now - *planned_ >= config_.reset_threshold) attempts_ = 0;
    planned_ = now + next_delay();
    ++attempts_;
    return true;
  }
  bool can_restart(ProcTime) const override { return attempts_ <= config_.attempts; }
  Duration backoff(ProcTime now) const override {
    if (!planned_) throw JobError("the delay of a restart is asked for before any failure");
    return {std::max<int64_t>((*planned_ - now).ms, 0)};
  }

 private:
  Duration next_delay() {
    const double most = static_cast<double>(config_.max_delay.ms);
    const double grown = static_cast<double>(config_.delay.ms) *
                         std::pow(config_.multiplier, static_cast<double>(attempts_));
    const int64_t delay = grown >= most ? config_.max_delay.ms : static_cast<int64_t>(grown);
    return {std::clamp(delay + jitter(delay), config_.delay.ms, config_.max_delay.ms)};
  }
  // In [-share, share]; the plainest is none.
  int64_t jitter(int64_t delay) {
    const auto share = static_cast<int64_t>(static_cast<double>(delay) * config_.jitter);
    if (share <= 0) return 0;
    constexpr int64_t kMostSteps = 1'000'000'000;  // of a choice; what is beyond is not drawn
    const auto steps = static_cast<uint32_t>(std::min(share, kMostSteps));
    const uint32_t drawn = choices_.choose(kJitter, entity("restart"), 2 * steps + 1);
    const int64_t half = (int64_t{drawn} + 1) / 2;
    return drawn % 2 == 0 ? half : -half;
  }

  const RestartConfig config_;
  Choices& choices_;
  uint64_t attempts_ = 0;
  std::optional<ProcTime> planned_;
};

std::string refused_exponential(const RestartConfig& config) {
  if (config.delay.ms < 1) return "the first delay of a restart is less than 1 ms";
  if (config.max_delay < config.delay) return "the longest delay is below the first one";
  if (!(config.multiplier > 1)) return "the multiplier of the delays must be more than 1";
  if (config.reset_threshold.ms < 1) return "the reset threshold is less than 1 ms";
  if (config.attempts == 0) return "there must be one attempt at least";
  if (!(config.jitter >= 0 && config.jitter <= 1)) return "the jitter must lie between 0 and 1";
  return "";
}

}  // namespace

std::string refusal(const RestartConfig& config) {
  switch (config.kind) {
    case RestartConfig::Kind::kNone:
      return "";
    case RestartConfig::Kind::kFixedDelay:
      return config.delay.ms < 0 ? "the delay of a restart is negative" : "";
    case RestartConfig::Kind::kFailureRate:
      if (config.max_failures == 0) return "one failure at least must be allowed";
      if (config.interval.ms <= 0) return "the interval of the failures must be positive";
      return config.delay.ms < 0 ? "the delay of a restart is negative" : "";
    case RestartConfig::Kind::kExponentialDelay:
      return refused_exponential(config);
  }
  fail_check("a restart strategy has no kind");
}

std::unique_ptr<RestartStrategy> make_restart_strategy(const RestartConfig& config,
                                                       Choices& choices) {
  if (const std::string why = refusal(config); !why.empty()) throw JobError(why);
  switch (config.kind) {
    case RestartConfig::Kind::kNone:
      return std::make_unique<NoRestart>();
    case RestartConfig::Kind::kFixedDelay:
      return std::make_unique<FixedDelay>(config.attempts, config.delay);
    case RestartConfig::Kind::kFailureRate:
      return std::make_unique<FailureRate>(config.max_failures, config.interval, config.delay);
    case RestartConfig::Kind::kExponentialDelay:
      return std::make_unique<ExponentialDelay>(config, choices);
  }
  fail_check("a restart strategy has no kind");
}

}  // namespace leat
