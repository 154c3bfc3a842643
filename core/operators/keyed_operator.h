// What all operators have in common whose user function works on the rows and timers of one key at
// a time: state and timers of the key, and the order of everything. (Flink: AbstractStreamOperator
// over InternalTimerServiceImpl and a heap state backend.)
//
// Timestamps of what the function emits: a row's own for rows; the timer's time for event timers;
// none for processing timers. Side outputs carry the timer's time in both domains, and MIN for a
// row without a timestamp.
#pragma once

#include <memory>
#include <optional>

#include "core/operators/timer_changes.h"
#include "core/state/keyed_state.h"
#include "core/state/timer_queue.h"

namespace leat {

class KeyedOperator : public Operator {
 public:
  ~KeyedOperator() override;

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

 protected:
  KeyedOperator(const StreamNode& node, const std::vector<StateDescriptor>& states);

  // The user's function. The current key is set.
  virtual void process(uint32_t input, RowView row, ProcessContext& ctx) = 0;
  virtual void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) = 0;

  KeyedState& state() { return state_; }
  uint32_t sides() const { return sides_; }
  EventTime watermark() const { return watermark_; }

 private:
  class Context;

  TimerQueue& timers(TimeDomain domain) {
    return domain == TimeDomain::kEvent ? event_timers_ : processing_timers_;
  }
  void fire_timers(TimeDomain domain, int64_t until, OperatorContext& ctx);
  void ask_to_wake(OperatorContext& ctx);

  std::vector<uint32_t> key_fields_[2];  // of either input
  uint32_t sides_;
  KeyedState state_;
  TimerQueue event_timers_;
  TimerQueue processing_timers_;
  TimerChanges timer_changes_;
  EventTime watermark_ = EventTime::min();
  std::optional<int64_t> wake_at_;
};

}  // namespace leat
