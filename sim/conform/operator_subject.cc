#include <algorithm>
#include <map>
#include <set>

#include "core/operators/combined_watermark_status.h"
#include "core/operators/operator.h"
#include "core/operators/timestamps_and_watermarks.h"
#include "sim/conform/operator_node.h"
#include "sim/conform/scripts.h"
#include "sim/conform/subject.h"

namespace leat {

namespace {

// The event timers that wait, as the operator tells of them.
class WaitingTimers final : public RecordTap {
 public:
  using Waiting = std::set<std::pair<int64_t, std::string>>;

  void on_timer(ExecutionId, NodeId, TimerEvent event, TimeDomain domain, int64_t time,
                const Value& key) override {
    if (domain != TimeDomain::kEvent) return;
    if (event == TimerEvent::kRegistered) {
      waiting.emplace(time, to_json(key));
    } else {
      waiting.erase({time, to_json(key)});
    }
  }
  // Of an interval join, which tells of none: a row is kept until no partner can come any more.
  void keep_row(const IntervalJoinSpec& join, uint32_t input, EventTime time) {
    const int64_t upper =
        join.upper.ms - (join.upper_bound == IntervalJoinSpec::Bound::kExclusive ? 1 : 0);
    const int64_t lower =
        join.lower.ms + (join.lower_bound == IntervalJoinSpec::Bound::kExclusive ? 1 : 0);
    const int64_t later = std::max<int64_t>(input == 0 ? upper : -lower, 0);
    waiting.emplace(wrapping_add(time.ms, later), "");
  }
  void drop_until(EventTime time) {
    while (any_until(time)) waiting.erase(waiting.begin());
  }
  bool any_until(EventTime time) const {
    return !waiting.empty() && waiting.begin()->first <= time.ms;
  }

  Waiting waiting;
};

bool sets_timers_behind(const TriggerSpec& trigger) {
  using Kind = TriggerSpec::Kind;
  return trigger.kind == Kind::kContinuousEventTime || trigger.kind == Kind::kEndOfStream ||
         (trigger.nested && sets_timers_behind(*trigger.nested));
}
// Windows do not tell of their event timers. Two triggers set some at or behind the watermark.
bool sets_timers_behind(const NodeSpec& spec) {
  const auto by = [](const WindowSpec& window) { return sets_timers_behind(window.trigger); };
  if (const auto* window = std::get_if<WindowSpec>(&spec)) return by(*window);
  if (const auto* join = std::get_if<WindowJoinSpec>(&spec)) return by(join->window);
  if (const auto* group = std::get_if<CoGroupSpec>(&spec)) return by(group->window);
  return false;
}

class OperatorSubject final : public Subject {
 public:
  OperatorSubject(CaseNode made, TimersDue due)
      : made_(std::move(made)),
        ctx_(made_.node, made_.config, made_.form),
        combined_(inputs()),
        valve_(inputs()) {
    ctx_.set_due(due);
    ctx_.tap(timers_);
    StepResult nothing;
    ctx_.record_to(nothing);
    operator_ = make();
    operator_->open(ctx_);
    run_due();
    ctx_.flush();
  }

  void step(const Value& step, StepResult& result) override {
    ctx_.record_to(result);
    act(step);
    result.overdue = run_due() && has_member(step, "row");
    ctx_.flush();
  }

  void rows(std::span<const Value> steps, StepResult& result) override {
    ctx_.record_to(result);
    take(steps);
    run_due();
    ctx_.flush();
  }

  std::optional<uint64_t> late_dropped() const override {
    const auto* counts = dynamic_cast<const CountsLateRecords*>(operator_.get());
    if (counts == nullptr) return std::nullopt;
    return late_before_ + counts->late_dropped();
  }

  Restarted restart() override {
    if (!made_.node.keyed || ended()) return Restarted::kNotKept;
    if (watermark_ && (timers_.any_until(*watermark_) || sets_timers_behind(made_.node.spec)))
      return Restarted::kTimerBehind;
    StepResult unseen;
    ctx_.record_to(unseen);
    const Bytes bytes = take_snapshot();
    restore(bytes);
    if (watermark_) operator_->on_watermark(*watermark_, ctx_);
    run_due();
    ctx_.flush();
    return Restarted::kYes;
  }

 private:
  std::unique_ptr<Operator> make() const {
    if (made_.assign.is_null()) return make_operator(made_.node);
    return std::make_unique<TimestampsAndWatermarksOperator>(scripted_timestamp(made_.assign),
                                                             scripted_generator(made_.assign));
  }

  // From 0; null: the only one.
  uint32_t input_of(const Value& input) const {
    const int64_t number = input.is_null() ? 1 : number_of(input);
    if (number < 1 || number > int64_t{inputs()})
      throw UnknownRequest("the operator has no input " + std::to_string(number));
    return static_cast<uint32_t>(number - 1);
  }
  uint32_t inputs() const { return inputs_of(made_.node.spec).value_or(1); }

  void take(std::span<const Value> steps) {
    const RowBatch told = batch_of(steps);
    RowBatch rows(told.width());
    for (uint32_t i = 0; i < told.size(); ++i)
      rows.append(typed_row(told.row(i), made_.input), told.timestamp(i));
    const uint32_t input = input_of(member(steps.front(), "input"));
    if (const auto* join = std::get_if<IntervalJoinSpec>(&made_.node.spec)) {
      for (uint32_t i = 0; i < rows.size(); ++i) {
        const Timestamp time = rows.timestamp(i);
        if (time && (!watermark_ || *time >= *watermark_)) timers_.keep_row(*join, input, *time);
      }
    }
    operator_->on_rows(input, rows, ctx_);
  }

  void act(const Value& step) {
    const uint32_t input = input_of(member(step, "input"));
    if (has_member(step, "row")) {
      take({&step, 1});
    } else if (has_member(step, "watermark")) {
      const EventTime time{number_of(member(step, "watermark"))};
      advance(combine_watermark(input, time));
    } else if (has_member(step, "status")) {
      const bool idle = text_of(member(step, "status")) == "idle";
      const StreamStatus status = idle ? StreamStatus::kIdle : StreamStatus::kActive;
      advance(combine_status(input, status));
    } else if (has_member(step, "now")) {
      ctx_.set_clock({number_of(member(step, "now"))});
    } else if (has_member(step, "end")) {
      end(member(step, "end"));
    } else if (has_member(step, "snapshot")) {
      snapshots_[text_of(member(step, "snapshot"))] = {take_snapshot(), timers_.waiting};
    } else if (has_member(step, "restore")) {
      const Snapshot& snapshot = snapshots_.at(text_of(member(step, "restore")));
      timers_.waiting = snapshot.waiting;
      restore(snapshot.bytes);
      combined_ = CombinedWatermarkStatus(inputs());
      valve_ = WatermarkValve(inputs());
      watermark_.reset();
      ended_inputs_.clear();
    } else {
      throw UnknownRequest("the step " + to_json(step) + " is not known");
    }
  }

  // What two inputs say together; the cases of one input speak to the operator itself.
  using Combined = CombinedWatermarkStatus::Output;
  bool united() const { return unites_inputs(made_.node.spec); }
  Combined combine_watermark(uint32_t input, EventTime time) {
    if (inputs() == 1) return {time, std::nullopt};
    return united() ? valve_.on_watermark(input, time) : combined_.on_watermark(input, time);
  }
  Combined combine_status(uint32_t input, StreamStatus status) {
    if (inputs() == 1) return {std::nullopt, status};
    return united() ? valve_.on_status(input, status) : combined_.on_status(input, status);
  }
  void advance(const Combined& combined) {
    if (combined.watermark) {
      watermark_ = combined.watermark;
      operator_->on_watermark(*watermark_, ctx_);
      if (std::holds_alternative<IntervalJoinSpec>(made_.node.spec))
        timers_.drop_until(*watermark_);
    }
    if (combined.status) operator_->on_status(*combined.status, ctx_);
  }

  void end(const Value& input) {
    ended_inputs_.insert(input_of(input.type() == ValueType::kBool ? Value::null() : input));
    if (!ended()) return;
    operator_->end_input(ctx_);
    operator_->finish(ctx_);
  }
  // Pending processing timers are then discarded.
  bool ended() const { return ended_inputs_.size() == inputs(); }

  // Whether anything was.
  bool run_due() {
    bool any = false;
    while (!ended()) {
      const std::optional<ProcTime> due = ctx_.take_due();
      if (!due) break;
      operator_->on_processing_time(*due, ctx_);
      any = true;
    }
    return any;
  }

  Bytes take_snapshot() {
    ByteWriter out;
    operator_->snapshot(CheckpointId{1}, out, ctx_);
    return out.take();
  }

  void restore(const Bytes& bytes) {
    late_before_ = late_dropped().value_or(0);
    ctx_.cancel_wake();
    operator_ = make();
    if (!bytes.empty()) {
      ByteReader in(bytes);
      operator_->restore(in, ctx_);
      check(in.at_end(), "a snapshot was not read to its end");
    }
    operator_->open(ctx_);
  }

  CaseNode made_;
  HarnessContext ctx_;
  std::unique_ptr<Operator> operator_;
  struct Snapshot {
    Bytes bytes;
    WaitingTimers::Waiting waiting;
  };
  std::map<std::string, Snapshot> snapshots_;
  WaitingTimers timers_;
  std::optional<EventTime> watermark_;
  uint64_t late_before_ = 0;
  std::set<uint32_t> ended_inputs_;
  CombinedWatermarkStatus combined_;  // of an operator with two inputs
  WatermarkValve valve_;              // of one that unites them
};

}  // namespace

std::unique_ptr<Subject> make_operator_subject(const RecordedCase& recorded) {
  const bool test_clock = recorded.name.starts_with("twoinput/");
  return std::make_unique<OperatorSubject>(node_of_case(recorded.body),
                                           test_clock ? TimersDue::kAt : TimersDue::kAfter);
}

}  // namespace leat
