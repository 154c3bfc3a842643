// Perturbation: every call of a user function is made once more, at once and again after the run,
// each time on a fresh copy of the pristine function, with equal arguments, state and time. What a
// function has besides these (a static, what it captured, a clock, a random number) shows.
#include <exception>
#include <functional>

#include "core/base/check.h"
#include "sim/explore/call_tape.h"
#include "sim/explore/perturbation.h"

namespace leat {

namespace {

// Calls that are kept for after the run; later ones are made again at once only.
constexpr size_t kKept = 2000;
// So many calls are made after the run, round by round: long enough for a clock to have moved on.
constexpr size_t kMadeAfter = 10'000;

using What = TapeEntry::What;

class Calls final : public Witness {
 public:
  using Again = std::function<void(const CallTape&, TapePlayer&)>;

  // A call was made; `again` makes it on a fresh copy.
  void made(const std::string& where, CallTape tape, Again again) {
    ++judged_;
    if (statement_) return;
    repeat(where, tape, again, "at once");
    if (kept_.size() < kKept) kept_.push_back({where, std::move(tape), std::move(again)});
  }
  std::optional<Statement> statement() override {
    for (size_t made = 0; made < kMadeAfter && !kept_.empty(); made += kept_.size()) {
      for (size_t i = kept_.size(); i-- > 0 && !statement_;)
        repeat(kept_[i].where, kept_[i].tape, kept_[i].again, "after the run");
    }
    return statement_;
  }
  uint64_t judged() const override { return judged_; }

 private:
  struct Kept {
    std::string where;
    CallTape tape;
    Again again;
  };
  void repeat(const std::string& where, const CallTape& tape, const Again& again,
              const char* when) {
    TapePlayer player(tape);
    try {
      again(tape, player);
    } catch (const InvariantViolation&) {
      throw;
    } catch (const std::exception& error) {
      player.expect({What::kThrew, 0, {Value::text(error.what())}});
    }
    player.end();
    if (!player.differs()) return;
    const std::string first = tape.entries().empty() ? "a call" : to_text(tape.entries().front());
    statement_ = Statement{where, first, player.expected(),
                           player.got() + ", called again " + when + " with the same"};
  }

  uint64_t judged_ = 0;
  std::vector<Kept> kept_;
  std::optional<Statement> statement_;
};

Row copy(RowView row) { return {row.begin(), row.end()}; }
Row with_time(RowView row, Timestamp time) {
  Row all = copy(row);
  all.push_back(time ? Value::time(time->ms) : Value::null());
  return all;
}
RowView row_part(const TapeEntry& entry) {
  return RowView(entry.values).first(entry.values.size() - 1);
}
Timestamp time_part(const TapeEntry& entry) {
  const Value& time = entry.values.back();
  return time.is_null() ? Timestamp() : EventTime{time.as_int()};
}

// A call in which the function only gets arguments and gives rows. `f` makes it and says what came.
template <class Call>
void record(Calls& calls, const std::string& where, Row arguments, Call&& call,
            Calls::Again again) {
  CallTape tape;
  tape.add({What::kArgument, 0, std::move(arguments)});
  try {
    call([&](uint64_t which, RowView row) { tape.add({What::kGave, which, copy(row)}); });
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception& error) {
    tape.add({What::kThrew, 0, {Value::text(error.what())}});
    calls.made(where, std::move(tape), std::move(again));
    throw;
  }
  calls.made(where, std::move(tape), std::move(again));
}

// What every wrapped function has: the pristine one, the copy of this attempt, and where to tell.
template <class Function>
struct Wrapped {
  std::shared_ptr<const Function> pristine;
  std::unique_ptr<Function> mine;
  std::shared_ptr<Calls> calls;
  std::string where;

  Wrapped(std::shared_ptr<const Function> f, std::shared_ptr<Calls> c, std::string w)
      : pristine(std::move(f)), mine(pristine->clone()), calls(std::move(c)), where(std::move(w)) {}
  Wrapped(const Wrapped& other) : Wrapped(other.pristine, other.calls, other.where) {}
};

class MapAgain final : public MapFunction {
 public:
  explicit MapAgain(const Wrapped<MapFunction>& w) : w_(w) {}
  void map(RowView in, Timestamp time, std::span<Value> out) const override {
    const size_t width = out.size();
    record(
        *w_.calls, w_.where, with_time(in, time),
        [&](const auto& gave) {
          w_.mine->map(in, time, out);
          gave(0, out);
        },
        [pristine = w_.pristine, width](const CallTape& tape, TapePlayer& player) {
          const TapeEntry& call = tape.entries().front();
          Row row(width);
          pristine->clone()->map(row_part(call), time_part(call), row);
          player.expect({What::kGave, 0, std::move(row)});
        });
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<MapAgain>(w_); }

 private:
  const Wrapped<MapFunction> w_;
};

class FilterAgain final : public FilterFunction {
 public:
  explicit FilterAgain(const Wrapped<FilterFunction>& w) : w_(w) {}
  bool keep(RowView in) const override {
    bool kept = false;
    record(
        *w_.calls, w_.where, with_time(in, std::nullopt),
        [&](const auto& gave) {
          kept = w_.mine->keep(in);
          gave(0, Row{Value::boolean(kept)});
        },
        [pristine = w_.pristine](const CallTape& tape, TapePlayer& player) {
          const bool again = pristine->clone()->keep(row_part(tape.entries().front()));
          player.expect({What::kGave, 0, {Value::boolean(again)}});
        });
    return kept;
  }
  std::unique_ptr<FilterFunction> clone() const override {
    return std::make_unique<FilterAgain>(w_);
  }

 private:
  const Wrapped<FilterFunction> w_;
};

// Collects for somebody who is told of each row.
template <class F>
class Telling final : public Collector {
 public:
  explicit Telling(F f) : f_(std::move(f)) {}
  void collect(RowView row) override { f_(row); }

 private:
  F f_;
};

class FlatMapAgain final : public FlatMapFunction {
 public:
  explicit FlatMapAgain(const Wrapped<FlatMapFunction>& w) : w_(w) {}
  void flat_map(RowView in, Timestamp time, Collector& out) const override {
    record(
        *w_.calls, w_.where, with_time(in, time),
        [&](const auto& gave) {
          Telling both([&](RowView row) {
            gave(0, row);
            out.collect(row);
          });
          w_.mine->flat_map(in, time, both);
        },
        [pristine = w_.pristine](const CallTape& tape, TapePlayer& player) {
          const TapeEntry& call = tape.entries().front();
          Telling compare([&](RowView row) { player.expect({What::kGave, 0, copy(row)}); });
          pristine->clone()->flat_map(row_part(call), time_part(call), compare);
        });
  }
  std::unique_ptr<FlatMapFunction> clone() const override {
    return std::make_unique<FlatMapAgain>(w_);
  }

 private:
  const Wrapped<FlatMapFunction> w_;
};

class ScalarAgain final : public ScalarFunction {
 public:
  explicit ScalarAgain(const Wrapped<ScalarFunction>& w) : w_(w) {}
  Value eval(RowView in, Timestamp time) const override {
    Value value;
    record(
        *w_.calls, w_.where, with_time(in, time),
        [&](const auto& gave) {
          value = w_.mine->eval(in, time);
          gave(0, Row{value});
        },
        [pristine = w_.pristine](const CallTape& tape, TapePlayer& player) {
          const TapeEntry& call = tape.entries().front();
          player.expect(
              {What::kGave, 0, {pristine->clone()->eval(row_part(call), time_part(call))}});
        });
    return value;
  }
  std::unique_ptr<ScalarFunction> clone() const override {
    return std::make_unique<ScalarAgain>(w_);
  }

 private:
  const Wrapped<ScalarFunction> w_;
};

class AggregateAgain final : public AggregateFunction {
 public:
  explicit AggregateAgain(const Wrapped<AggregateFunction>& w) : w_(w) {}
  Value create() const override {
    return call({}, [](const AggregateFunction& f, RowView) { return f.create(); });
  }
  Value add(Value accumulator, RowView row) const override {
    Row arguments = copy(row);
    arguments.push_back(std::move(accumulator));
    return call(std::move(arguments), [](const AggregateFunction& f, RowView all) {
      return f.add(all.back(), all.first(all.size() - 1));
    });
  }
  Value merge(Value a, Value b) const override {
    return call({std::move(a), std::move(b)},
                [](const AggregateFunction& f, RowView all) { return f.merge(all[0], all[1]); });
  }
  Value result(const Value& accumulator) const override {
    return call({accumulator},
                [](const AggregateFunction& f, RowView all) { return f.result(all[0]); });
  }
  std::unique_ptr<AggregateFunction> clone() const override {
    return std::make_unique<AggregateAgain>(w_);
  }

 private:
  template <class F>
  Value call(Row arguments, F f) const {
    Value value;
    const Row given = arguments;
    record(
        *w_.calls, w_.where, std::move(arguments),
        [&](const auto& gave) {
          value = f(*w_.mine, given);
          gave(0, Row{value});
        },
        [pristine = w_.pristine, f](const CallTape& tape, TapePlayer& player) {
          player.expect({What::kGave, 0, {f(*pristine->clone(), tape.entries().front().values)}});
        });
    return value;
  }
  const Wrapped<AggregateFunction> w_;
};

// ---- keyed process functions: the context is recorded, and played back ----

enum Operation : uint64_t { kValueGet, kValueUpdate, kValueClear, kOperations };
constexpr uint64_t on_state(uint32_t descriptor, Operation operation) {
  return uint64_t{descriptor} * kOperations + operation;
}
enum TimerCall : uint64_t { kRegisterEvent, kRegisterProcessing, kDeleteEvent, kDeleteProcessing };
constexpr uint64_t kMain = 0xffffffff;

// Key, timestamp, watermark, clock; then the row, or the timer's domain and time.
enum Argument : size_t { kKey, kStamp, kClock, kCall, kArguments };
enum CallKind : uint64_t { kProcess, kTimerFired };

class RecordedValue final : public ValueState {
 public:
  RecordedValue(ValueState& state, uint32_t descriptor, CallTape& tape)
      : state_(state), descriptor_(descriptor), tape_(tape) {}
  Value get() const override {
    Value value = state_.get();
    tape_.add({What::kRead, on_state(descriptor_, kValueGet), {value}});
    return value;
  }
  void update(Value value) override {
    tape_.add({What::kWrite, on_state(descriptor_, kValueUpdate), {value}});
    state_.update(std::move(value));
  }
  void clear() override {
    tape_.add({What::kWrite, on_state(descriptor_, kValueClear), {}});
    state_.clear();
  }

 private:
  ValueState& state_;
  const uint32_t descriptor_;
  CallTape& tape_;
};

class PlayedValue final : public ValueState {
 public:
  PlayedValue(uint32_t descriptor, TapePlayer& player) : descriptor_(descriptor), player_(player) {}
  Value get() const override { return player_.answer(on_state(descriptor_, kValueGet)); }
  void update(Value value) override {
    player_.expect({What::kWrite, on_state(descriptor_, kValueUpdate), {std::move(value)}});
  }
  void clear() override { player_.expect({What::kWrite, on_state(descriptor_, kValueClear), {}}); }

 private:
  const uint32_t descriptor_;
  TapePlayer& player_;
};

// What both contexts do alike: every effect is one entry.
class EffectContext : public ProcessContext {
 public:
  void register_timer(EventTime time) override { timer(kRegisterEvent, time.ms); }
  void register_timer(ProcTime time) override { timer(kRegisterProcessing, time.ms); }
  void delete_timer(EventTime time) override { timer(kDeleteEvent, time.ms); }
  void delete_timer(ProcTime time) override { timer(kDeleteProcessing, time.ms); }
  void emit(RowView row) override { effect({What::kGave, kMain, copy(row)}); }
  void emit_side(uint32_t side, RowView row) override { effect({What::kGave, side, copy(row)}); }

 protected:
  virtual void effect(TapeEntry entry) = 0;

 private:
  void timer(TimerCall call, int64_t time) { effect({What::kTimer, call, {Value::integer(time)}}); }
};

class RecordedContext final : public EffectContext {
 public:
  RecordedContext(ProcessContext& ctx, CallTape& tape) : ctx_(ctx), tape_(tape) {}
  RowView key() const override { return ctx_.key(); }
  Timestamp timestamp() const override { return ctx_.timestamp(); }
  EventTime watermark() const override { return ctx_.watermark(); }
  ProcTime now() const override { return ctx_.now(); }
  ValueState& value(uint32_t descriptor) override {
    values_.push_back(std::make_unique<RecordedValue>(ctx_.value(descriptor), descriptor, tape_));
    return *values_.back();
  }

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
  std::vector<std::unique_ptr<ValueState>> values_;
};

class PlayedContext final : public EffectContext {
 public:
  PlayedContext(const CallTape& tape, TapePlayer& player) : tape_(tape), player_(player) {}
  RowView key() const override { return tape_.entries()[kKey].values; }
  Timestamp timestamp() const override { return time_part(tape_.entries()[kStamp]); }
  EventTime watermark() const override {
    return EventTime{tape_.entries()[kClock].values[0].as_int()};
  }
  ProcTime now() const override { return ProcTime{tape_.entries()[kClock].values[1].as_int()}; }
  ValueState& value(uint32_t descriptor) override {
    values_.push_back(std::make_unique<PlayedValue>(descriptor, player_));
    return *values_.back();
  }

 private:
  void effect(TapeEntry entry) override { player_.expect(std::move(entry)); }

  const CallTape& tape_;
  TapePlayer& player_;
  std::vector<std::unique_ptr<ValueState>> values_;
};

class ProcessAgain final : public KeyedProcessFunction {
 public:
  explicit ProcessAgain(const Wrapped<KeyedProcessFunction>& w) : w_(w) {}
  std::vector<StateDescriptor> states() const override { return w_.mine->states(); }
  void process(RowView in, ProcessContext& ctx) const override {
    call({What::kArgument, kProcess, copy(in)}, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    call({What::kArgument,
          kTimerFired,
          {Value::integer(static_cast<int64_t>(domain)), Value::integer(time)}},
         ctx);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<ProcessAgain>(w_);
  }

 private:
  static void make(const KeyedProcessFunction& f, const TapeEntry& call, ProcessContext& ctx) {
    if (call.which == kProcess) return f.process(call.values, ctx);
    f.on_timer(static_cast<TimeDomain>(call.values[0].as_int()), call.values[1].as_int(), ctx);
  }
  void call(TapeEntry call, ProcessContext& ctx) const {
    CallTape tape;
    tape.add({What::kArgument, 0, copy(ctx.key())});
    tape.add({What::kArgument, 0, with_time({}, ctx.timestamp())});
    tape.add(
        {What::kArgument, 0, {Value::integer(ctx.watermark().ms), Value::integer(ctx.now().ms)}});
    tape.add(call);
    RecordedContext recorded(ctx, tape);
    const auto again = [pristine = w_.pristine](const CallTape& first, TapePlayer& player) {
      PlayedContext played(first, player);
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
    w_.calls->made(w_.where, std::move(tape), again);
  }
  const Wrapped<KeyedProcessFunction> w_;
};

// ---- the job with all of its functions wrapped ----

class Wrapping {
 public:
  Wrapping(std::shared_ptr<Calls> calls, std::string where)
      : calls_(std::move(calls)), where_(std::move(where)) {}

  void operator()(SourceSpec& spec) const { scalar(spec.event_time); }
  void operator()(MapSpec& spec) const { wrap<MapAgain>(spec.function); }
  void operator()(FilterSpec& spec) const { wrap<FilterAgain>(spec.function); }
  void operator()(FlatMapSpec& spec) const { wrap<FlatMapAgain>(spec.function); }
  void operator()(SplitSpec& spec) const { wrap<FilterAgain>(spec.when); }
  void operator()(AssignSpec& spec) const { scalar(spec.event_time); }
  void operator()(KeyedProcessSpec& spec) const { wrap<ProcessAgain>(spec.function); }
  void operator()(WindowSpec& spec) const {
    for (AggregateSpec& aggregate : spec.aggregates) {
      scalar(aggregate.argument);
      wrap<AggregateAgain>(aggregate.user);
    }
  }
  template <class Other>
  void operator()(Other&) const {}

 private:
  template <class Again, class Function>
  void wrap(std::shared_ptr<const Function>& function) const {
    if (function == nullptr) return;
    function = std::make_shared<Again>(Wrapped<Function>(function, calls_, where_));
  }
  // What just reads a field is the engine's own.
  void scalar(std::shared_ptr<const ScalarFunction>& function) const {
    if (function != nullptr && function->field() < 0) wrap<ScalarAgain>(function);
  }
  std::shared_ptr<Calls> calls_;
  std::string where_;
};

class CallingAgain final : public Perturbation {
 public:
  std::string violation() const override { return "user_function_impure"; }
  std::string what() const override {
    return "every call of a user function made once more, with equal arguments and state";
  }
  std::string repair() const override {
    return "what a function must remember belongs into its state, time comes from the context, "
           "and chance from a field of the row";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t) const override {
    auto calls = std::make_shared<Calls>();
    auto program = std::make_shared<JobProgram>(*scenario.program);
    for (StreamNode& node : program->graph.nodes) std::visit(Wrapping(calls, node.name), node.spec);
    PerturbedRun run{scenario, std::nullopt, calls};
    run.scenario.program = std::move(program);
    return run;
  }
};

}  // namespace

PerturbationPtr perturb_by_calling_again() { return std::make_unique<CallingAgain>(); }

}  // namespace leat
