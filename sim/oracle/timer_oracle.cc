// Timers (TMR) of keyed process functions: each fires once, not early, not after its deletion, in
// the order of time, for the key that set it. (Flink: InternalTimerServiceImpl, rules 5.1 to 5.6.)
#include <set>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class TimerOracle final : public Oracle {
 public:
  TimerOracle(const Plan& plan, const Runs& runs)
      : Oracle("timers", plan, runs), instances_(plan.instances()) {}

  uint64_t facts() const override { return fact_set<WatermarkAdvanced>(); }
  uint32_t taps() const override { return kInputTap | kTimerTap; }

  void on_fact(const Fact& fact) override {
    const auto& advanced = std::get<WatermarkAdvanced>(fact);
    const uint32_t i = plan_.instance(advanced.node, advanced.execution.subtask.index);
    if (i == kNowhere || !is_process(i)) return;
    settle(i);
    instances_[i].watermark = advanced.time;
    instances_[i].firing = true;
  }
  void on_input(uint32_t instance, const RowBatch&) override {
    if (is_process(instance)) settle(instance);
  }

  void on_timer(uint32_t instance, RecordTap::TimerEvent event, TimeDomain domain, int64_t time,
                const Value& key) override {
    Instance& at = instances_[instance];
    Timers& timers =
        domain == TimeDomain::kEvent ? at.history.now.event : at.history.now.processing;
    if (event == RecordTap::TimerEvent::kRegistered) {
      timers.insert({time, key});
    } else if (event == RecordTap::TimerEvent::kDeleted) {
      timers.erase({time, key});
    } else {
      on_fired(instance, domain, timers, time, key);
    }
  }

  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!is_process(i)) continue;
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
      instances_[i].watermark = EventTime::min();
      instances_[i].firing = false;
    }
  }
  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (uint32_t i = 0; i < instances_.size(); ++i) {
      if (is_process(i)) settle(i);
    }
  }

 private:
  using Timers = std::set<std::pair<int64_t, Value>>;
  struct Pending {
    Timers event;
    Timers processing;
  };
  struct Instance {
    Snapshots<Pending> history;
    EventTime watermark = EventTime::min();
    bool firing = false;  // the watermark has just advanced: what is due fires now
  };

  bool is_process(uint32_t instance) const {
    return std::holds_alternative<KeyedProcessSpec>(plan_.node(plan_.node_of(instance)).spec);
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
    if (time > clock) {
      violate("timer_wrong", plan_.where(instance), what, "fires later",
              event ? "fired at watermark " + std::to_string(clock)
                    : "fired at clock " + std::to_string(runs_.now().ms),
              event ? "an event timer fires when the watermark has reached its time"
                    : "a processing timer fires when the clock has passed its time");
    }
    if (timers.begin()->first < time) {
      violate("timer_wrong", plan_.where(instance), what,
              subject(domain, timers.begin()->first, timers.begin()->second) + " first",
              "fired before it", "timers fire in the order of their times");
    }
    timers.erase({time, key});
  }

  // The watermark's firing is over: nothing that was due may be left.
  void settle(uint32_t instance) {
    Instance& at = instances_[instance];
    if (!at.firing) return;
    at.firing = false;
    const Timers& timers = at.history.now.event;
    if (timers.empty() || timers.begin()->first > at.watermark.ms) return;
    const auto& [time, key] = *timers.begin();
    violate("timer_wrong", plan_.where(instance), subject(TimeDomain::kEvent, time, key),
            "fires at watermark " + std::to_string(at.watermark.ms), "did not fire",
            "all timers up to a watermark fire before anything else is processed");
  }

  std::vector<Instance> instances_;
};

}  // namespace

OraclePtr make_timer_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<TimerOracle>(plan, runs);
}

}  // namespace leat
