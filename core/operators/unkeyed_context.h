// What a process function may ask for where rows have no key: everything but state and timers.
#pragma once

#include "core/operators/operator.h"

namespace leat {

class UnkeyedContext final : public ProcessContext {
 public:
  // `watermark` is the operator's at the time of the call.
  UnkeyedContext(OperatorContext& ctx, EventTime watermark) : ctx_(ctx), watermark_(watermark) {}

  // The row that is handled now.
  void on_row(Timestamp time) { time_ = time; }

  Timestamp timestamp() const override { return time_; }
  EventTime watermark() const override { return watermark_; }
  ProcTime now() const override { return ctx_.now(); }
  void emit(RowView row) override;
  // A row without a timestamp has MIN on a side output.
  void emit_side(uint32_t side, RowView row) override;

  // All of these fail the task.
  RowView key() const override;
  ValueState& value(uint32_t descriptor) override;
  ListState& list(uint32_t descriptor) override;
  MapState& map(uint32_t descriptor) override;
  ReducingState& reducing(uint32_t descriptor) override;
  AggregatingState& aggregating(uint32_t descriptor) override;
  void register_timer(EventTime time) override;
  void register_timer(ProcTime time) override;
  void delete_timer(EventTime time) override;
  void delete_timer(ProcTime time) override;

 private:
  OperatorContext& ctx_;
  EventTime watermark_;
  Timestamp time_;
};

}  // namespace leat
