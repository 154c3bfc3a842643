// Perturbation: every call of a user function is made once more, at once and again after the run,
// each time on a fresh copy of the pristine function, with equal arguments, state and time. What a
// function has besides these (a static, what it captured, a clock, a random number) shows.
#include "sim/explore/calls.h"

namespace leat {

namespace {

using What = TapeEntry::What;

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
          Telling compare([&](RowView row) { player.expect({What::kGave, 0, copy_of(row)}); });
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
    Row arguments = copy_of(row);
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

// ---- the job with all of its functions wrapped ----

class Wrapping {
 public:
  Wrapping(std::shared_ptr<Calls> calls, const StreamNode& node)
      : calls_(std::move(calls)),
        where_(node.name),
        keys_(node.keyed ? Keys::kSome : Keys::kNone) {}

  // How rows are dealt to the node.
  void operator()(JobEdge& edge) const { again(edge.custom); }

  void operator()(SourceSpec& spec) const { scalar(spec.event_time); }
  void operator()(MapSpec& spec) const { wrap<MapAgain>(spec.function); }
  void operator()(FilterSpec& spec) const { wrap<FilterAgain>(spec.function); }
  void operator()(FlatMapSpec& spec) const { wrap<FlatMapAgain>(spec.function); }
  void operator()(SplitSpec& spec) const { wrap<FilterAgain>(spec.when); }
  void operator()(AssignSpec& spec) const { scalar(spec.event_time); }
  void operator()(KeyedProcessSpec& spec) const {
    spec.function = called_again({spec.function, calls_, where_});
  }
  void operator()(ProcessSpec& spec) const {
    spec.function = called_again(spec.function, calls_, where_);
  }
  void operator()(CoMapSpec& spec) const { again(spec.function); }
  void operator()(CoFlatMapSpec& spec) const { again(spec.function); }
  void operator()(CoProcessSpec& spec) const {
    spec.function = called_again(spec.function, keys_, calls_, where_);
  }
  void operator()(RunningAggregateSpec& spec) const { again(spec.reduce); }
  void operator()(WindowSpec& spec) const {
    for (AggregateSpec& aggregate : spec.aggregates) {
      scalar(aggregate.argument);
      wrap<AggregateAgain>(aggregate.user);
    }
    again(spec.reduce);
    scalar(spec.gap_of);
    scalar(spec.evictor.of);
    trigger(spec.trigger);
  }
  void operator()(WindowJoinSpec& spec) const {
    (*this)(spec.window);
    again(spec.function);
  }
  void operator()(CoGroupSpec& spec) const { (*this)(spec.window); }
  template <class Other>
  void operator()(Other&) const {}

 private:
  template <class Again, class Function>
  void wrap(std::shared_ptr<const Function>& function) const {
    if (function == nullptr) return;
    function = std::make_shared<Again>(Wrapped<Function>(function, calls_, where_));
  }
  template <class Function>
  void again(std::shared_ptr<const Function>& function) const {
    if (function != nullptr) function = called_again(Wrapped<Function>(function, calls_, where_));
  }
  void trigger(TriggerSpec& spec) const {
    scalar(spec.of);
    if (spec.nested == nullptr) return;
    auto nested = std::make_shared<TriggerSpec>(*spec.nested);
    trigger(*nested);
    spec.nested = std::move(nested);
  }
  // What just reads a field is the engine's own.
  void scalar(std::shared_ptr<const ScalarFunction>& function) const {
    if (function != nullptr && function->field() < 0) wrap<ScalarAgain>(function);
  }
  std::shared_ptr<Calls> calls_;
  std::string where_;
  Keys keys_;
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
    for (JobEdge& edge : program->job.edges) Wrapping(calls, program->graph.node(edge.to))(edge);
    for (StreamNode& node : program->graph.nodes) std::visit(Wrapping(calls, node), node.spec);
    PerturbedRun run{scenario, std::nullopt, calls};
    run.scenario.program = std::move(program);
    return run;
  }
};

}  // namespace

PerturbationPtr perturb_by_calling_again() { return std::make_unique<CallingAgain>(); }

}  // namespace leat
