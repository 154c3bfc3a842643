#include "core/operators/timestamps_and_watermarks.h"

#include <utility>

namespace leat {

namespace {
// So many probes without effect, and they stop until a row comes: a week of silence costs nothing.
// Shorter silences keep Flink's rhythm, in which each probe counts from the one before.
constexpr uint32_t kQuietProbes = 16;
}  // namespace

// Flink: WatermarkEmitter.
class TimestampsAndWatermarksOperator::Writer final : public WatermarkOutput {
 public:
  Writer(TimestampsAndWatermarksOperator& op, OperatorContext& ctx) : op_(op), ctx_(ctx) {}
  void emit_watermark(EventTime time) override {
    if (time <= op_.said_) return;
    op_.said_ = time;
    mark_active();
    ctx_.emit(Watermark{time});
  }
  // Behind the end there is no silence: where a status overtakes watermarks that wait (an async
  // operator), the end itself would be lost.
  void mark_idle() override {
    if (op_.idle_ || op_.ended_) return;
    op_.idle_ = true;
    ctx_.emit(StreamStatus::kIdle);
  }
  void mark_active() override {
    if (!op_.idle_) return;
    op_.idle_ = false;
    ctx_.emit(StreamStatus::kActive);
  }

 private:
  TimestampsAndWatermarksOperator& op_;
  OperatorContext& ctx_;
};

TimestampsAndWatermarksOperator::TimestampsAndWatermarksOperator(
    TimestampAssigner assigner, const WatermarkGeneratorFactory& factory)
    : assigner_(std::move(assigner)), generator_(factory()) {}

void TimestampsAndWatermarksOperator::open(OperatorContext& ctx) {
  interval_ = ctx.config().auto_watermark_interval;
  if (interval_.ms > 0) ctx.wake_at(ctx.now() + interval_);
}

void TimestampsAndWatermarksOperator::on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) {
  assigner_.assign(rows, ctx.now());
  Writer writer(*this, ctx);
  if (!generator_->speaks_on_records()) generator_->on_events(rows);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    ctx.out().append_row_of(rows, i);
    if (generator_->speaks_on_records()) {
      generator_->on_event(std::as_const(rows).row(i), *rows.timestamp(i), writer);
    }
  }
  resume_probes(ctx);
}

void TimestampsAndWatermarksOperator::on_watermark(EventTime time, OperatorContext& ctx) {
  if (time != EventTime::max()) return;
  Writer(*this, ctx).emit_watermark(time);
  ended_ = true;
}

void TimestampsAndWatermarksOperator::on_status(StreamStatus, OperatorContext&) {}

void TimestampsAndWatermarksOperator::on_processing_time(ProcTime, OperatorContext& ctx) {
  quiet_probes_ = generator_->wants_probe() ? 0 : quiet_probes_ + 1;
  Writer writer(*this, ctx);
  generator_->on_periodic_emit(ctx.now(), writer);
  if (quiet_probes_ >= kQuietProbes) {
    asleep_since_ = ctx.now();
  } else {
    ctx.wake_at(ctx.now() + interval_);
  }
}

// The next probe is when it would have been, had none been left out: each comes one interval and
// 1 ms after the one before, because a timer fires once its time has passed.
void TimestampsAndWatermarksOperator::resume_probes(OperatorContext& ctx) {
  if (!asleep_since_) return;
  const int64_t period = interval_.ms + 1;
  const int64_t missed = (ctx.now() - *asleep_since_).ms / period;
  ctx.wake_at(*asleep_since_ + Duration{missed * period + interval_.ms});
  asleep_since_.reset();
  quiet_probes_ = 0;
}

void TimestampsAndWatermarksOperator::finish(OperatorContext& ctx) {
  Writer writer(*this, ctx);
  generator_->on_periodic_emit(ctx.now(), writer);
}

}  // namespace leat
