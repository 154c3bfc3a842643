// Calls to a system outside that answers later, without waiting for one before the next is begun.
// (Flink: AsyncWaitOperator.)
//
// Open calls and the watermarks between them wait in a queue (AsyncQueue). While it is full no more
// input is accepted; what had been handed over already waits in front of it. A snapshot holds all
// that has not been emitted; after a restore the calls are made again, with fresh timeouts and
// attempts: each call is made at least once. The timeout spans all repetitions of a call. The end
// waits for all calls.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <variant>

#include "core/operators/async_queue.h"
#include "core/operators/operator.h"

namespace leat {

class AsyncWaitOperator final : public Operator {
 public:
  // Throws JobError for what Flink refuses: no capacity, repetitions without a timeout.
  explicit AsyncWaitOperator(const AsyncSpec& spec);
  ~AsyncWaitOperator() override;

  void open(OperatorContext& ctx) override;
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override;
  void on_watermark(EventTime time, OperatorContext& ctx) override;
  void on_status(StreamStatus status, OperatorContext& ctx) override;
  void on_processing_time(ProcTime time, OperatorContext& ctx) override;
  void end_input(OperatorContext& ctx) override;
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override;
  void restore(ByteReader& in, OperatorContext& ctx) override;

  bool accepts_input() const override { return backlog_.empty(); }
  bool has_work() const override { return !backlog_.empty() || !queue_.empty(); }

  // The system outside has answered a call that its function left open (ResultFuture::number).
  void complete(uint64_t call, std::vector<Row> rows, OperatorContext& ctx);
  void fail(uint64_t call, const std::string& cause, OperatorContext& ctx);

 private:
  class Future;

  // Input that waits for a place in the queue.
  using Waiting = std::variant<AsyncEntry, StreamStatus>;
  // A completion, handled after whatever goes on: results, or the cause of a failure.
  struct Completion {
    uint64_t call = 0;
    std::vector<Row> rows;
    std::optional<std::string> failure;
  };
  // What the clock will bring.
  struct Alarm {
    enum class Kind : uint8_t { kTimeout, kRepeat, kAnswer };
    Kind kind = Kind::kTimeout;
    uint64_t call = 0;
    Completion answer;  // kAnswer
  };
  using Alarms = std::multimap<int64_t, Alarm>;
  // A call that is open.
  struct Call {
    uint32_t attempt = 0;
    bool awaits_repetition = false;  // completions do not count meanwhile
    std::optional<Alarms::iterator> timeout;
    std::optional<Alarms::iterator> repetition;
  };

  void accept(Waiting element, OperatorContext& ctx);
  void settle(OperatorContext& ctx);
  bool emit_next(OperatorContext& ctx);
  void hand_on_watermark(OperatorContext& ctx);
  void enter(AsyncEntry entry, OperatorContext& ctx);
  void invoke(uint64_t number, OperatorContext& ctx);
  void time_out(uint64_t number, OperatorContext& ctx);
  void on_completion(Completion completion, OperatorContext& ctx);
  bool wants_repetition(const Call& call, const Completion& completion) const;
  int64_t next_delay(const Call& call);
  void close(uint64_t number, Completion completion);
  Alarms::iterator set_alarm(int64_t delay, Alarm alarm, OperatorContext& ctx);
  void cancel(std::optional<Alarms::iterator>& alarm);
  void ask_to_wake(OperatorContext& ctx);

  const AsyncSpec spec_;
  std::unique_ptr<const AsyncFunction> function_;
  AsyncQueue queue_;
  std::deque<Waiting> backlog_;
  std::deque<Completion> completions_;
  std::map<uint64_t, Call> calls_;  // by number
  Alarms alarms_;
  uint64_t next_number_ = 1;
  int64_t last_delay_ = 0;  // of the exponential backoff: one for all calls
  bool ending_ = false;     // no repetition follows
  // The largest watermark that has left the queue, and the one that was handed on last. A restored
  // queue holds watermarks that the inputs are behind now; and while idle is announced none passes.
  EventTime left_ = EventTime::min();
  EventTime said_ = EventTime::min();
  bool idle_ = false;
};

std::unique_ptr<Operator> make_async(const AsyncSpec& spec);

}  // namespace leat
