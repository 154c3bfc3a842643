#include "core/operators/async_wait_operator.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace leat {

namespace {

constexpr Site kLatency("async.latency");

// Java's narrowing of a double to a long.
int64_t to_whole(double value) {
  if (std::isnan(value)) return 0;
  constexpr double kTop = 9223372036854775808.0;
  if (value >= kTop) return std::numeric_limits<int64_t>::max();
  if (value < -kTop) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

}  // namespace

class AsyncWaitOperator::Future final : public ResultFuture {
 public:
  Future(AsyncWaitOperator& op, uint64_t call, OperatorContext& ctx)
      : op_(op), call_(call), ctx_(ctx) {}

  uint64_t number() const override { return call_; }
  void complete(std::vector<Row> rows) override {
    op_.completions_.push_back({call_, std::move(rows), std::nullopt});
  }
  void fail(const std::string& cause) override { op_.completions_.push_back({call_, {}, cause}); }
  void complete_later(std::vector<Row> rows) override {
    answer_later({call_, std::move(rows), std::nullopt});
  }
  void fail_later(const std::string& cause) override { answer_later({call_, {}, cause}); }

 private:
  void answer_later(Completion answer) {
    const Duration least = op_.spec_.least_latency;
    const auto range = static_cast<uint32_t>(op_.spec_.most_latency.ms - least.ms);
    const uint32_t more =
        range == 0 ? 0 : ctx_.choices().choose(kLatency, ctx_.entity(), range + 1);
    op_.set_alarm(wrapping_add(least.ms, more), {Alarm::Kind::kAnswer, call_, std::move(answer)},
                  ctx_);
  }

  AsyncWaitOperator& op_;
  uint64_t call_;
  OperatorContext& ctx_;
};

AsyncWaitOperator::AsyncWaitOperator(const AsyncSpec& spec)
    : spec_(spec),
      function_(spec.function->clone()),
      queue_(spec.mode, static_cast<size_t>(std::max<int64_t>(spec.capacity, 0))) {
  if (spec.capacity <= 0) throw JobError("an async operator needs a capacity of at least 1");
  const bool timeout = spec.timeout.has_value() && spec.timeout->ms > 0;
  if (spec.retry && !timeout) throw JobError("repetitions of async calls need a timeout");
}

AsyncWaitOperator::~AsyncWaitOperator() = default;

// ---- input ----

void AsyncWaitOperator::open(OperatorContext& ctx) { settle(ctx); }

void AsyncWaitOperator::on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowView row = std::as_const(rows).row(i);
    AsyncEntry entry;
    entry.row.assign(row.begin(), row.end());
    entry.time = rows.timestamp(i);
    accept(std::move(entry), ctx);
  }
}

void AsyncWaitOperator::on_watermark(EventTime time, OperatorContext& ctx) {
  AsyncEntry entry;
  entry.is_watermark = true;
  entry.time = time;
  accept(std::move(entry), ctx);
}

// A status does not wait for open calls, but keeps its place among input that waits.
void AsyncWaitOperator::on_status(StreamStatus status, OperatorContext& ctx) {
  accept(status, ctx);
}

void AsyncWaitOperator::accept(Waiting element, OperatorContext& ctx) {
  backlog_.push_back(std::move(element));
  settle(ctx);
}

// Does what can be done now: what is completed leaves first, then completions are taken in their
// order, then input that finds room comes in.
void AsyncWaitOperator::settle(OperatorContext& ctx) {
  for (;;) {
    if (emit_next(ctx)) continue;
    if (!completions_.empty()) {
      Completion completion = std::move(completions_.front());
      completions_.pop_front();
      on_completion(std::move(completion), ctx);
      continue;
    }
    if (backlog_.empty()) break;
    const bool is_status = std::holds_alternative<StreamStatus>(backlog_.front());
    if (!is_status && queue_.full()) break;
    Waiting element = std::move(backlog_.front());
    backlog_.pop_front();
    if (is_status) {
      const auto status = std::get<StreamStatus>(element);
      ctx.emit(status);
      idle_ = status == StreamStatus::kIdle;
      hand_on_watermark(ctx);
    } else {
      enter(std::get<AsyncEntry>(std::move(element)), ctx);
    }
  }
  ask_to_wake(ctx);
}

bool AsyncWaitOperator::emit_next(OperatorContext& ctx) {
  const std::optional<AsyncEntry> entry = queue_.pop();
  if (!entry) return false;
  if (entry->is_watermark) {
    left_ = std::max(left_, *entry->time);
    hand_on_watermark(ctx);
  } else {
    for (const Row& row : entry->results) ctx.out().append(row, entry->time);
  }
  return true;
}

// A status overtakes the watermarks that wait: what idleness has kept back is said after it.
void AsyncWaitOperator::hand_on_watermark(OperatorContext& ctx) {
  if (idle_ || left_ <= said_) return;
  said_ = left_;
  ctx.emit(Watermark{said_});
}

// ---- calls ----

void AsyncWaitOperator::enter(AsyncEntry entry, OperatorContext& ctx) {
  const uint64_t number = next_number_++;
  const bool is_watermark = entry.is_watermark;
  entry.number = number;
  queue_.push(std::move(entry));
  if (is_watermark) return;
  Call& call = calls_[number];
  if (spec_.timeout && spec_.timeout->ms > 0) {
    call.timeout = set_alarm(spec_.timeout->ms, {Alarm::Kind::kTimeout, number, {}}, ctx);
  }
  invoke(number, ctx);
}

void AsyncWaitOperator::invoke(uint64_t number, OperatorContext& ctx) {
  Call& call = calls_.at(number);
  call.awaits_repetition = false;
  ++call.attempt;
  Future future(*this, number, ctx);
  function_->invoke(queue_.find(number)->row, call.attempt, future);
}

void AsyncWaitOperator::time_out(uint64_t number, OperatorContext& ctx) {
  Call& call = calls_.at(number);
  cancel(call.repetition);
  call.awaits_repetition = false;
  Future future(*this, number, ctx);
  function_->timeout(queue_.find(number)->row, future);
}

void AsyncWaitOperator::complete(uint64_t call, std::vector<Row> rows, OperatorContext& ctx) {
  completions_.push_back({call, std::move(rows), std::nullopt});
  settle(ctx);
}

void AsyncWaitOperator::fail(uint64_t call, const std::string& cause, OperatorContext& ctx) {
  completions_.push_back({call, {}, cause});
  settle(ctx);
}

void AsyncWaitOperator::on_completion(Completion completion, OperatorContext& ctx) {
  const uint64_t number = completion.call;
  const auto found = calls_.find(number);
  if (found == calls_.end()) return;  // completed before: only the first counts
  Call& call = found->second;
  if (call.awaits_repetition) {
    if (!ending_) return;
    cancel(call.repetition);
  }
  if (!wants_repetition(call, completion)) return close(number, std::move(completion));
  call.awaits_repetition = true;
  call.repetition = set_alarm(next_delay(call), {Alarm::Kind::kRepeat, number, {}}, ctx);
}

bool AsyncWaitOperator::wants_repetition(const Call& call, const Completion& completion) const {
  if (!spec_.retry || ending_ || int64_t{call.attempt} > spec_.retry->attempts) return false;
  return completion.failure ? spec_.retry->on_error
                            : spec_.retry->on_empty && completion.rows.empty();
}

// (Flink: AsyncRetryStrategies. The delay of the exponential one is kept by the strategy, which all
// calls share: a first repetition sets it back for everybody.)
int64_t AsyncWaitOperator::next_delay(const Call& call) {
  const AsyncRetrySpec& retry = *spec_.retry;
  if (retry.kind == AsyncRetrySpec::Kind::kFixedDelay) return retry.delay.ms;
  last_delay_ =
      call.attempt <= 1
          ? retry.delay.ms
          : std::min(to_whole(static_cast<double>(last_delay_) * retry.factor), retry.max_delay.ms);
  return last_delay_;
}

void AsyncWaitOperator::close(uint64_t number, Completion completion) {
  Call& call = calls_.at(number);
  cancel(call.timeout);
  cancel(call.repetition);
  calls_.erase(number);
  if (completion.failure) throw JobError(*completion.failure);
  queue_.complete(number, std::move(completion.rows));
}

// ---- the clock ----

AsyncWaitOperator::Alarms::iterator AsyncWaitOperator::set_alarm(int64_t delay, Alarm alarm,
                                                                 OperatorContext& ctx) {
  return alarms_.emplace((ctx.now() + Duration{delay}).ms, std::move(alarm));
}

void AsyncWaitOperator::cancel(std::optional<Alarms::iterator>& alarm) {
  if (alarm) alarms_.erase(*alarm);
  alarm.reset();
}

void AsyncWaitOperator::ask_to_wake(OperatorContext& ctx) {
  if (alarms_.empty()) {
    ctx.cancel_wake();
  } else {
    ctx.wake_at(ProcTime{alarms_.begin()->first});
  }
}

void AsyncWaitOperator::on_processing_time(ProcTime time, OperatorContext& ctx) {
  while (!alarms_.empty() && alarms_.begin()->first <= time.ms) {
    const Alarm alarm = std::move(alarms_.begin()->second);
    const auto call = calls_.find(alarm.call);
    if (call != calls_.end() && alarm.kind == Alarm::Kind::kTimeout) call->second.timeout.reset();
    if (call != calls_.end() && alarm.kind == Alarm::Kind::kRepeat) {
      call->second.repetition.reset();
    }
    alarms_.erase(alarms_.begin());
    if (alarm.kind == Alarm::Kind::kAnswer) {
      completions_.push_back(alarm.answer);
    } else if (alarm.kind == Alarm::Kind::kTimeout) {
      time_out(alarm.call, ctx);
    } else {
      invoke(alarm.call, ctx);
    }
    settle(ctx);
  }
  ask_to_wake(ctx);
}

// ---- the end, and checkpoints ----

// Repetitions that are awaited are made at once, and none follows. Flink's test clock says of a
// timer that has fired that it was cancelled, and so Flink also repeats calls there whose
// repetition is under way already (finishInFlightDelayRetry).
void AsyncWaitOperator::end_input(OperatorContext& ctx) {
  ending_ = true;
  const bool again = ctx.config().flink_defects;
  std::vector<uint64_t> awaiting;
  for (auto& [number, call] : calls_) {
    if (!call.awaits_repetition && !(again && call.attempt > 1)) continue;
    cancel(call.repetition);
    awaiting.push_back(number);
  }
  for (const uint64_t number : awaiting) invoke(number, ctx);
  settle(ctx);
}

namespace {

enum class Tag : uint8_t { kRow, kWatermark, kStatus };

void write_entry(const AsyncEntry& entry, ByteWriter& out) {
  out.u8(static_cast<uint8_t>(entry.is_watermark ? Tag::kWatermark : Tag::kRow));
  out.boolean(entry.time.has_value());
  if (entry.time) out.time(*entry.time);
  if (!entry.is_watermark) Value::list(entry.row).encode(out);
}

AsyncEntry read_entry(Tag tag, ByteReader& in) {
  AsyncEntry entry;
  entry.is_watermark = tag == Tag::kWatermark;
  if (in.boolean()) entry.time = in.event_time();
  if (entry.is_watermark) return entry;
  const Value row = Value::decode(in);
  entry.row.assign(row.as_list().begin(), row.as_list().end());
  return entry;
}

}  // namespace

void AsyncWaitOperator::snapshot(CheckpointId, ByteWriter& out, OperatorContext&) {
  out.varint(queue_.size() + backlog_.size());
  for (const AsyncEntry& entry : queue_.entries()) write_entry(entry, out);
  for (const Waiting& element : backlog_) {
    if (const auto* status = std::get_if<StreamStatus>(&element)) {
      out.u8(static_cast<uint8_t>(Tag::kStatus));
      out.u8(static_cast<uint8_t>(*status));
    } else {
      write_entry(std::get<AsyncEntry>(element), out);
    }
  }
}

// The calls are made when the operator opens.
void AsyncWaitOperator::restore(ByteReader& in, OperatorContext&) {
  for (uint64_t left = in.varint(); left > 0; --left) {
    const Tag tag = static_cast<Tag>(in.u8());
    if (tag == Tag::kStatus) {
      in.u8();  // of inputs that were: those of a new attempt begin active
    } else {
      backlog_.emplace_back(read_entry(tag, in));
    }
  }
}

std::unique_ptr<Operator> make_async(const AsyncSpec& spec) {
  return std::make_unique<AsyncWaitOperator>(spec);
}

}  // namespace leat
