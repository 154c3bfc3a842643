#include "core/cluster/heartbeat_monitor.h"

#include <algorithm>

namespace leat {

HeartbeatMonitor::Target* HeartbeatMonitor::find(ProcessId process) {
  for (Target& target : targets_) {
    if (target.process == process) return &target;
  }
  return nullptr;
}

void HeartbeatMonitor::watch(ProcessId process, ProcTime now) {
  if (Target* known = find(process)) {
    *known = {process, now};
    return;
  }
  if (targets_.empty()) next_ask_ = now + interval_;
  targets_.push_back({process, now});
}

void HeartbeatMonitor::forget(ProcessId process) {
  std::erase_if(targets_, [&](const Target& target) { return target.process == process; });
}

bool HeartbeatMonitor::watches(ProcessId process) const {
  return const_cast<HeartbeatMonitor*>(this)->find(process) != nullptr;
}

void HeartbeatMonitor::heard(ProcessId process, ProcTime now) {
  if (Target* target = find(process)) *target = {process, now};
}

bool HeartbeatMonitor::connection_broke(ProcessId process) {
  constexpr uint32_t kThreshold = 2;
  Target* target = find(process);
  return target != nullptr && ++target->breaks >= kThreshold;
}

std::vector<ProcessId> HeartbeatMonitor::expired(ProcTime now) const {
  std::vector<ProcessId> lost;
  for (const Target& target : targets_) {
    if (now - target.heard >= timeout_) lost.push_back(target.process);
  }
  return lost;
}

bool HeartbeatMonitor::ask_now(ProcTime now) {
  if (targets_.empty() || now < next_ask_) return false;
  next_ask_ = now + interval_;
  return true;
}

const std::vector<ProcessId> HeartbeatMonitor::targets() const {
  std::vector<ProcessId> processes;
  for (const Target& target : targets_) processes.push_back(target.process);
  return processes;
}

ProcTime HeartbeatMonitor::next_due() const {
  if (targets_.empty()) return ProcTime::max();
  return std::min(next_ask_, next_expiry());
}

ProcTime HeartbeatMonitor::next_expiry() const {
  ProcTime due = ProcTime::max();
  for (const Target& target : targets_) due = std::min(due, target.heard + timeout_);
  return due;
}

}  // namespace leat
