// Timers (TMR) of keyed process functions, and the clock's of windows: each fires once, not early,
// not late, not after its deletion, in the order of time, for the key that set it. (Flink:
// InternalTimerServiceImpl, rules 5.1 to 5.6.)
//
// A timer of the clock is late where its process was at work in a later millisecond and it had not
// fired; so one that waits while a machine is paused, or for its state to be read back, is not.
#include <algorithm>
#include <map>
#include <optional>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class TimerOracle final : public Oracle {
 public:
  TimerOracle(const Plan& plan, const Runs& runs)
      : Oracle("timers", plan, runs), instances_(plan.instances()), chained_(plan.instances()) {
    for (uint32_t i = 0; i < plan.instances(); ++i) {
      for (const Plan::Feed& feed : plan.feeds(plan.node_of(i))) {
        if (feed.chained) chained_[plan.instance(feed.from, plan.index_of(i))].push_back(i);
      }
    }
  }

  FactSet facts() const override {
    return fact_set<WatermarkAdvanced, TaskDeployed, TaskRestored, FaultInjected,
                    JobStatusChanged>();
  }
  uint32_t taps() const override { return kInputTap | kTimerTap; }

  void on_fact(const Fact& fact) override {
    if (const auto* advanced = std::get_if<WatermarkAdvanced>(&fact)) {
      on_watermark(*advanced);
    } else if (const auto* deployed = std::get_if<TaskDeployed>(&fact)) {
      const uint32_t subtask = runs_.live(deployed->execution);
      if (subtask == kNowhere) return;
      for (const uint32_t i : plan_.instances_of(subtask))
        instances_[i].process = deployed->process;
    } else if (const auto* restored = std::get_if<TaskRestored>(&fact)) {
      for (const uint32_t i : plan_.instances_of(runs_.live(restored->execution)))
        instances_[i].open_since = runs_.now();
    } else if (const auto* fault = std::get_if<FaultInjected>(&fact)) {
      machines_[fault->process].stalled_since = runs_.now();
    } else if (const auto& changed = std::get<JobStatusChanged>(fact);
               changed.status == JobStatus::kFinished || changed.status == JobStatus::kFailed) {
      job_over_ = true;  // no clock ticks any more
    }
  }
  void on_input(uint32_t instance, const RowBatch&) override {
    if (has_timers(instance)) settle(instance);
  }

  void on_timer(uint32_t instance, RecordTap::TimerEvent event, TimeDomain domain, int64_t time,
                const Value& key) override {
    Instance& at = instances_[instance];
    Timers& timers =
        domain == TimeDomain::kEvent ? at.history.now.event : at.history.now.processing;
    at_work(at);
    if (event == RecordTap::TimerEvent::kRegistered) {
      timers.emplace(std::pair{time, key}, runs_.now());
    } else if (event == RecordTap::TimerEvent::kDeleted) {
      timers.erase({time, key});
    } else {
      on_fired(instance, domain, timers, time, key);
    }
  }

  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!has_timers(i)) continue;
      settle(i);
      instances_[i].history.take(id);
    }
  }
  void on_completed(CheckpointId id) override {
    for (Instance& instance : instances_) instance.history.settle(id);
  }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      instances_[i].history.rewind(how, to);
      // A subtask that had finished runs no operator again: what never fired in it never will.
      if (how == Rewind::kKeep) instances_[i].history.now = {};
      instances_[i].watermark = instances_[i].heard = EventTime::min();
      instances_[i].firing = false;
      // What is read back first fires when it is.
      instances_[i].open_since =
          how == Rewind::kToStart ? std::optional(runs_.now()) : std::nullopt;
    }
  }
  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (uint32_t i = 0; i < instances_.size(); ++i) {
      if (has_timers(i)) settle(i);
    }
  }

 private:
  using Timers = std::map<std::pair<int64_t, Value>, ProcTime>;  // set when
  struct Pending {
    Timers event;
    Timers processing;
  };
  struct Instance {
    Snapshots<Pending> history;
    EventTime watermark = EventTime::min();
    EventTime heard = EventTime::min();  // the same, of every node
    bool firing = false;                 // the watermark has just advanced: what is due fires now
    ProcessId process;
    std::optional<ProcTime> open_since;  // the attempt has its timers
  };
  // What may hold the clock's timers up on a machine: it has been at work again since `resumed`.
  struct Machine {
    std::optional<ProcTime> stalled_since;
    std::optional<ProcTime> resumed;
  };

  bool has_timers(uint32_t instance) const {
    const NodeSpec& spec = plan_.node(plan_.node_of(instance)).spec;
    return std::holds_alternative<KeyedProcessSpec>(spec) ||
           std::holds_alternative<WindowSpec>(spec) ||
           std::holds_alternative<WindowJoinSpec>(spec) ||
           std::holds_alternative<CoGroupSpec>(spec) ||
           std::holds_alternative<CoProcessSpec>(spec) ||
           std::holds_alternative<BroadcastProcessSpec>(spec);
  }
  static std::string subject(TimeDomain domain, int64_t time, const Value& key) {
    return key_text(key) + (domain == TimeDomain::kEvent ? " event timer " : " processing timer ") +
           std::to_string(time);
  }

  void on_fired(uint32_t instance, TimeDomain domain, Timers& timers, int64_t time,
                const Value& key) {
    report_.judged();
    const Instance& at = instances_[instance];
    const std::string what = subject(domain, time, key);
    const bool event = domain == TimeDomain::kEvent;
    if (timers.find({time, key}) == timers.end()) {
      violate("timer_wrong", plan_.where(instance), what, "does not fire", "fired",
              "a timer fires once, and only while it is set for its key");
      return;
    }
    const int64_t clock = event ? at.watermark.ms : wrapping_sub(runs_.now().ms, 1);
    if (time > clock && (event || !by_key())) {
      violate("timer_wrong", plan_.where(instance), what, "fires later",
              event ? "fired at watermark " + std::to_string(clock)
                    : "fired at clock " + std::to_string(runs_.now().ms),
              event ? "an event timer fires when the watermark has reached its time"
                    : "a processing timer fires when the clock has passed its time");
    }
    if (const auto& [first, whose] = timers.begin()->first; !in_order(timers, time, key)) {
      violate("timer_wrong", plan_.where(instance), what, subject(domain, first, whose) + " first",
              "fired before it", "timers fire in the order of their times");
    }
    if (event) {
      look_behind(instance, what);
    } else {
      look_for_overdue(instance);
    }
    timers.erase({time, key});
  }

  // In batch mode one key is over before the next begins, with its processing timers.
  bool by_key() const { return plan_.graph().config.mode == ExecutionMode::kBatch; }
  bool in_order(const Timers& timers, int64_t time, const Value& key) const {
    for (const auto& [timer, set_at] : timers) {
      if (timer.first >= time) return true;
      if (!by_key() || timer.second == key) return false;
    }
    return true;
  }

  void on_watermark(const WatermarkAdvanced& advanced) {
    const uint32_t i = plan_.instance(advanced.node, advanced.execution.subtask.index);
    if (i == kNowhere) return;
    instances_[i].heard = advanced.time;
    if (!has_timers(i)) return;
    settle(i);
    instances_[i].watermark = advanced.time;
    instances_[i].firing = true;
  }

  // What a timer emits must not come behind the watermark that fires it.
  void look_behind(uint32_t instance, const std::string& what) {
    const EventTime watermark = instances_[instance].watermark;
    for (const uint32_t next : chained_[instance]) {
      if (watermark == EventTime::min() || instances_[next].heard != watermark) continue;
      violate("timer_wrong", plan_.where(instance), what,
              "fires before " + plan_.where(next) + " hears the watermark", "fired after it",
              "a watermark is handed on when the timers that it fires have fired");
    }
  }

  void at_work(const Instance& at) {
    Machine& machine = machines_[at.process];
    if (!machine.stalled_since || *machine.stalled_since >= runs_.now()) return;
    machine.stalled_since.reset();
    machine.resumed = runs_.now();
  }

  // The clock has passed a timer, and its process is at work; the end of the input ends the timers
  // of the clock, whenever that comes.
  void look_for_overdue(uint32_t instance) {
    Instance& at = instances_[instance];
    const Timers& timers = at.history.now.processing;
    const bool over = job_over_ || at.watermark == EventTime::max();
    if (timers.empty() || over || !at.open_since) return;
    const auto& [timer, set_at] = *timers.begin();
    if (timer.first == ProcTime::max().ms) return;  // never
    const ProcTime due = std::max({ProcTime{timer.first} + Duration{1}, set_at, *at.open_since});
    if (runs_.now() <= due || machines_[at.process].resumed == runs_.now()) return;
    violate("timer_wrong", plan_.where(instance),
            subject(TimeDomain::kProcessing, timer.first, timer.second),
            "fired at clock " + std::to_string(due.ms),
            "not fired before clock " + std::to_string(runs_.now().ms),
            "a processing timer fires as soon as the clock has passed its time");
    at.open_since.reset();  // one lost timer; what follows from it says no more
  }

  // Something else begins: nothing that was due may be left.
  void settle(uint32_t instance) {
    Instance& at = instances_[instance];
    at_work(at);
    look_for_overdue(instance);
    if (!at.firing) return;
    at.firing = false;
    const Timers& timers = at.history.now.event;
    if (timers.empty() || timers.begin()->first.first > at.watermark.ms) return;
    const auto& [time, key] = timers.begin()->first;
    violate("timer_wrong", plan_.where(instance), subject(TimeDomain::kEvent, time, key),
            "fires at watermark " + std::to_string(at.watermark.ms), "did not fire",
            "all timers up to a watermark fire before anything else is processed");
  }

  std::vector<Instance> instances_;
  std::vector<std::vector<uint32_t>> chained_;  // the instances that an instance calls
  std::map<ProcessId, Machine> machines_;
  bool job_over_ = false;
};

}  // namespace

OraclePtr make_timer_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<TimerOracle>(plan, runs);
}

}  // namespace leat
