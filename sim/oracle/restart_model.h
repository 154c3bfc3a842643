// When a job whose attempt has failed begins anew, and when it is given up, by the definition of
// its restart strategy: told which failures there were, and when. (Flink: reference 9.8.)
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "core/base/time.h"
#include "core/graph/stream_graph.h"

namespace leat {

class RestartModel {
 public:
  explicit RestartModel(const RestartConfig& config) : config_(config) {}

  enum class Duty : uint8_t { kRestart, kGiveUp, kEither };
  struct Owed {
    Duty duty = Duty::kEither;
    Duration least_delay{0};  // before the next attempt
  };
  // An attempt has failed.
  Owed on_failure(ProcTime now);
  // A new leader knows of no failure before it.
  void forget() { *this = RestartModel(config_); }

 private:
  Owed fixed_delay() const;
  Owed failure_rate(ProcTime now);
  Owed exponential_delay(ProcTime now);

  RestartConfig config_;
  uint64_t failures_ = 0;
  std::deque<ProcTime> recent_;  // kFailureRate
  // kExponentialDelay. The jitter is free, so that the end of a delay lies between two times.
  uint64_t attempts_ = 0;
  std::optional<ProcTime> earliest_;
  ProcTime latest_;
  bool unclear_ = false;  // whether a calm was long enough depends on the jitter
};

}  // namespace leat
