// Windows (WIN): every answer of every window node, from what the instance observed: its rows, the
// order of its watermarks, and the clock where that has a say.
#include <algorithm>
#include <memory>
#include <optional>

#include "sim/oracle/not_judged.h"
#include "sim/oracle/oracles.h"
#include "sim/oracle/pane.h"
#include "sim/oracle/window_model.h"
#include "sim/oracle/window_of_two.h"

namespace leat {
namespace {

class WindowOracle final : public Oracle {
 public:
  WindowOracle(const Plan& plan, const Runs& runs)
      : Oracle("windows", plan, runs), windows_(plan.instances()) {
    for (uint32_t i = 0; i < plan.instances(); ++i) {
      const StreamNode& node = plan.node(plan.node_of(i));
      if (!not_judged(node).empty()) continue;
      if (windows_of_two(node.spec) != nullptr && !batch()) {
        windows_[i].emplace(std::make_unique<const WindowOfTwo>(node));
        continue;
      }
      if (!std::holds_alternative<WindowSpec>(node.spec)) continue;
      if (batch() && sets_timers_again(std::get<WindowSpec>(node.spec).trigger)) continue;
      windows_[i].emplace(node, plan.graph().schema_of(node.inputs[0]).width(),
                          plan.graph().config.mode);
    }
  }

  FactSet facts() const override { return fact_set<WatermarkAdvanced, LateRecord>(); }
  uint32_t taps() const override { return kInputTap | kOutputTap | kTimerTap; }

  void on_input_of(uint32_t instance, uint32_t input, const RowBatch& rows) override {
    if (!windows_[instance]) return;
    Window& window = *windows_[instance];
    if (window.of_two == nullptr) return take(instance, window, rows);
    RowBatch both(window.of_two->width());
    window.of_two->put_together(input, rows, both);
    take(instance, window, both);
  }

  void on_fact(const Fact& fact) override {
    if (const auto* advanced = std::get_if<WatermarkAdvanced>(&fact)) {
      const uint32_t instance = plan_.instance(advanced->node, advanced->execution.subtask.index);
      if (instance == kNowhere || !windows_[instance]) return;
      Window& window = *windows_[instance];
      // In batch mode all rows have been told just now, and what they make comes behind this.
      if (!batch()) settle(instance, window);
      window.model.on_watermark(advanced->time, runs_.now(), window.answers);
      report_.judged();
      return;
    }
    const auto& late = std::get<LateRecord>(fact);
    const uint32_t instance = plan_.instance(late.node, late.execution.subtask.index);
    if (instance == kNowhere || !windows_[instance]) return;
    on_late(instance, *windows_[instance], late);
  }

  // When the clock fires is not foreseen but told; that it does so in time is for the timer oracle.
  void on_timer(uint32_t instance, RecordTap::TimerEvent event, TimeDomain domain, int64_t time,
                const Value& pane) override {
    if (!windows_[instance] || event != RecordTap::TimerEvent::kFired) return;
    if (domain != TimeDomain::kProcessing) return;
    windows_[instance]->model.on_processing_timer(time, pane, windows_[instance]->answers);
  }

  void on_output(uint32_t instance, uint32_t output, const RowBatch& rows) override {
    if (!windows_[instance]) return;
    Window& window = *windows_[instance];
    if (!follows(window)) return;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (output != kMainOutput) {
        if (!window.sides.take(rows.row(i), rows.timestamp(i)))
          late_lost(instance, window, rows, i);
        continue;
      }
      report_.judged();
      if (window.answers.take(rows.row(i), rows.timestamp(i))) continue;
      wrong_answer(instance, window, rows.row(i));
      window.lost = true;  // one broken pane; what follows from it says no more
      return;
    }
  }

  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!windows_[i]) continue;
      settle(i, *windows_[i]);
      windows_[i]->history.now = windows_[i]->model.panes();
      windows_[i]->history.take(id);
    }
  }
  void on_completed(CheckpointId id) override {
    for (auto& window : windows_) {
      if (window) window->history.settle(id);
    }
  }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!windows_[i]) continue;
      Window& window = *windows_[i];
      // What an attempt still owed when it was killed is owed no more.
      window.forget();
      window.history.rewind(how, to);
      if (how == Rewind::kKeep) window.history.now = {};  // it has finished, and runs no more
      window.model.restart(window.history.now);
      window.lost = how == Rewind::kUnknown;
    }
  }
  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (uint32_t i = 0; i < windows_.size(); ++i) {
      if (windows_[i]) settle(i, *windows_[i]);
    }
  }

 private:
  struct Window;

  // Answers that show an order which is open are not judged.
  static bool follows(Window& window) {
    if (!window.lost && window.model.shows_order()) {
      window.forget();
      window.lost = true;
    }
    return !window.lost;
  }
  bool batch() const { return plan_.graph().config.mode == ExecutionMode::kBatch; }
  // Timers that a timer sets never fire in batch mode, which the model does not tell apart.
  static bool sets_timers_again(const TriggerSpec& trigger) {
    if (trigger.nested != nullptr && sets_timers_again(*trigger.nested)) return true;
    return trigger.kind == TriggerSpec::Kind::kContinuousEventTime ||
           trigger.kind == TriggerSpec::Kind::kContinuousProcessingTime ||
           trigger.kind == TriggerSpec::Kind::kProcessingTimeout;
  }

  struct Window {
    Window(const StreamNode& n, uint32_t input_width, ExecutionMode mode)
        : node(n), model(n, input_width, mode) {
      answers.set_width(n.output.width());
      sides.set_width(input_width);
    }
    explicit Window(std::unique_ptr<const WindowOfTwo> two)
        : Window(two->window(), two->width(), ExecutionMode::kStreaming) {
      of_two = std::move(two);
      model.answer_by([&two_sides = *of_two](const TimeWindow& w, const RowBatch& rows,
                                             RowBatch& out) { two_sides.answer(w, rows, out); });
    }
    void forget() {
      answers.clear();
      sides.clear();
      late_times.clear();
    }
    // Whether an answer says nothing of its key and window.
    bool is_anonymous() const {
      return of_two != nullptr || std::get<WindowSpec>(node.spec).reduce != nullptr;
    }
    std::unique_ptr<const WindowOfTwo> of_two;  // of a join or co-group
    const StreamNode& node;
    WindowModel model;
    Snapshots<Panes> history;
    ExpectedRowsQueue answers;
    ExpectedRowsQueue sides;
    std::vector<uint32_t> late;
    std::vector<EventTime> late_times;  // rows that are to be declared late, in order
    size_t late_seen = 0;
    bool lost = false;  // the model no longer follows the instance
  };

  void take(uint32_t instance, Window& window, const RowBatch& rows) {
    settle(instance, window);
    window.late.clear();
    window.answers.clear();
    window.sides.clear();
    window.model.on_rows(rows, runs_.now(), window.answers, window.late);
    window.late_seen = 0;
    report_.judged(rows.size());
    const auto& spec = std::get<WindowSpec>(window.node.spec);
    for (const uint32_t i : window.late) {
      if (spec.late_to_side) window.sides.rows().append_row_of(rows, i);
      window.late_times.push_back(rows.timestamp(i).value_or(EventTime::min()));
    }
    window.sides.added(0);
  }

  std::string subject(const Window& window, RowView answer) const {
    const size_t keys = window.node.key_fields.size();
    if (window.is_anonymous()) return to_text(answer);
    const std::string key = "key=" + to_text(answer.first(keys));
    if (subject_cells(window.node) == keys) return key;
    return key + " window=[" + answer[keys].to_text() + ", " + answer[keys + 1].to_text() + ")";
  }
  static std::string at_watermark(const Window& window) {
    return time_text(window.model.watermark());
  }

  // The instance goes on to its next row or watermark: what it owed must have come.
  void settle(uint32_t instance, Window& window) {
    if (!window.lost && !window.late_times.empty()) {
      violate("late_wrongly_accepted", plan_.where(instance),
              "row @" + std::to_string(window.late_times.front().ms), "declared late", "accepted",
              "the row's window was cleaned up before watermark " + at_watermark(window));
      window.lost = true;
    }
    if (follows(window) && !window.answers.empty()) {
      const RowView owed = window.answers.rows().row(window.answers.first());
      violate("never_fired", plan_.where(instance), subject(window, owed),
              "(" + to_text(owed) + ")", "nothing",
              "the pane is due at watermark " + at_watermark(window));
      window.lost = true;
    }
    if (!window.lost && !window.sides.empty()) {
      violate("late_lost", plan_.where(instance),
              "row (" + to_text(window.sides.rows().row(window.sides.first())) + ")",
              "a row of the late side output", "nothing", "a late row goes to the side output");
      window.lost = true;
    }
    window.forget();
  }

  void on_late(uint32_t instance, Window& window, const LateRecord& late) {
    report_.judged();
    if (window.lost) return;
    if (!window.late_times.empty() && window.late_times.front() == late.time) {
      window.late_times.erase(window.late_times.begin());
      return;
    }
    const auto& spec = std::get<WindowSpec>(window.node.spec);
    violate("late_lost", plan_.where(instance), "row @" + std::to_string(late.time.ms), "accepted",
            "declared late",
            "of its windows one is open: its end - 1 + lateness " +
                std::to_string(spec.allowed_lateness.ms) + " is above watermark " +
                at_watermark(window));
    window.lost = true;
  }

  void late_lost(uint32_t instance, Window& window, const RowBatch& rows, uint32_t i) {
    violate("late_lost", plan_.where(instance), "row (" + to_text(rows.row(i)) + ")", "accepted",
            "sent to the late side output",
            "only a row whose window is over at watermark " + at_watermark(window) + " is late");
    window.lost = true;
  }

  // Which rule an answer breaks that is not owed.
  void wrong_answer(uint32_t instance, Window& window, RowView answer) {
    const std::string where = plan_.where(instance);
    const std::string got = "(" + to_text(answer) + ")";
    const size_t cells = window.is_anonymous() ? answer.size() : subject_cells(window.node);
    const uint32_t owed = window.answers.find([&](RowView row) {
      return std::equal(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(cells),
                        answer.begin());
    });
    if (owed != ExpectedRowsQueue::kNone) {
      const RowView want = window.answers.rows().row(owed);
      const bool same = std::equal(want.begin(), want.end(), answer.begin());
      violate("wrong_value", where, subject(window, answer), "(" + to_text(want) + ")", got,
              same ? "panes fire in the order of their ends, with the timestamp end - 1"
                   : "the answer is the fold of the pane's rows in the order in which they came");
      return;
    }
    const auto& spec = std::get<WindowSpec>(window.node.spec);
    if (spec.is_global() || window.is_anonymous()) {
      violate("wrong_value", where, subject(window, answer), "no answer now", got,
              "a window answers only when its trigger says so");
      return;
    }
    wrong_time_window(where, window, answer, got);
  }

  void wrong_time_window(const std::string& where, const Window& window, RowView answer,
                         const std::string& got) {
    const auto& spec = std::get<WindowSpec>(window.node.spec);
    const size_t keys = window.node.key_fields.size();
    const TimeWindow named = window_in(answer, keys);
    if (!is_lawful(spec, named)) {
      violate("wrong_window", where, "answer " + got, "a window of the assigner's grid", got,
              "windows of " + describe(NodeSpec(spec)) + " do not start or end there");
      return;
    }
    const ModelPane* pane = window.model.pane_of(answer);
    if (pane != nullptr && is_event_time(spec) &&
        named.max_timestamp() > window.model.watermark().ms) {
      violate("early_fire", where, subject(window, answer), "no answer yet", got,
              "watermark " + at_watermark(window) + " has not reached " +
                  std::to_string(named.max_timestamp()));
    } else if (pane != nullptr) {
      violate("wrong_value", where, subject(window, answer), "no further answer", got,
              "a pane answers when its trigger says so");
    } else if (is_event_time(spec) &&
               window.model.cleanup_time(named) <= window.model.watermark()) {
      violate("late_wrongly_accepted", where, subject(window, answer),
              "no answer: the window is over", got,
              "the window was cleaned up before watermark " + at_watermark(window));
    } else {
      violate("wrong_window", where, subject(window, answer), "no such pane", got,
              "no row that came belongs to this key and window");
    }
  }
  static TimeWindow window_in(RowView answer, size_t keys) {
    const auto cell = [&](size_t i) {
      const ValueType type = answer[i].type();
      const bool number = type == ValueType::kInt || type == ValueType::kTime;
      return number ? answer[i].as_int() : EventTime::min().ms;
    };
    return {cell(keys), cell(keys + 1)};
  }

  std::vector<std::optional<Window>> windows_;  // by instance
};

}  // namespace

OraclePtr make_window_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<WindowOracle>(plan, runs);
}

}  // namespace leat
