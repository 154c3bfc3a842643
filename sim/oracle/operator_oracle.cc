// Other operators (REF): what each instance emits is what its function makes of what it was given,
// in order; a keyed process function is interpreted naively beside it.
#include <exception>
#include <optional>

#include "sim/oracle/not_judged.h"
#include "sim/oracle/oracles.h"
#include "sim/oracle/process_model.h"
#include "sim/oracle/reference.h"

namespace leat {
namespace {

// (ann, 3) @1000
std::string text(RowView row, Timestamp time) {
  return "(" + to_text(row) + ")" +
         (time ? " @" + std::to_string(time->ms) : " without a timestamp");
}

void append_subtask(const RowBatch& in, uint32_t subtask, RowBatch& out) {
  for (uint32_t i = 0; i < in.size(); ++i) {
    Row row(in.row(i).begin(), in.row(i).end());
    row.push_back(Value::integer(subtask));
    out.append(row, in.timestamp(i));
  }
}

// Each row comes out as old as it is.
void append_ingested(const RowBatch& in, ProcTime now, RowBatch& out) {
  for (uint32_t i = 0; i < in.size(); ++i) out.append(in.row(i), EventTime{now.ms});
}

class Collected final : public Collector {
 public:
  Collected(RowBatch& out, Timestamp time) : out_(out), time_(time) {}
  void collect(RowView row) override { out_.append(row, time_); }

 private:
  RowBatch& out_;
  Timestamp time_;
};

// What a function of the rows of either input makes of these.
void apply_of_two(const NodeSpec& spec, uint32_t input, const RowBatch& in, RowBatch& out) {
  for (uint32_t i = 0; i < in.size(); ++i) {
    const Timestamp time = in.timestamp(i);
    if (const auto* map = std::get_if<CoMapSpec>(&spec)) {
      map->function->map(input, in.row(i), time, out.append(time));
    } else {
      Collected collector(out, time);
      std::get<CoFlatMapSpec>(spec).function->flat_map(input, in.row(i), time, collector);
    }
  }
}

bool is_of_two(const NodeSpec& spec) {
  return std::holds_alternative<CoMapSpec>(spec) || std::holds_alternative<CoFlatMapSpec>(spec);
}

class OperatorOracle final : public Oracle {
 public:
  OperatorOracle(const Plan& plan, const Runs& runs)
      : Oracle("operators", plan, runs), steps_(plan.instances()) {
    for (uint32_t i = 0; i < plan.instances(); ++i) {
      const StreamNode& node = plan.node(plan.node_of(i));
      const bool process =
          ProcessModel::interprets(node, plan.graph().config.mode) && not_judged(node).empty();
      // In batch mode the rows of two inputs come in another order than they are told in.
      const bool of_two = is_of_two(node.spec) && plan.graph().config.mode != ExecutionMode::kBatch;
      if (process || of_two || std::holds_alternative<MapSpec>(node.spec) ||
          std::holds_alternative<FilterSpec>(node.spec) ||
          std::holds_alternative<FlatMapSpec>(node.spec) ||
          std::holds_alternative<SplitSpec>(node.spec) ||
          std::holds_alternative<SubtaskSpec>(node.spec) ||
          std::holds_alternative<AssignSpec>(node.spec)) {
        Step& step = steps_[i].emplace(node);
        if (process) step.model.emplace(node, plan.graph().config.mode);
      }
    }
  }

  FactSet facts() const override { return fact_set<WatermarkAdvanced>(); }
  uint32_t taps() const override { return kInputTap | kOutputTap | kTimerTap; }

  void on_input_of(uint32_t instance, uint32_t input, const RowBatch& rows) override {
    if (!steps_[instance]) return;
    Step& step = *steps_[instance];
    settle(instance, step);
    if (step.lost) return;
    report_.judged(rows.size());
    if (step.model) {
      step.lost = !step.model->on_rows(input, rows, runs_.now(), step.owed);
      return;
    }
    try {
      if (std::holds_alternative<SubtaskSpec>(step.node.spec)) {
        append_subtask(rows, plan_.index_of(instance), step.owed[0].rows());
      }
      if (const auto* assign = std::get_if<AssignSpec>(&step.node.spec);
          assign != nullptr && assign->ingestion_time) {
        append_ingested(rows, runs_.now(), step.owed[0].rows());
        return step.owed[0].added_in_order();
      }
      if (is_of_two(step.node.spec)) {
        apply_of_two(step.node.spec, input, rows, step.owed[0].rows());
        return step.owed[0].added_in_order();
      }
      apply_stateless(step.node, rows, step.owed[0].rows(),
                      step.owed.size() > 1 ? &step.owed[1].rows() : nullptr);
    } catch (const InvariantViolation&) {
      throw;
    } catch (const std::exception&) {
      step.lost = true;  // the function fails on this row, and the task with it
      return;
    }
    for (ExpectedRowsQueue& queue : step.owed) queue.added_in_order();
  }

  void on_output(uint32_t instance, uint32_t output, const RowBatch& rows) override {
    if (!steps_[instance] || steps_[instance]->lost) return;
    Step& step = *steps_[instance];
    const size_t which = output == kMainOutput ? 0 : size_t{output} + 1;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      report_.judged();
      if (which < step.owed.size() && step.owed[which].take(rows.row(i), rows.timestamp(i)))
        continue;
      wrong(instance, step, which, rows.row(i), rows.timestamp(i));
      step.lost = true;
      return;
    }
  }

  void on_fact(const Fact& fact) override {
    const auto& advanced = std::get<WatermarkAdvanced>(fact);
    const uint32_t instance = plan_.instance(advanced.node, advanced.execution.subtask.index);
    if (instance == kNowhere || !steps_[instance] || !steps_[instance]->model) return;
    Step& step = *steps_[instance];
    // In batch mode all rows have been told just now, and what they make comes behind this.
    if (plan_.graph().config.mode == ExecutionMode::kStreaming) settle(instance, step);
    if (step.lost) return;
    step.lost = !step.model->on_watermark(advanced.time, runs_.now(), step.owed);
  }

  void on_timer(uint32_t instance, RecordTap::TimerEvent event, TimeDomain domain, int64_t time,
                const Value& key) override {
    if (event != RecordTap::TimerEvent::kFired || domain != TimeDomain::kProcessing) return;
    if (!steps_[instance] || !steps_[instance]->model || steps_[instance]->lost) return;
    if (plan_.graph().config.mode == ExecutionMode::kBatch) return;  // foreseen at the key's end
    Step& step = *steps_[instance];
    step.lost = !step.model->on_processing_timer(time, key, runs_.now(), step.owed);
  }

  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!steps_[i]) continue;
      settle(i, *steps_[i]);
      if (!steps_[i]->model) continue;
      steps_[i]->history.now = steps_[i]->model->state();
      steps_[i]->history.take(id);
    }
  }
  void on_completed(CheckpointId id) override {
    for (auto& step : steps_) {
      if (step) step->history.settle(id);
    }
  }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!steps_[i]) continue;
      Step& step = *steps_[i];
      for (ExpectedRowsQueue& queue : step.owed) queue.clear();
      step.lost = how == Rewind::kUnknown && step.model;
      if (!step.model) continue;
      step.history.rewind(how, to);
      if (how == Rewind::kKeep) step.history.now = {};  // it has finished, and runs no more
      step.model->restart(step.history.now);
    }
  }
  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (uint32_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i]) settle(i, *steps_[i]);
    }
  }

 private:
  struct Step {
    explicit Step(const StreamNode& n) : node(n), owed(1 + n.sides.size()) {
      owed[0].set_width(n.output.width());
      for (size_t s = 0; s < n.sides.size(); ++s) owed[1 + s].set_width(n.sides[s].schema.width());
    }
    const StreamNode& node;
    std::vector<ExpectedRowsQueue> owed;
    std::optional<ProcessModel> model;
    Snapshots<ProcessState> history;
    bool lost = false;
  };

  void settle(uint32_t instance, Step& step) {
    for (ExpectedRowsQueue& queue : step.owed) {
      if (!step.lost && !queue.empty()) {
        const RowView owed = queue.rows().row(queue.first());
        violate("missing_result", plan_.where(instance), "row (" + to_text(owed) + ")",
                "(" + to_text(owed) + ")", "nothing",
                "the function makes this row of what the instance was given");
        step.lost = true;
      }
      queue.clear();
    }
  }

  void wrong(uint32_t instance, Step& step, size_t which, RowView got, Timestamp time) {
    const bool owes = which < step.owed.size() && !step.owed[which].empty();
    const std::string row = text(got, time);
    if (!owes) {
      violate("extra_result", plan_.where(instance), "row " + row, "no row", row,
              "the function makes no such row of what the instance was given");
      return;
    }
    const ExpectedRowsQueue& queue = step.owed[which];
    violate("wrong_value", plan_.where(instance), "row " + row,
            text(queue.rows().row(queue.first()), queue.rows().timestamp(queue.first())), row,
            "the next row (values, timestamp, order) is what the function makes of the input");
  }

  std::vector<std::optional<Step>> steps_;  // by instance
};

}  // namespace

OraclePtr make_operator_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<OperatorOracle>(plan, runs);
}

}  // namespace leat
