// Whether, and after how long, a job that has failed starts again.
//
// A strategy only counts and answers; the JobMaster acts. It lives as long as its JobMaster: a new
// leader counts anew, as in Flink. (Flink: RestartBackoffTimeStrategy and its implementations;
// conformance/machine.md "restart".)
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/env/choices.h"
#include "core/graph/stream_graph.h"

namespace leat {

// As many attempts as Flink means by no limit.
inline constexpr uint32_t kUnlimitedRestarts = 2147483647;

class RestartStrategy {
 public:
  virtual ~RestartStrategy() = default;

  // A failure was reported. False: it was merged into the restart that is already pending.
  virtual bool notify_failure(ProcTime now) = 0;
  virtual bool can_restart(ProcTime now) const = 0;
  // Until the restart. Throws JobError where the strategy can say only after a failure.
  virtual Duration backoff(ProcTime now) const = 0;
};

// Why there is no such strategy ("the delay is negative"); empty where there is one.
std::string refusal(const RestartConfig& config);

// Throws JobError for what is refused. Jitter is drawn from the choices, which outlive the
// strategy.
std::unique_ptr<RestartStrategy> make_restart_strategy(const RestartConfig& config,
                                                       Choices& choices);

// Flink's options of a job by their names: {"restart-strategy.type", "fixed-delay"}. Without a type
// a job with checkpoints restarts with growing delays, one without them does not restart. Throws
// JobError for a type or number that is none. (Flink: RestartStrategyOptions,
// RestartBackoffTimeStrategyFactoryLoader.)
using RestartOptions = std::map<std::string, std::string>;
RestartConfig restart_config_of(const RestartOptions& options, bool checkpointing);

}  // namespace leat
