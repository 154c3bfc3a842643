// What a fault does to the world.
#include <algorithm>

#include "sim/world/world.h"

namespace leat {

namespace {
constexpr Site kRestart{"world.restart"};

bool cuts_a_connection(FaultKind kind) {
  return kind == FaultKind::kReset || kind == FaultKind::kPartition || kind == FaultKind::kDelay;
}
}  // namespace

void World::inject(uint32_t index) {
  if (schedule_.resting) return;
  const Fault& fault = faults_.faults()[index];
  if (!apply(fault)) return;
  const bool of_storage =
      fault.kind == FaultKind::kStorageFail || fault.kind == FaultKind::kStorageSlow;
  const ProcessId victim = of_storage ? ProcessId{} : fault.process;
  schedule_.add(FaultInjected{static_cast<uint32_t>(fault.kind), index, victim});
}

// False where it finds nothing to hit (a dead victim, a connection that is not open).
bool World::apply(const Fault& fault) {
  if (fault.process.value >= processes_.size()) return false;
  if (cuts_a_connection(fault.kind) &&
      (!fault.peer || fault.peer->value >= processes_.size() || *fault.peer == fault.process)) {
    return false;
  }
  switch (fault.kind) {
    case FaultKind::kKill:
    case FaultKind::kKillSilently:
      return kill(fault);
    case FaultKind::kPause:
      return pause(fault.process, fault.lasts);
    case FaultKind::kReset:
      if (!network_.is_open(fault.process, *fault.peer)) return false;
      network_.reset(fault.process, *fault.peer);
      schedule_.hit(FaultKind::kReset);
      return true;
    case FaultKind::kPartition:
      network_.partition(fault.process, *fault.peer, fault.lasts);
      return true;
    case FaultKind::kDelay:
      network_.delay(fault.process, *fault.peer, fault.amount, fault.lasts);
      return true;
    case FaultKind::kStorageFail:
      storage_.fail_next(fault.count);
      return true;
    case FaultKind::kStorageSlow:
      storage_.slow_down(fault.amount, fault.lasts);
      return true;
  }
  return false;
}

void World::die(ProcessId process) {
  ProcessSlot& slot = processes_[process.value];
  schedule_.add(ProcessDied{process, slot.incarnation});
  slot.object.reset();
  storage_.died(process);
}

bool World::kill(const Fault& fault) {
  ProcessSlot& slot = processes_[fault.process.value];
  if (!slot.alive()) return false;
  schedule_.hit(fault.kind);
  if (slot.plan.memory == ProcessPlan::Memory::kDurable) {
    // Its contents are safe, so this is an outage: connections break and it is silent for a while.
    if (fault.kind == FaultKind::kKill) {
      for (uint32_t i = 0; i < processes_.size(); ++i) network_.reset(fault.process, {i});
    }
    return pause(fault.process, fault.lasts);
  }
  die(fault.process);
  if (fault.kind == FaultKind::kKill) {
    network_.died_with_resets(fault.process);
  } else {
    network_.died_silently(fault.process);
  }
  if (fault.lasts == kForever) return true;
  Event event;
  event.identity = schedule_.chance.name_next(kRestart, {hash_name(slot.plan.name)});
  event.kind = EventKind::kStart;
  event.process = fault.process;
  schedule_.push(schedule_.now + fault.lasts, event);
  return true;
}

bool World::pause(ProcessId process, Duration lasts) {
  ProcessSlot& slot = processes_[process.value];
  if (!slot.alive()) return false;
  slot.paused_until = std::max(slot.paused_until, schedule_.now + lasts);
  slot.pause_counted = false;
  return true;
}

}  // namespace leat
