// Keyed process functions called again: the context is recorded, and played back.
#include <algorithm>

#include "sim/explore/calls.h"
#include "sim/explore/states_again.h"

namespace leat {

namespace {

using What = TapeEntry::What;

enum TimerCall : uint64_t { kRegisterEvent, kRegisterProcessing, kDeleteEvent, kDeleteProcessing };
constexpr uint64_t kMain = 0xffffffff;

// Key, timestamp, watermark, clock; then the row, or the timer's domain and time.
enum Argument : size_t { kKey, kStamp, kClock, kCall, kArguments };
enum CallKind : uint64_t { kProcess, kTimerFired };

// What both contexts do alike: states come from one place, and every effect is one entry.
// REQUIRES: the states outlive this.
class EffectContext : public ProcessContext {
 public:
  explicit EffectContext(StateAccess& states) : states_(states) {}
  ValueState& value(uint32_t descriptor) override { return states_.value(descriptor); }
  ListState& list(uint32_t descriptor) override { return states_.list(descriptor); }
  MapState& map(uint32_t descriptor) override { return states_.map(descriptor); }
  ReducingState& reducing(uint32_t descriptor) override { return states_.reducing(descriptor); }
  AggregatingState& aggregating(uint32_t descriptor) override {
    return states_.aggregating(descriptor);
  }
  void register_timer(EventTime time) override { timer(kRegisterEvent, time.ms); }
  void register_timer(ProcTime time) override { timer(kRegisterProcessing, time.ms); }
  void delete_timer(EventTime time) override { timer(kDeleteEvent, time.ms); }
  void delete_timer(ProcTime time) override { timer(kDeleteProcessing, time.ms); }
  void emit(RowView row) override { effect({What::kGave, kMain, copy_of(row)}); }
  void emit_side(uint32_t side, RowView row) override { effect({What::kGave, side, copy_of(row)}); }

 protected:
  virtual void effect(TapeEntry entry) = 0;

 private:
  void timer(TimerCall call, int64_t time) { effect({What::kTimer, call, {Value::integer(time)}}); }
  StateAccess& states_;
};

class RecordedContext final : public EffectContext {
 public:
  RecordedContext(ProcessContext& ctx, StateAccess& states, CallTape& tape)
      : EffectContext(states), ctx_(ctx), tape_(tape) {}
  RowView key() const override { return ctx_.key(); }
  Timestamp timestamp() const override { return ctx_.timestamp(); }
  EventTime watermark() const override { return ctx_.watermark(); }
  ProcTime now() const override { return ctx_.now(); }

 private:
  void effect(TapeEntry entry) override {
    tape_.add(entry);
    if (entry.what == What::kGave) {
      if (entry.which == kMain) return ctx_.emit(entry.values);
      return ctx_.emit_side(static_cast<uint32_t>(entry.which), entry.values);
    }
    const int64_t time = entry.values[0].as_int();
    switch (entry.which) {
      case kRegisterEvent:
        return ctx_.register_timer(EventTime{time});
      case kRegisterProcessing:
        return ctx_.register_timer(ProcTime{time});
      case kDeleteEvent:
        return ctx_.delete_timer(EventTime{time});
      default:
        return ctx_.delete_timer(ProcTime{time});
    }
  }
  ProcessContext& ctx_;
  CallTape& tape_;
};

class PlayedContext final : public EffectContext {
 public:
  PlayedContext(const CallTape& tape, StateAccess& states, TapePlayer& player)
      : EffectContext(states), tape_(tape), player_(player) {}
  RowView key() const override { return tape_.entries()[kKey].values; }
  Timestamp timestamp() const override { return time_part(tape_.entries()[kStamp]); }
  EventTime watermark() const override {
    return EventTime{tape_.entries()[kClock].values[0].as_int()};
  }
  ProcTime now() const override { return ProcTime{tape_.entries()[kClock].values[1].as_int()}; }

 private:
  void effect(TapeEntry entry) override { player_.expect(std::move(entry)); }

  const CallTape& tape_;
  TapePlayer& player_;
};

class ProcessAgain final : public KeyedProcessFunction {
 public:
  ProcessAgain(const Wrapped<KeyedProcessFunction>& w, Keys keys) : w_(w), keys_(keys) {}
  std::vector<StateDescriptor> states() const override { return w_.mine->states(); }
  void process(RowView in, ProcessContext& ctx) const override {
    call({What::kArgument, kProcess, copy_of(in)}, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    call({What::kArgument,
          kTimerFired,
          {Value::integer(static_cast<int64_t>(domain)), Value::integer(time)}},
         ctx);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<ProcessAgain>(w_, keys_);
  }

 private:
  static void make(const KeyedProcessFunction& f, const TapeEntry& call, ProcessContext& ctx) {
    if (call.which == kProcess) return f.process(call.values, ctx);
    f.on_timer(static_cast<TimeDomain>(call.values[0].as_int()), call.values[1].as_int(), ctx);
  }
  void call(TapeEntry call, ProcessContext& ctx) const {
    CallTape tape;
    tape.add({What::kArgument, 0, keys_ == Keys::kSome ? copy_of(ctx.key()) : Row()});
    tape.add({What::kArgument, 0, with_time({}, ctx.timestamp())});
    tape.add(
        {What::kArgument, 0, {Value::integer(ctx.watermark().ms), Value::integer(ctx.now().ms)}});
    tape.add(call);
    RecordedStates states(ctx, tape);
    RecordedContext recorded(ctx, states, tape);
    const auto again = [pristine = w_.pristine](const CallTape& first, TapePlayer& player) {
      PlayedStates states(player);
      PlayedContext played(first, states, player);
      make(*pristine->clone(), first.entries()[kCall], played);
    };
    try {
      make(*w_.mine, call, recorded);
    } catch (const InvariantViolation&) {
      throw;
    } catch (const std::exception& error) {
      tape.add({What::kThrew, 0, {Value::text(error.what())}});
      w_.calls->made(w_.where, std::move(tape), again);
      throw;
    }
    if (tape.entries()[kCall].which == kTimerFired)
      w_.calls->timer_fired(w_.where, effect_of(tape));
    w_.calls->made(w_.where, std::move(tape), again);
  }
  static Calls::Firing effect_of(const CallTape& tape) {
    const bool any = std::any_of(tape.entries().begin(), tape.entries().end(), [](const auto& e) {
      return e.what == What::kGave || e.what == What::kWrite || e.what == What::kTimer;
    });
    return any ? Calls::Firing::kWithEffect : Calls::Firing::kInVain;
  }
  const Wrapped<KeyedProcessFunction> w_;
  const Keys keys_;
};

}  // namespace

std::shared_ptr<const KeyedProcessFunction> called_again(Wrapped<KeyedProcessFunction> wrapped,
                                                         Keys keys) {
  return std::make_shared<ProcessAgain>(wrapped, keys);
}

}  // namespace leat
