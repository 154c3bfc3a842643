// The window oracle's model against the real Flink: in every recorded case of windows that it can
// judge, the model foresees what the operator emits, no more and no less. So a correct engine meets
// a silent oracle, whatever assigner, trigger and evictor it runs.
#include <gtest/gtest.h>

#include <map>

#include "core/operators/operator.h"
#include "sim/conform/operator_node.h"
#include "sim/oracle/not_judged.h"
#include "sim/oracle/window_model.h"

namespace leat {
namespace {

const std::string kCases = LEAT_SOURCE_DIR "/tests/conformance/window";

// One case: the operator and the model see the same.
class Judged final : public RecordTap {
 public:
  Judged(CaseNode made, uint32_t width)
      : made_(std::move(made)),
        ctx_(made_.node, made_.config),
        model_(made_.node, width),
        operator_(make_operator(made_.node)) {
    answers_.set_width(made_.node.output.width());
    ctx_.tap(*this);
    StepResult nothing;
    ctx_.record_to(nothing);
    operator_->open(ctx_);
  }

  // What differs after the step; empty where nothing does.
  std::string step(const Value& step) {
    StepResult result;
    ctx_.record_to(result);
    late_.clear();
    act(step);
    while (!ended_) {
      const std::optional<ProcTime> due = ctx_.take_due();
      if (!due) break;
      operator_->on_processing_time(*due, ctx_);
    }
    ctx_.flush();
    return compare(result);
  }
  uint64_t answers() const { return seen_; }

 private:
  void act(const Value& step) {
    if (has_member(step, "row")) {
      const Value row = member(step, "row");
      Timestamp time;
      if (has_member(step, "ts")) time = EventTime{number_of(member(step, "ts"))};
      RowBatch rows(static_cast<uint32_t>(row.as_list().size()));
      rows.append(row.as_list(), time);
      model_.on_rows(rows, ctx_.now(), answers_, late_);
      operator_->on_rows(0, rows, ctx_);
    } else if (has_member(step, "watermark")) {
      const EventTime time{number_of(member(step, "watermark"))};
      model_.on_watermark(time, ctx_.now(), answers_);
      operator_->on_watermark(time, ctx_);
    } else if (has_member(step, "now")) {
      ctx_.set_clock({number_of(member(step, "now"))});
    } else if (has_member(step, "end")) {
      ended_ = true;
    } else if (has_member(step, "snapshot")) {
      ByteWriter out;
      operator_->snapshot(CheckpointId{1}, out, ctx_);
      saved_[text_of(member(step, "snapshot"))] = {out.take(), model_.panes()};
    } else if (has_member(step, "restore")) {
      restore(saved_.at(text_of(member(step, "restore"))));
    }
  }
  struct Saved {
    Bytes bytes;
    Panes panes;
  };
  void restore(const Saved& saved) {
    ctx_.cancel_wake();
    operator_ = make_operator(made_.node);
    ByteReader in(saved.bytes);
    operator_->restore(in, ctx_);
    operator_->open(ctx_);
    model_.restart(saved.panes);
    ended_ = false;
  }

  std::string compare(const StepResult& result) {
    uint32_t late = 0;
    for (const Emitted& emitted : result.out) {
      if (emitted.kind != Emitted::Kind::kRow) continue;
      ++seen_;
      if (!emitted.to.empty()) {
        ++late;
      } else if (!answers_.take(emitted.row, emitted.time)) {
        return "not foreseen: " + to_json(emitted);
      }
    }
    const bool to_side = std::get<WindowSpec>(made_.node.spec).late_to_side;
    if (to_side && late != late_.size()) return "other rows are late";
    if (!answers_.empty()) {
      return "did not come: " + to_text(answers_.rows().row(answers_.first()));
    }
    answers_.clear();
    return "";
  }

  void on_timer(ExecutionId, NodeId, TimerEvent event, TimeDomain, int64_t time,
                const Value& pane) override {
    if (event == TimerEvent::kFired) model_.on_processing_timer(time, pane, answers_);
  }

  CaseNode made_;
  HarnessContext ctx_;
  WindowModel model_;
  ExpectedRowsQueue answers_;
  std::vector<uint32_t> late_;
  std::unique_ptr<Operator> operator_;
  std::map<std::string, Saved> saved_;
  uint64_t seen_ = 0;
  bool ended_ = false;
};

TEST(WindowModel, ForeseesWhatFlinkDoes) {
  const auto cases = read_cases(kCases);
  ASSERT_TRUE(cases.ok()) << cases.error();
  uint64_t judged = 0;
  uint64_t answers = 0;
  for (const RecordedCase& recorded : cases.value()) {
    if (recorded.kind != "operator" || has_member(recorded.body, "error")) continue;
    CaseNode made = node_of_case(recorded.body);
    made.config.flink_defects = false;  // the oracle knows what is right
    if (!not_judged(made.node).empty()) continue;
    ++judged;
    const Value steps = member(recorded.body, "steps");
    const auto width = static_cast<uint32_t>(member(recorded.body, "fields").as_list().size());
    Judged run(std::move(made), width);
    for (size_t i = 0; i < steps.as_list().size(); ++i) {
      if (has_member(steps.as_list()[i], "error")) break;
      const std::string wrong = run.step(steps.as_list()[i]);
      EXPECT_EQ(wrong, "") << recorded.name << " step " << i + 1;
      if (!wrong.empty()) break;
    }
    answers += run.answers();
  }
  EXPECT_GT(judged, 3000u);
  EXPECT_GT(answers, 20000u);
}

}  // namespace
}  // namespace leat
