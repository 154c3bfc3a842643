// Whether, and after how long, a job that has failed starts again.
//
// A strategy only counts and answers; the JobMaster acts. It lives as long as its JobMaster: a new
// leader counts anew, as in Flink. (Flink: RestartBackoffTimeStrategy and its implementations;
// conformance/machine.md "restart".)
#pragma once

#include <memory>

#include "core/base/time.h"
#include "core/graph/stream_graph.h"

namespace leat {

class RestartStrategy {
 public:
  virtual ~RestartStrategy() = default;

  // A failure was reported. False: it was merged into the restart that is already pending.
  virtual bool notify_failure(ProcTime now) = 0;
  virtual bool can_restart(ProcTime now) const = 0;
  // Until the restart.
  virtual Duration backoff(ProcTime now) const = 0;
};

std::unique_ptr<RestartStrategy> no_restart();
// Restarts `attempts` times; one failure more ends the job.
std::unique_ptr<RestartStrategy> fixed_delay(uint32_t attempts, Duration delay);
// Gives up when more than `max` failures lie within `interval` (exactly that far apart included).
std::unique_ptr<RestartStrategy> failure_rate(uint32_t max, Duration interval, Duration delay);

std::unique_ptr<RestartStrategy> make_restart_strategy(const RestartConfig& config);

}  // namespace leat
