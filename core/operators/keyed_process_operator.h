// A user's function over the rows and timers of one key at a time. (Flink: KeyedProcessOperator
// over InternalTimerServiceImpl and a heap state backend.)
//
// Timestamps of what it emits: a row's own for rows; the timer's time for event timers; none for
// processing timers. Side outputs carry the timer's time in both domains, and MIN for a row without
// a timestamp.
#pragma once

#include <memory>
#include <optional>

#include "core/operators/operator.h"
#include "core/state/keyed_state.h"
#include "core/state/timer_queue.h"

namespace leat {

class KeyedProcessOperator final : public Operator {
 public:
  explicit KeyedProcessOperator(const StreamNode& node);
  ~KeyedProcessOperator() override;

  void open(OperatorContext& ctx) override;
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override;
  void on_watermark(EventTime time, OperatorContext& ctx) override;
  void on_processing_time(ProcTime time, OperatorContext& ctx) override;
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override;
  void restore(ByteReader& in, OperatorContext& ctx) override;

  // What is held: state entries and timers.
  size_t held() const {
    return state_.entries() + event_timers_.size() + processing_timers_.size();
  }

 private:
  class Context;

  TimerQueue& timers(TimeDomain domain) {
    return domain == TimeDomain::kEvent ? event_timers_ : processing_timers_;
  }
  void fire_timers(TimeDomain domain, int64_t until, OperatorContext& ctx);
  void ask_to_wake(OperatorContext& ctx);

  std::vector<uint32_t> key_fields_;
  uint32_t sides_;
  std::unique_ptr<const KeyedProcessFunction> function_;
  KeyedState state_;
  TimerQueue event_timers_;
  TimerQueue processing_timers_;
  EventTime watermark_ = EventTime::min();
  std::optional<int64_t> wake_at_;
};

}  // namespace leat
