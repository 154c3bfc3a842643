// When was which process last heard of, and which of them count as dead.
//
// A protocol object: it is told the time and says what is due. A process is lost when nothing was
// heard of it for the timeout, or when the connection to it broke twice in a row (Flink:
// HeartbeatMonitor, heartbeat.rpc-failure-threshold 2).
#pragma once

#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

class HeartbeatMonitor {
 public:
  HeartbeatMonitor(Duration interval, Duration timeout) : interval_(interval), timeout_(timeout) {}

  void watch(ProcessId process, ProcTime now);  // again: it is heard of
  void forget(ProcessId process);
  void clear() { targets_.clear(); }
  bool watches(ProcessId process) const;

  void heard(ProcessId process, ProcTime now);
  // True: it is lost by that. Otherwise it should be asked for a sign of life at once.
  bool connection_broke(ProcessId process);

  // Those that are lost by now; they stay watched until forgotten.
  std::vector<ProcessId> expired(ProcTime now) const;
  // True once an interval: all targets are to be asked now.
  bool ask_now(ProcTime now);
  const std::vector<ProcessId> targets() const;

  // When something is due next; ProcTime::max() without targets.
  ProcTime next_due() const;
  // When the first target expires: for who only listens and asks nobody.
  ProcTime next_expiry() const;

 private:
  struct Target {
    ProcessId process;
    ProcTime heard;
    uint32_t breaks = 0;  // of the connection since then
  };
  Target* find(ProcessId process);

  Duration interval_;
  Duration timeout_;
  ProcTime next_ask_{0};
  std::vector<Target> targets_;
};

}  // namespace leat
