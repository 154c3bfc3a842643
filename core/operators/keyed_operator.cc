#include "core/operators/keyed_operator.h"

#include <utility>

#include "core/operators/emitter.h"

namespace leat {

namespace {

constexpr Site kProcessTimerOrder{"process.timer_tie"};

// In the bytes of a section: a state's number, or one of these.
constexpr uint32_t kEventTimers = 0xfffffffe;
constexpr uint32_t kProcessingTimers = 0xffffffff;

}  // namespace

class KeyedOperator::Context final : public ProcessContext {
 public:
  // `own`: of the row or timer. `main`, `side`: what goes with emitted rows.
  Context(KeyedOperator& op, OperatorContext& ctx) : op_(op), ctx_(ctx) {
    op.state_.set_now(ctx.now());
  }

  void on_row(Timestamp time) {
    own_ = time;
    main_ = time;
    side_ = time.value_or(EventTime::min());
  }
  void on_timer(TimeDomain domain, int64_t time) {
    own_ = EventTime{time};
    main_ = domain == TimeDomain::kEvent ? own_ : std::nullopt;
    side_ = EventTime{time};
  }

  RowView key() const override {
    const Value& key = op_.state_.current_key();
    if (op_.key_fields_[0].empty()) return {};
    if (op_.key_fields_[0].size() == 1) return {&key, 1};
    return key.as_list();
  }
  Timestamp timestamp() const override { return own_; }
  EventTime watermark() const override { return op_.watermark_; }
  ProcTime now() const override { return ctx_.now(); }
  ValueState& value(uint32_t descriptor) override { return op_.state_.value(descriptor); }
  ListState& list(uint32_t descriptor) override { return op_.state_.list(descriptor); }
  MapState& map(uint32_t descriptor) override { return op_.state_.map(descriptor); }
  ReducingState& reducing(uint32_t descriptor) override { return op_.state_.reducing(descriptor); }
  AggregatingState& aggregating(uint32_t descriptor) override {
    return op_.state_.aggregating(descriptor);
  }

  void register_timer(EventTime time) override { set(TimeDomain::kEvent, time.ms); }
  void register_timer(ProcTime time) override { set(TimeDomain::kProcessing, time.ms); }
  void delete_timer(EventTime time) override { remove(TimeDomain::kEvent, time.ms); }
  void delete_timer(ProcTime time) override { remove(TimeDomain::kProcessing, time.ms); }

  void emit(RowView row) override {
    RowBatch& out = ctx_.out();
    out.append(row, main_);
    if (out.size() >= kFlushRows) ctx_.flush();
  }
  void emit_side(uint32_t side, RowView row) override {
    if (side >= op_.sides_)
      throw JobError("the function emits to a side output that it does not have");
    ctx_.side(side).append(row, side_);
  }

  void tell(RecordTap::TimerEvent event, TimeDomain domain, int64_t time) {
    for (RecordTap* tap : ctx_.taps()) {
      tap->on_timer(ctx_.execution(), ctx_.node_id(), event, domain, time,
                    op_.state_.current_key());
    }
  }

 private:
  void set(TimeDomain domain, int64_t time) {
    // In batch mode the key is over: nobody would fire it. (BatchExecutionInternalTimeService.)
    const bool batch = ctx_.config().mode == ExecutionMode::kBatch;
    if (batch && op_.watermark_ == EventTime::max()) return;
    if (op_.timers(domain).set(time, op_.state_.current_key())) {
      op_.timer_changes_.note(TimerChanges::What::kSet, domain, time, op_.state_.current_key());
      tell(RecordTap::TimerEvent::kRegistered, domain, time);
    }
  }
  void remove(TimeDomain domain, int64_t time) {
    if (op_.timers(domain).remove(time, op_.state_.current_key())) {
      op_.timer_changes_.note(TimerChanges::What::kDeleted, domain, time, op_.state_.current_key());
      tell(RecordTap::TimerEvent::kDeleted, domain, time);
    }
  }

  KeyedOperator& op_;
  OperatorContext& ctx_;
  Timestamp own_;
  Timestamp main_;
  EventTime side_;
};

KeyedOperator::KeyedOperator(const StreamNode& node, const std::vector<StateDescriptor>& states)
    : key_fields_{node.key_fields, node.second_key_fields},
      sides_(static_cast<uint32_t>(node.sides.size())),
      state_(states) {}

KeyedOperator::~KeyedOperator() = default;

void KeyedOperator::open(OperatorContext& ctx) { ask_to_wake(ctx); }

void KeyedOperator::on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) {
  Context context(*this, ctx);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowView row = std::as_const(rows).row(i);
    state_.set_current_key(key_of(row, key_fields_[input]));
    context.on_row(rows.timestamp(i));
    process(input, row, context);
  }
  timer_changes_.tell(ctx);
  ask_to_wake(ctx);
}

void KeyedOperator::on_watermark(EventTime time, OperatorContext& ctx) {
  watermark_ = time;  // first: callbacks see the new watermark
  fire_timers(TimeDomain::kEvent, time.ms, ctx);
  ask_to_wake(ctx);
  ctx.emit(Watermark{time});
}

void KeyedOperator::on_processing_time(ProcTime time, OperatorContext& ctx) {
  wake_at_.reset();
  fire_timers(TimeDomain::kProcessing, time.ms, ctx);
  ask_to_wake(ctx);
}

// A timer that a callback sets at or before `until` fires in the same pass.
void KeyedOperator::fire_timers(TimeDomain domain, int64_t until, OperatorContext& ctx) {
  Context context(*this, ctx);
  TimerQueue& queue = timers(domain);
  while (queue.head().value_or(until) <= until && !queue.empty()) {
    // Flink leaves the order of timers of one time open.
    const bool tie = queue.at_head() > 1;
    const bool last = tie && ctx.choices().choose(kProcessTimerOrder, ctx.entity(), 2) == 1;
    const Timer timer =
        *queue.pop(until, last ? TimerQueue::Tie::kLastSet : TimerQueue::Tie::kFirstSet);
    state_.set_current_key(timer.key);
    context.on_timer(domain, timer.time);
    ctx.add_fact(TimerFired{ctx.execution(), ctx.node_id(), domain, timer.time, timer.key.hash()});
    context.tell(RecordTap::TimerEvent::kFired, domain, timer.time);
    on_timer(domain, timer.time, context);
  }
  timer_changes_.tell(ctx);
}

void KeyedOperator::ask_to_wake(OperatorContext& ctx) {
  const std::optional<int64_t> head = processing_timers_.head();
  if (head == wake_at_) return;
  wake_at_ = head;
  if (head) {
    ctx.wake_at(ProcTime{*head});
  } else {
    ctx.cancel_wake();
  }
}

void KeyedOperator::snapshot(CheckpointId, ByteWriter& out, OperatorContext& ctx) {
  state_.set_now(ctx.now());
  KeyedBytesWriter sections(ctx.max_parallelism());
  state_.snapshot(sections);
  event_timers_.snapshot(kEventTimers, sections);
  processing_timers_.snapshot(kProcessingTimers, sections);
  sections.write(out);
}

void KeyedOperator::restore(ByteReader& in, OperatorContext&) {
  read_keyed_bytes(in, [this](uint32_t, ByteReader& section) {
    while (!section.at_end()) {
      const uint32_t tag = section.u32();
      if (tag == kEventTimers) {
        event_timers_.restore_timer(section);
      } else if (tag == kProcessingTimers) {
        processing_timers_.restore_timer(section);
      } else {
        state_.restore_entry(tag, section);
      }
    }
  });
}

}  // namespace leat
