// When a checkpoint is asked for, and which request is next. (Flink: CheckpointRequestDecider and
// the ScheduledTrigger of the CheckpointCoordinator; reference 8.2, 8.3.)
//
// The scheduler ticks every interval from the *planned* time of the tick before. Every tick becomes
// a request; requests wait while there is no room: savepoints before checkpoints, by hand before
// periodic, then by age.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace leat {

enum class RequestKind : uint8_t {
  kByHand,
  kPeriodic,
  kSavepoint,
  kStop,     // a savepoint that drains the job and ends it
  kSuspend,  // the same without draining
};
constexpr bool is_savepoint(RequestKind kind) { return kind >= RequestKind::kSavepoint; }
constexpr bool ends_job(RequestKind kind) { return kind >= RequestKind::kStop; }

struct CheckpointRequest {
  RequestKind kind = RequestKind::kPeriodic;
  uint64_t number = 0;  // the asker's; 0 for the scheduler's own
};

struct ScheduleSettings {
  std::optional<Duration> interval;  // none: no scheduler
  Duration first_delay;              // drawn between the pause and the interval
  Duration min_pause;
  // Where checkpoints are unaligned a savepoint waits for room like any other; else it does not.
  bool savepoints_wait = false;
};

class CheckpointRequests {
 public:
  explicit CheckpointRequests(ScheduleSettings settings) : settings_(settings) {}

  // The first start waits first_delay, every later one the pause.
  void start(ProcTime now);
  // Returns what waited: it is dropped.
  std::vector<CheckpointRequest> stop();
  bool started() const { return next_tick_.has_value(); }

  void add(CheckpointRequest request);
  // A tick is due: it is added. False: none is.
  bool tick(ProcTime now);

  // One look at the line: takes the first request out and returns it, or nothing where there is no
  // room. A periodic one that comes too soon after the last completion is dropped instead, and the
  // scheduler ticks exactly when the pause is over.
  std::optional<CheckpointRequest> look(bool room, std::optional<ProcTime> last_completion,
                                        ProcTime now);

  ProcTime next_due() const { return next_tick_.value_or(ProcTime::max()); }

 private:
  ScheduleSettings settings_;
  bool started_before_ = false;
  std::optional<ProcTime> next_tick_;
  std::deque<CheckpointRequest> line_;
};

}  // namespace leat
