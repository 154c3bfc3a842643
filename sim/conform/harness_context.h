// The context of one operator that is driven alone: keeps what it emits, and a clock that is moved
// by hand. It decides nothing about semantics.
#pragma once

#include "core/operators/operator.h"
#include "sim/conform/subject.h"

namespace leat {

// Scripted functions emit rows of several widths, each as one list in one cell.
enum class RowForm : uint8_t { kCells, kOneList };

// When a processing timer for t is due: once the clock has passed t, or (Flink's own test clock,
// with which the two-input cases were recorded) at t.
enum class TimersDue : uint8_t { kAfter, kAt };

class HarnessContext final : public OperatorContext {
 public:
  HarnessContext(StreamNode node, JobConfig config, RowForm form = RowForm::kCells);

  // Where what is emitted goes from now on.
  void record_to(StepResult& result) { result_ = &result; }
  void set_clock(ProcTime now) { now_ = now; }
  // The request of the operator that has come due, if any; it is then gone.
  std::optional<ProcTime> take_due();
  void set_due(TimersDue due) { due_ = due; }
  // REQUIRES: the tap outlives the context.
  void tap(RecordTap& tap) { taps_.push_back(&tap); }
  // Names of splits, for facts about them.
  uint32_t split_number(const std::string& name);

  const StreamNode& node() const override { return node_; }
  const JobConfig& config() const override { return config_; }
  uint32_t subtask() const override { return 0; }
  uint32_t parallelism() const override { return 1; }
  ExecutionId execution() const override { return {}; }
  NodeId node_id() const override { return {}; }
  RowBatch& out() override { return out_; }
  RowBatch& side(uint32_t side) override { return sides_[side]; }
  void flush() override;
  void emit(Watermark watermark) override;
  void emit(StreamStatus status) override;
  ProcTime now() const override { return now_; }
  void wake_at(ProcTime time) override { wake_ = time; }
  void cancel_wake() override { wake_.reset(); }
  Choices& choices() override { return choices_; }
  Entity entity() const override { return leat::entity("conform"); }
  void add_fact(const Fact& fact) override;
  const std::vector<RecordTap*>& taps() const override { return taps_; }

 private:
  void take_rows(RowBatch& rows, const std::string& to);

  StreamNode node_;
  RowForm form_;
  JobConfig config_;
  PlainChoices choices_;
  std::vector<RecordTap*> taps_;
  RowBatch out_;
  std::vector<RowBatch> sides_;
  StepResult* result_ = nullptr;
  ProcTime now_{0};
  TimersDue due_ = TimersDue::kAfter;
  std::optional<ProcTime> wake_;
  std::vector<std::string> split_names_;
};

}  // namespace leat
