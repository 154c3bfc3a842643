#include "core/cluster/restart_strategy.h"

#include <deque>

#include "core/base/check.h"

namespace leat {

namespace {

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

}  // namespace

std::unique_ptr<RestartStrategy> no_restart() { return std::make_unique<NoRestart>(); }

std::unique_ptr<RestartStrategy> fixed_delay(uint32_t attempts, Duration delay) {
  return std::make_unique<FixedDelay>(attempts, delay);
}

std::unique_ptr<RestartStrategy> failure_rate(uint32_t max, Duration interval, Duration delay) {
  return std::make_unique<FailureRate>(max, interval, delay);
}

std::unique_ptr<RestartStrategy> make_restart_strategy(const RestartConfig& config) {
  switch (config.kind) {
    case RestartConfig::Kind::kNone:
      return no_restart();
    case RestartConfig::Kind::kFixedDelay:
      return fixed_delay(config.attempts, config.delay);
  }
  fail_check("a restart strategy has no kind");
}

}  // namespace leat
