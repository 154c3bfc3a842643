#include "sim/world/world.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "sim/world/process_env.h"

namespace leat {

namespace {
constexpr Site kStart{"world.start"};
constexpr Site kFault{"world.fault"};
constexpr Site kStepCost{"world.step_cost"};

std::vector<ProcessSlot> slots_of(std::vector<ProcessPlan> plans) {
  std::vector<ProcessSlot> slots(plans.size());
  for (size_t i = 0; i < plans.size(); ++i) {
    slots[i].incarnation = plans[i].earlier_starts;
    slots[i].plan = std::move(plans[i]);
  }
  return slots;
}
}  // namespace

World::World(WorldPlan plan, Choices& choices)
    : schedule_(choices, plan.config),
      limits_(plan.limits),
      processes_(slots_of(std::move(plan.processes))),
      network_(schedule_, processes_),
      storage_(schedule_, processes_, std::move(plan.blobs)),
      faults_(std::move(plan.faults)) {
  schedule_.trace.observe(faults_, faults_.facts());
  for (uint32_t i = 0; i < processes_.size(); ++i) {
    ProcessSlot& slot = processes_[i];
    slot.env = make_process_env({i}, schedule_, slot, network_, storage_);
    Event event;
    event.identity = schedule_.chance.name_next(kStart, {hash_name(slot.plan.name)});
    event.kind = EventKind::kStart;
    event.process = {i};
    schedule_.push(plan.begin, event);
  }
  for (uint32_t i = 0; i < faults_.faults().size(); ++i) {
    const auto* at = std::get_if<AtTime>(&faults_.faults()[i].when);
    if (at == nullptr) continue;
    Event event;
    event.identity = schedule_.chance.name_next(kFault, {mix(i)});
    event.kind = EventKind::kFault;
    event.index = i;
    schedule_.push(std::max(at->time, ProcTime{0}), event);
  }
}

World::~World() = default;

std::string World::name_of(ProcessId process) const {
  if (process.value < processes_.size()) return processes_[process.value].plan.name;
  return "process " + std::to_string(process.value);
}

std::optional<RunEnd> World::reason_to_end() {
  if (is_broken_) return RunEnd::kBroken;
  const bool empty = schedule_.queue.empty();
  const ProcTime next = empty ? ProcTime::max() : schedule_.queue.next_time();
  const bool out_of_time = !empty && next.ms > limits_.virtual_time.ms;
  // A job that has ended is not late because a step was announced for the far future.
  if (schedule_.resting && (empty || out_of_time)) {
    return faults_.job_status() == JobStatus::kFinished ? RunEnd::kFinished : RunEnd::kFailed;
  }
  if (faults_.too_much_work()) return RunEnd::kOutOfSteps;
  if (empty) return RunEnd::kStuck;
  if (out_of_time) return RunEnd::kOutOfTime;
  if (steps_ >= limits_.steps) return RunEnd::kOutOfSteps;
  const bool same_instant = next == schedule_.now;
  if (same_instant && steps_this_instant_ >= limits_.steps_per_instant) return RunEnd::kOutOfSteps;
  return std::nullopt;
}

bool World::step() {
  if (reason_to_end()) return false;
  take_one_or_break();
  return true;
}

void World::take_one_or_break() {
  try {
    take_one();
  } catch (const InvariantViolation& violation) {
    is_broken_ = true;
    broken_ = violation.what();
  } catch (const std::exception& error) {
    // What the engine throws otherwise is no less its bug: no code of a user runs outside a task.
    is_broken_ = true;
    broken_ = std::string("an exception left the engine: ") + error.what();
  }
}

RunStats World::run(std::optional<ProcTime> stop_at) {
  for (;;) {
    if (const std::optional<RunEnd> end = reason_to_end()) return stats(*end);
    if (stop_at && schedule_.queue.next_time() > *stop_at) return stats(RunEnd::kStopped);
    take_one_or_break();
  }
}

void World::take_one() {
  const ProcTime before = schedule_.now;
  const Event event = schedule_.take();
  check(schedule_.now >= before, "time never runs backwards");
  if (schedule_.now != before) steps_this_instant_ = 0;
  ++steps_;
  ++steps_this_instant_;
  dispatch(event);
  act_on_due_faults();
  if (faults_.job_ended() && !schedule_.resting) come_to_rest();
}

void World::dispatch(const Event& event) {
  switch (event.kind) {
    case EventKind::kFault:
      return inject(event.index);
    case EventKind::kHeal:
      return network_.heal(event.index);
    case EventKind::kStart:
      return start(event.process);
    case EventKind::kMessage:
    case EventKind::kTimer:
    case EventKind::kRun:
    case EventKind::kBlob:
    case EventKind::kDisconnect:
      if (!waits_for_pause(event)) happen_to(processes_[event.process.value], event);
      return;
  }
}

bool World::waits_for_pause(const Event& event) {
  ProcessSlot& slot = processes_[event.process.value];
  if (!slot.alive() || schedule_.now >= slot.paused_until) return false;
  if (!std::exchange(slot.pause_counted, true)) schedule_.hit(FaultKind::kPause);
  if (event.kind == EventKind::kMessage) {
    network_.postpone(event.index, slot.paused_until, event);
  } else {
    schedule_.put_back(slot.paused_until, event);
  }
  return true;
}

void World::happen_to(ProcessSlot& slot, const Event& event) {
  EventChooser* chooser = schedule_.chance.chooser();
  const auto at = [&](uint32_t endpoint) {
    if (chooser != nullptr) chooser->happens_at(event.process, endpoint);
  };
  switch (event.kind) {
    case EventKind::kMessage:
      if (const std::optional<Message> message = network_.arrive(event)) {
        at(message->to.endpoint);
        slot.object->on_message(*message);
      }
      return;
    case EventKind::kTimer:
      at(event.timer.endpoint);
      if (slot.is_current(event.incarnation)) slot.object->on_timer(event.timer);
      return;
    case EventKind::kRun:
      if (slot.is_current(event.incarnation)) run_step(slot, event);
      return;
    case EventKind::kBlob:
      if (std::optional<BlobReply> reply = storage_.complete(event)) {
        at(reply->ticket.endpoint);
        slot.object->on_blob(std::move(*reply));
      }
      return;
    case EventKind::kDisconnect:
      if (network_.tell(event)) slot.object->on_disconnect({event.index});
      return;
    case EventKind::kStart:
    case EventKind::kFault:
    case EventKind::kHeal:
      return;
  }
}

void World::run_step(ProcessSlot& slot, const Event& event) {
  ProcTime& busy_until = slot.busy_until(event.run.task);
  if (schedule_.now < busy_until) {
    schedule_.push(busy_until, event);
    return;
  }
  busy_until = schedule_.now + schedule_.chance.between(kStepCost, event.run.who, {0},
                                                        schedule_.config.step_cost_max);
  slot.object->on_run(event.run);
}

void World::act_on_due_faults() {
  while (faults_.any_due()) {
    for (const uint32_t fault : faults_.take_due()) inject(fault);
  }
}

void World::start(ProcessId process) {
  ProcessSlot& slot = processes_[process.value];
  if (slot.alive()) return;
  ++slot.incarnation;
  slot.busy.clear();
  slot.paused_until = {0};
  schedule_.add(ProcessStarted{process, slot.incarnation});
  slot.object = slot.plan.make(*slot.env);
  slot.object->start();
}

void World::come_to_rest() {
  schedule_.resting = true;
  schedule_.queue.cancel_if([](const Event& event) {
    return event.kind == EventKind::kTimer || event.kind == EventKind::kStart ||
           event.kind == EventKind::kFault;
  });
}

RunStats World::stats(RunEnd end) const {
  RunStats stats;
  stats.end = end;
  stats.ended_at = schedule_.now;
  stats.steps = steps_;
  stats.faults_fired = schedule_.faults_fired;
  if (end == RunEnd::kBroken) stats.broken = broken_;
  if (faults_.too_much_work())
    stats.waits_for = "a step was cut off: " + faults_.last_failure()->cause + "; ";
  if (end != RunEnd::kFinished && end != RunEnd::kStopped) stats.waits_for += who_waits_for_whom();
  return stats;
}

std::string World::who_waits_for_whom() const {
  std::string text = "job is ";
  text += faults_.job_status() ? leat::name_of(*faults_.job_status()) : "not submitted";
  text += "; messages on the way: " + std::to_string(network_.in_flight());
  for (uint32_t i = 0; i < processes_.size(); ++i) {
    const ProcessSlot& slot = processes_[i];
    std::array<uint32_t, 8> waiting{};
    schedule_.queue.for_each([&](ProcTime, const Event& event) {
      if (event.process.value == i) ++waiting[static_cast<size_t>(event.kind)];
    });
    text += "\n" + slot.plan.name + ": " + (slot.alive() ? "alive" : "dead") + ", incarnation " +
            std::to_string(slot.incarnation);
    if (schedule_.now < slot.paused_until) text += ", paused";
    const auto count = [&](EventKind kind, const char* what) {
      if (const uint32_t n = waiting[static_cast<size_t>(kind)]; n > 0) {
        text += ", " + std::to_string(n) + " " + what;
      }
    };
    count(EventKind::kMessage, "lanes with messages to it");
    count(EventKind::kTimer, "timers");
    count(EventKind::kRun, "steps announced");
    count(EventKind::kBlob, "storage replies");
    for (uint32_t other = i + 1; other < processes_.size(); ++other) {
      if (network_.is_partitioned({i}, {other})) {
        text += ", cut off from " + processes_[other].plan.name;
      }
    }
  }
  return text;
}

}  // namespace leat
