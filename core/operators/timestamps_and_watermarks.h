// New timestamps and watermarks in the middle of a job. (Flink: TimestampsAndWatermarksOperator.)
//
// Watermarks from upstream end here, except MAX, and so do statuses: what goes out is the
// generator's alone. Nothing of it is in a snapshot.
#pragma once

#include <memory>
#include <optional>

#include "core/operators/operator.h"
#include "core/operators/timestamp_assigner.h"
#include "core/operators/watermark_generator.h"

namespace leat {

class TimestampsAndWatermarksOperator final : public Operator {
 public:
  TimestampsAndWatermarksOperator(TimestampAssigner assigner,
                                  const WatermarkGeneratorFactory& factory);

  void open(OperatorContext& ctx) override;
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override;
  void on_watermark(EventTime time, OperatorContext& ctx) override;
  void on_status(StreamStatus status, OperatorContext& ctx) override;
  void on_processing_time(ProcTime time, OperatorContext& ctx) override;
  void finish(OperatorContext& ctx) override;

 private:
  class Writer;

  void resume_probes(OperatorContext& ctx);

  TimestampAssigner assigner_;
  std::unique_ptr<WatermarkGenerator> generator_;
  Duration interval_;
  EventTime said_ = EventTime::min();
  bool idle_ = false;
  bool ended_ = false;                    // its input: no silence follows
  uint32_t quiet_probes_ = 0;             // that could not change anything, in a row
  std::optional<ProcTime> asleep_since_;  // the last probe before they were given up
};

}  // namespace leat
