// Watermarks (WM): each operator's is monotone and never above what its live inputs have said; a
// source's never above what its splits' records allow; MAX only at the end, and then everywhere.
// And none lags behind: a split says what its records allow, a task what its live channels have
// brought, and each operator of a chain what the one before it has said.
#include <algorithm>
#include <map>
#include <optional>

#include "sim/oracle/oracles.h"
#include "sim/oracle/watermark_floor.h"

namespace leat {
namespace {

class WatermarkOracle final : public Oracle {
 public:
  WatermarkOracle(const Plan& plan, const Runs& runs)
      : Oracle("watermarks", plan, runs),
        at_(plan.instances()),
        floor_(plan),
        speaks_(plan.graph().nodes.size(), false) {
    for (uint32_t i = 0; i < plan.instances(); ++i) roles_.push_back(role_of(i));
  }

  FactSet facts() const override {
    return fact_set<WatermarkAdvanced, StatusChanged, SplitWatermark, SplitIdle, SplitAssigned,
                    SplitFinished, BatchSent, BatchProcessed, CheckpointTriggered,
                    RestoredProcessed>();
  }
  uint32_t taps() const override { return kSourceTap | kInputTap | kOutputTap; }

  void on_source_rows(uint32_t instance, uint32_t split, uint64_t first,
                      const RowBatch& rows) override {
    watch_source(instance);
    Split& at = at_[instance].splits[split];
    at.active_at = runs_.now();
    note_times(at, rows);
    // A record wakes its split, and its own watermark may be said before the split's end is.
    at.idle = false;
    raise(instance);
    const SplitData& data = *std::get<SourceSpec>(spec(instance)).data;
    // Read to its end, the split holds nothing back any more.
    if (split >= data.splits() || first + rows.size() != data.size(split)) return;
    at.finished = true;
    raise(instance);
  }

  void on_input(uint32_t instance, const RowBatch& rows) override {
    const EventTime said = at_[instance].said;
    if (said == EventTime::min()) return;
    const NodeId node = plan_.node_of(instance);
    for (const Plan::Feed& feed : plan_.feeds(node)) {
      if (plan_.flow(feed.from).may_be_late) return;
    }
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const Timestamp time = rows.timestamp(i);
      report_.judged();
      if (!time || *time > said) continue;
      violate("watermark_too_high", plan_.where(instance), "row @" + std::to_string(time->ms),
              "watermark below " + std::to_string(time->ms), "watermark " + time_text(said),
              "every record stays inside its source's bound, so none may come behind a watermark");
      return;
    }
  }

  void on_output(uint32_t instance, uint32_t output, const RowBatch& rows) override {
    if (output != kMainOutput || !assigns(instance)) return;
    note_times(at_[instance].splits[0], rows);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (const Timestamp time = rows.timestamp(i))
        floor_.may_be_sent(*time - strategy(instance).bound - Duration{1});
    }
  }

  void on_fact(const Fact& fact) override {
    if (const auto* advanced = std::get_if<WatermarkAdvanced>(&fact)) return on_advanced(*advanced);
    if (const auto* sent = std::get_if<BatchSent>(&fact)) {
      return floor_.on_sent(runs_.live(sent->execution), sent->channel, sent->sequence,
                            sent->control);
    }
    if (const auto* taken = std::get_if<BatchProcessed>(&fact)) return on_taken(*taken);
    if (const auto* restored = std::get_if<RestoredProcessed>(&fact)) {
      settle(runs_.live(restored->execution));
      return floor_.lose_track_for_good(runs_.live(restored->execution), restored->channel);
    }
    if (const auto* triggered = std::get_if<CheckpointTriggered>(&fact))
      return floor_.on_triggered(triggered->checkpoint, runs_.now());
    if (const auto* status = std::get_if<StatusChanged>(&fact)) {
      const uint32_t i = plan_.instance(status->node, status->execution.subtask.index);
      if (i == kNowhere) return;
      at_[i].is_idle = status->idle != 0;
      at_[i].was_idle |= at_[i].is_idle;
      return;
    }
    if (const auto* said = std::get_if<SplitWatermark>(&fact)) return on_split_watermark(*said);
    if (const auto* idle = std::get_if<SplitIdle>(&fact)) {
      const uint32_t i = plan_.instance(idle->node, idle->execution.subtask.index);
      on_idle(i, idle->split, idle->idle != 0);
      return raise(i);
    }
    if (const auto* assigned = std::get_if<SplitAssigned>(&fact)) {
      const uint32_t i = plan_.instance(assigned->node, assigned->execution.subtask.index);
      at_[i].splits[assigned->split] = Split{};
      at_[i].splits[assigned->split].active_at = runs_.now();
      return;
    }
    const auto& finished = std::get<SplitFinished>(fact);
    const uint32_t i = plan_.instance(finished.node, finished.execution.subtask.index);
    at_[i].splits[finished.split].finished = true;
    at_[i].splits[finished.split].released = true;
    raise(i);
  }

  void on_snapshot(uint32_t subtask, CheckpointId) override { settle(subtask); }

  // Watermarks are not checkpointed: a new attempt starts from MIN (1.14).
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId) override {
    floor_.reset(subtask);
    for (const uint32_t i : plan_.instances_of(subtask)) {
      at_[i] = Instance{};
      // A subtask that had finished before the checkpoint has said all that it will say.
      if (how == Rewind::kKeep) at_[i].bound = EventTime::max();
    }
  }

  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (uint32_t s = 0; s < plan_.subtasks(); ++s) settle(s);
    for (uint32_t i = 0; i < at_.size(); ++i) {
      const NodeId node = plan_.node_of(i);
      if (!speaks_[node.value] || is_source(i) || at_[i].bound == EventTime::max()) continue;
      report_.judged();
      if (at_[i].said == EventTime::max()) continue;
      violate("watermark_stalled", plan_.where(i), "end of input", "watermark MAX",
              "watermark " + time_text(at_[i].said),
              "when all input has come, the watermark MAX has passed every operator");
    }
  }

 private:
  // What the records of one split allow.
  struct Split {
    EventTime largest = EventTime::min();
    EventTime said = EventTime::min();
    bool idle = false;
    bool finished = false;
    bool released = false;  // it says so itself
    ProcTime active_at;     // assigned, or a record
  };
  struct Instance {
    EventTime said = EventTime::min();   // by WatermarkAdvanced
    EventTime bound = EventTime::min();  // sources: the most that it may have said so far
    bool was_idle = false;               // its output, at some time in this attempt
    bool is_idle = false;                // now
    bool lags = false;                   // which was said
    // Sources: how far their live splits are, while it lags behind that.
    std::optional<EventTime> behind;
    ProcTime seen_behind;
    uint32_t probes_behind = 0;
    std::map<uint32_t, Split> splits;  // sources; of an assigner, [0] its rows
  };

  const NodeSpec& spec(uint32_t instance) const { return plan_.node(plan_.node_of(instance)).spec; }
  // What an instance has to do with watermarks besides handing them on: asked at every batch.
  enum class Role : uint8_t { kNone, kSource, kAssigner, kAsync };
  Role role_of(uint32_t instance) const {
    if (std::holds_alternative<SourceSpec>(spec(instance))) return Role::kSource;
    if (std::holds_alternative<AssignSpec>(spec(instance))) return Role::kAssigner;
    return std::holds_alternative<AsyncSpec>(spec(instance)) ? Role::kAsync : Role::kNone;
  }
  bool is_source(uint32_t instance) const { return roles_[instance] == Role::kSource; }
  bool assigns(uint32_t instance) const { return roles_[instance] == Role::kAssigner; }
  bool calls(uint32_t instance) const { return roles_[instance] == Role::kAsync; }
  const WatermarkSpec& strategy(uint32_t instance) const {
    if (const auto* source = std::get_if<SourceSpec>(&spec(instance))) return source->watermark;
    return std::get<AssignSpec>(spec(instance)).watermark;
  }

  static void note_times(Split& split, const RowBatch& rows) {
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (const Timestamp time = rows.timestamp(i)) split.largest = std::max(split.largest, *time);
    }
  }

  // 1.3: the largest time - bound - 1.
  static EventTime allowed(const WatermarkSpec& strategy, const Split& split) {
    if (strategy.kind == WatermarkSpec::Kind::kNone || split.largest == EventTime::min())
      return EventTime::min();
    const EventTime mark = split.largest - strategy.bound - Duration{1};
    return mark > split.largest ? EventTime::min() : mark;
  }

  // The least of what the splits allow that are neither idle nor finished.
  void raise(uint32_t instance) {
    Instance& at = at_[instance];
    EventTime least = EventTime::max();
    EventTime largest = EventTime::min();
    bool active = false;
    bool finished = true;
    for (const auto& [number, split] : at.splits) {
      if (split.finished) continue;
      finished = false;
      const EventTime mark = allowed(strategy(instance), split);
      largest = std::max(largest, mark);
      if (split.idle) continue;
      active = true;
      least = std::min(least, mark);
    }
    if (finished) return;  // the end itself: bound_of looks at it
    at.bound = std::max(at.bound, active ? least : largest);
  }

  bool all_read(const Instance& at) const {
    return std::all_of(at.splits.begin(), at.splits.end(),
                       [](const auto& s) { return s.second.finished; });
  }

  // The most that an instance may have said to those behind it.
  EventTime bound_of(uint32_t instance) const {
    const Instance& at = at_[instance];
    if (is_source(instance)) return all_read(at) ? EventTime::max() : at.bound;
    if (at.bound == EventTime::max()) return at.bound;
    if (assigns(instance)) {
      const auto rows = at.splits.find(0);
      if (at.said == EventTime::max() || inputs_bound(instance) == EventTime::max())
        return EventTime::max();
      return rows == at.splits.end() ? EventTime::min() : allowed(strategy(instance), rows->second);
    }
    return speaks_[plan_.node_of(instance).value] ? at.said : inputs_bound(instance);
  }

  // ---- that none lags behind ----

  void on_taken(const BatchProcessed& taken) {
    const uint32_t subtask = runs_.live(taken.execution);
    settle(subtask);
    if (taken.channel >= plan_.ins(subtask).size()) return;
    const uint32_t sender = plan_.ins(subtask)[taken.channel].subtask;
    if (runs_.attempt(sender) != taken.execution.attempt)
      return floor_.lose_track(subtask, taken.channel);
    floor_.on_taken(subtask, taken.channel, taken.sequence,
                    at_[plan_.instances_of(subtask).front()].said);
  }

  // Something else begins: what was owed must have been said.
  void settle(uint32_t subtask) {
    if (plan_.graph().config.mode == ExecutionMode::kBatch) return;  // told behind its rows
    settle_status(subtask);
    for (const uint32_t i : plan_.instances_of(subtask)) {
      Instance& at = at_[i];
      if (at.lags) continue;
      const std::optional<EventTime> owed = owed_by(i);
      if (!owed || at.said >= *owed) continue;
      at.lags = true;
      violate("watermark_stalled", plan_.where(i), "watermark " + time_text(at.said),
              "at least " + time_text(*owed), time_text(at.said),
              "an operator goes as far as the least of its live inputs has come");
    }
  }

  // Who is silent although all before it are idle holds back those behind it.
  void settle_status(uint32_t subtask) {
    const uint32_t first = plan_.instances_of(subtask).front();
    Instance& at = at_[first];
    const bool own = is_source(first) || assigns(first) || calls(first);
    if (own || at.lags || !floor_.has_one_input(subtask)) return;
    if (plan_.graph().config.checkpoint.is_unaligned() && !floor_.is_clear(subtask)) return;
    const bool idle = floor_.all_idle(subtask);
    if (at.is_idle == idle) return;
    at.lags = true;
    violate("watermark_stalled", plan_.where(first), "status", idle ? "idle" : "active",
            idle ? "active" : "idle", "an operator is idle where all that it reads are");
  }

  std::optional<EventTime> owed_by(uint32_t instance) const {
    if (is_source(instance)) return std::nullopt;
    if (plan_.instances_of(plan_.subtask_of(instance)).front() == instance)
      return floor_.owed(plan_.subtask_of(instance));
    for (const Plan::Feed& feed : plan_.feeds(plan_.node_of(instance))) {
      if (!feed.chained) continue;
      const uint32_t from = plan_.instance(feed.from, plan_.index_of(instance));
      const bool holds = assigns(from) || calls(from);
      if (holds || at_[from].was_idle) return std::nullopt;
      return at_[from].said;
    }
    return std::nullopt;
  }

  // A source says what its splits allow at probes, and where one of them speaks: so much may pass
  // meanwhile. It is at fault if it was at work through some probes and still lags.
  void watch_source(uint32_t instance) {
    const Duration interval = plan_.graph().config.auto_watermark_interval;
    Instance& at = at_[instance];
    std::optional<EventTime> least;
    for (const auto& [number, split] : at.splits) {
      if (split.released || split.idle) continue;
      const EventTime mark = std::max(split.said, allowed(strategy(instance), split));
      if (!least || mark < *least) least = mark;
    }
    if (at.behind && at.said >= *at.behind) at.behind.reset();
    if (interval.ms == 0 || at.lags || !least || at.said >= *least) return;
    if (!at.behind) {
      at.behind = *least;
      at.probes_behind = 0;
      at.seen_behind = runs_.now();
    } else if (runs_.now() - at.seen_behind > Duration{interval.ms + 1}) {
      at.seen_behind = runs_.now();
      if (++at.probes_behind < kProbes) return;
      at.lags = true;
      violate("watermark_stalled", plan_.where(instance), "watermark " + time_text(at.said),
              "at least " + time_text(*at.behind), time_text(at.said),
              "a source goes as far as the least of its live splits has come");
    }
  }

  uint32_t attempt_of(uint32_t instance) const { return runs_.attempt(plan_.subtask_of(instance)); }

  // The least of the live inputs. One that was idle may be behind and still catching up (1.9), so
  // it holds nothing back for sure.
  EventTime inputs_bound(uint32_t instance) const {
    EventTime least = EventTime::max();
    bool live = false;
    for (const uint32_t from : plan_.upstream(instance)) {
      if (at_[from].was_idle || says_again_what_it_held(from)) continue;
      // Its new attempt has begun, and this instance still reads what the old one sent.
      if (attempt_of(from) > attempt_of(instance)) continue;
      live = true;
      least = std::min(least, bound_of(from));
    }
    return live ? least : EventTime::max();
  }

  // The queue of open calls holds watermarks too, and a restored one gives them out before its
  // inputs have said any. (Flink: AsyncWaitOperator.open.)
  bool says_again_what_it_held(uint32_t instance) const {
    return attempt_of(instance) > 1 && calls(instance);
  }

  // What the instance was given, whatever became of those who gave it.
  std::optional<EventTime> most_that_came(uint32_t instance, EventTime stood_at) const {
    if (plan_.graph().config.mode == ExecutionMode::kBatch) return std::nullopt;
    const uint32_t subtask = plan_.subtask_of(instance);
    if (is_source(instance) || says_again_what_it_held(instance)) return std::nullopt;
    if (plan_.instances_of(subtask).front() == instance) return floor_.ceiling(subtask, stood_at);
    for (const Plan::Feed& feed : plan_.feeds(plan_.node_of(instance))) {
      if (!feed.chained) continue;
      const uint32_t from = plan_.instance(feed.from, plan_.index_of(instance));
      const bool own = assigns(from) || calls(from);
      return own || !speaks_[feed.from.value] ? std::nullopt : std::optional(at_[from].said);
    }
    return std::nullopt;
  }

  void on_advanced(const WatermarkAdvanced& fact) {
    const uint32_t i = plan_.instance(fact.node, fact.execution.subtask.index);
    if (i == kNowhere) return;
    Instance& at = at_[i];
    report_.judged();
    speaks_[fact.node.value] = true;
    if (fact.time < at.said) {
      violate("watermark_regressed", plan_.where(i), "watermark " + time_text(fact.time),
              "above " + time_text(at.said), time_text(fact.time),
              "the watermark of an operator never goes back while an attempt lives");
    }
    const EventTime stood_at = at.said;
    at.said = std::max(at.said, fact.time);
    floor_.may_be_sent(fact.time);
    // What a checkpoint holds of a channel was said by another attempt.
    const bool of_a_checkpoint =
        plan_.graph().config.checkpoint.is_unaligned() && attempt_of(i) > 1;
    EventTime bound = is_source(i)      ? bound_of(i)
                      : of_a_checkpoint ? EventTime::max()
                                        : inputs_bound(i);
    if (const auto most = most_that_came(i, stood_at)) bound = std::min(bound, *most);
    if (fact.time <= bound) return;
    violate("watermark_too_high", plan_.where(i), "watermark " + time_text(fact.time),
            "at most " + time_text(bound), time_text(fact.time),
            is_source(i) ? "a source's watermark is the least that its live splits allow"
                         : "a watermark is not above the least of its live inputs");
  }

  // 1.8: a split is idle when it was silent for as long as the strategy says.
  void on_idle(uint32_t instance, uint32_t number, bool idle) {
    Split& split = at_[instance].splits[number];
    split.idle = idle;
    if (!idle) return;
    report_.judged();
    const std::optional<Duration> after = strategy(instance).idle_after;
    const Duration silent = runs_.now() - split.active_at;
    if (after && silent >= *after) return;
    violate(
        "watermark_too_high", plan_.where(instance), "split " + std::to_string(number),
        after ? "active until silent for " + std::to_string(after->ms) + " ms" : "always active",
        "idle after " + std::to_string(silent.ms) + " ms",
        "an idle split holds no watermark back: it must have been silent for so long");
  }

  void on_split_watermark(const SplitWatermark& fact) {
    const uint32_t i = plan_.instance(fact.node, fact.execution.subtask.index);
    Split& split = at_[i].splits[fact.split];
    report_.judged();
    const std::string subject =
        "split " + std::to_string(fact.split) + " watermark " + time_text(fact.time);
    if (fact.time < split.said) {
      violate("watermark_regressed", plan_.where(i), subject, "above " + time_text(split.said),
              time_text(fact.time),
              "the watermark of a split never goes back while an attempt lives");
    }
    split.said = fact.time;
    const EventTime most = allowed(strategy(i), split);
    if (fact.time < most && strategy(i).kind == WatermarkSpec::Kind::kBounded) {
      violate("watermark_stalled", plan_.where(i), subject, time_text(most), time_text(fact.time),
              "a split says what its records allow");
    }
    if (fact.time <= most || (fact.time == EventTime::max() && split.finished)) return;
    violate("watermark_too_high", plan_.where(i), subject, "at most " + time_text(most),
            time_text(fact.time),
            "largest time " + time_text(split.largest) + " - bound " +
                std::to_string(strategy(i).bound.ms) + " - 1");
  }

  static constexpr uint32_t kProbes = 6;
  std::vector<Instance> at_;
  std::vector<Role> roles_;  // by instance
  WatermarkFloor floor_;
  std::vector<bool> speaks_;  // by node: it says its watermark in facts
};

}  // namespace

OraclePtr make_watermark_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<WatermarkOracle>(plan, runs);
}

}  // namespace leat
