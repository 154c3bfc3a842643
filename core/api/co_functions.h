// Functions of two streams in C++: co-process functions on one key space, and functions that see
// rules which every subtask holds (see process_function.h for the one-input kind).
//
//   class Rates : public KeyedCoProcess<std::string, Order, Rate, Priced> {
//    public:
//     void process_first(const Order& order, Context& ctx) const { ... }
//     void process_second(const Rate& rate, Context& ctx) const { ctx.state(rate_).update(rate); }
//    private:
//     State<Rate> rate_ = value_state<Rate>("rate");
//   };
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/process_function.h"
#include "core/graph/two_input_functions.h"

namespace leat {

// Both inputs share the key's state and timers. (Flink: KeyedCoProcessFunction.)
template <RowType K, RowType L, RowType R, RowType O>
class KeyedCoProcess : public ProcessDeclarations {
 public:
  using Key = K;
  using First = L;
  using Second = R;
  using Out = O;
  using Context = typename KeyedProcess<K, L, O>::Context;
};

// Rows of two inputs without a key: no state and no timers. (Flink: CoProcessFunction.)
template <RowType L, RowType R, RowType O>
class UnkeyedCoProcess : public SideDeclarations {
 public:
  using First = L;
  using Second = R;
  using Out = O;
  using Context = typename UnkeyedProcess<L, O>::Context;
};

// A broadcast state as its own types: a map that every subtask holds a copy of.
template <FieldType K, RowType V>
class TypedBroadcastState {
 public:
  explicit TypedBroadcastState(const BroadcastState& state) : state_(state) {}
  std::optional<V> get(const K& key) const {
    const Value* found = state_.find(FieldCodec<K>::encode(key));
    return found == nullptr ? std::nullopt : std::optional<V>(ValueCodec<V>::decode(*found));
  }
  bool contains(const K& key) const { return state_.find(FieldCodec<K>::encode(key)) != nullptr; }
  // In the order in which they were put first.
  std::vector<std::pair<K, V>> entries() const {
    std::vector<std::pair<K, V>> all;
    for (const auto& [key, value] : state_.entries())
      all.emplace_back(FieldCodec<K>::decode(key), ValueCodec<V>::decode(value));
    return all;
  }

 private:
  const BroadcastState& state_;
};
template <FieldType K, RowType V>
class WritableBroadcastState : public TypedBroadcastState<K, V> {
 public:
  explicit WritableBroadcastState(BroadcastState& state)
      : TypedBroadcastState<K, V>(state), state_(state) {}
  void put(const K& key, const V& value) {
    state_.put(FieldCodec<K>::encode(key), ValueCodec<V>::encode(value));
  }
  void remove(const K& key) { state_.remove(FieldCodec<K>::encode(key)); }
  void clear() { state_.clear(); }

 private:
  BroadcastState& state_;
};

// The broadcast states that are declared by members of the function, in their order.
class RuleDeclarations {
 public:
  template <FieldType BK, RowType BV>
  struct Rules {
    uint32_t index = 0;
  };
  const std::vector<std::string>& declared_rules() const { return rules_; }

 protected:
  template <FieldType BK, RowType BV>
  Rules<BK, BV> broadcast_state(std::string name) {
    rules_.push_back(std::move(name));
    return {static_cast<uint32_t>(rules_.size() - 1)};
  }

 private:
  std::vector<std::string> rules_;
};

// What a row of the first input may ask for, and besides see the rules.
template <class Asks>
class ContextWithRules : public Asks {
 public:
  ContextWithRules(ProcessContext& ctx, const BroadcastStates& rules) : Asks(ctx), rules_(rules) {}
  template <FieldType BK, RowType BV>
  TypedBroadcastState<BK, BV> rules(RuleDeclarations::Rules<BK, BV> handle) const {
    return TypedBroadcastState<BK, BV>(rules_.at(handle.index));
  }

 private:
  const BroadcastStates& rules_;
};

// What a row of the second input may ask for.
template <RowType O>
class RuleSide {
 public:
  RuleSide(BroadcastContext& ctx, BroadcastStates& rules) : ctx_(ctx), rules_(rules) {}
  EventTime timestamp() const { return ctx_.timestamp(); }
  EventTime watermark() const { return ctx_.watermark(); }
  ProcTime now() const { return ctx_.now(); }
  void emit(const O& value) { ctx_.emit(row_of(value)); }
  template <FieldType BK, RowType BV>
  WritableBroadcastState<BK, BV> rules(RuleDeclarations::Rules<BK, BV> handle) {
    return WritableBroadcastState<BK, BV>(rules_.at(handle.index));
  }

 protected:
  BroadcastContext& ctx_;

 private:
  BroadcastStates& rules_;
};

// Rows of the first input see the rules, and only rows of the second change them: so all subtasks
// agree. (Flink: KeyedBroadcastProcessFunction.) Has
//   process(const In&, Context&) and process_broadcast(const Rule&, BroadcastSide&),
// and may have on_timer(EventTime | ProcTime, Context&).
template <RowType K, RowType I, RowType R, RowType O>
class KeyedBroadcastProcess : public ProcessDeclarations, public RuleDeclarations {
 public:
  using Key = K;
  using In = I;
  using Rule = R;
  using Out = O;
  using Context = ContextWithRules<typename KeyedProcess<K, I, O>::Context>;

  class BroadcastSide : public RuleSide<O> {
   public:
    using RuleSide<O>::RuleSide;
    // f(key, state) for every key of this subtask that holds the state. (Flink:
    // applyToKeyedState.)
    template <class T, class F>
    void for_each_key(typename ProcessDeclarations::template State<T> handle, F f) {
      this->ctx_.for_each_key(handle.index, [&](const Value& key, ValueState& state) {
        TypedValueState<T> typed(state);
        f(ValueCodec<K>::decode(key), typed);
      });
    }
  };
};

// The same for rows without a key: neither state of a key nor timers. (Flink:
// BroadcastProcessFunction.)
template <RowType I, RowType R, RowType O>
class UnkeyedBroadcastProcess : public SideDeclarations, public RuleDeclarations {
 public:
  using In = I;
  using Rule = R;
  using Out = O;
  using Context = ContextWithRules<typename UnkeyedProcess<I, O>::Context>;
  using BroadcastSide = RuleSide<O>;
};

// What is kept for each key: nothing where there is none.
template <class F>
std::vector<StateDescriptor> states_of(const F& f) {
  if constexpr (requires { f.declared_states(); }) return f.declared_states();
  return {};
}

// ---- as the engine's functions ----

template <class F>
class CoProcessAdapter final : public CoProcessFunction {
 public:
  explicit CoProcessAdapter(F f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return states_of(f_); }
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    typename F::Context typed(ctx);
    if (input == 0) {
      f_.process_first(RowCodec<typename F::First>::decode(in), typed);
    } else {
      f_.process_second(RowCodec<typename F::Second>::decode(in), typed);
    }
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    typename F::Context typed(ctx);
    fire_timer(f_, domain, time, typed);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<CoProcessAdapter>(f_);
  }

 private:
  const F f_;
};

template <class F>
class BroadcastAdapter final : public BroadcastProcessFunction {
 public:
  explicit BroadcastAdapter(F f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return states_of(f_); }
  std::vector<std::string> broadcast_states() const override { return f_.declared_rules(); }
  void process(RowView in, ProcessContext& ctx, const BroadcastStates& rules) const override {
    typename F::Context typed(ctx, rules);
    f_.process(RowCodec<typename F::In>::decode(in), typed);
  }
  void process_broadcast(RowView in, BroadcastContext& ctx, BroadcastStates& rules) const override {
    typename F::BroadcastSide typed(ctx, rules);
    f_.process_broadcast(RowCodec<typename F::Rule>::decode(in), typed);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx,
                const BroadcastStates& rules) const override {
    typename F::Context typed(ctx, rules);
    fire_timer(f_, domain, time, typed);
  }
  std::unique_ptr<BroadcastProcessFunction> clone() const override {
    return std::make_unique<BroadcastAdapter>(f_);
  }

 private:
  const F f_;
};

// f and g, of the rows of the first and of the second input.
template <RowType L, RowType R, RowType Out, class F, class G>
class CoMapLambda final : public CoMapFunction {
 public:
  CoMapLambda(F f, G g) : f_(std::move(f)), g_(std::move(g)) {}
  void map(uint32_t input, RowView in, Timestamp, std::span<Value> out) const override {
    RowCodec<Out>::encode(input == 0 ? f_(RowCodec<L>::decode(in)) : g_(RowCodec<R>::decode(in)),
                          out);
  }
  std::unique_ptr<CoMapFunction> clone() const override {
    return std::make_unique<CoMapLambda>(f_, g_);
  }

 private:
  const F f_;
  const G g_;
};

template <RowType L, RowType R, RowType Out, class F, class G>
class CoFlatMapLambda final : public CoFlatMapFunction {
 public:
  CoFlatMapLambda(F f, G g) : f_(std::move(f)), g_(std::move(g)) {}
  void flat_map(uint32_t input, RowView in, Timestamp, Collector& out) const override {
    const EmitTo<Out> emit(out);
    if (input == 0) {
      f_(RowCodec<L>::decode(in), emit);
    } else {
      g_(RowCodec<R>::decode(in), emit);
    }
  }
  std::unique_ptr<CoFlatMapFunction> clone() const override {
    return std::make_unique<CoFlatMapLambda>(f_, g_);
  }

 private:
  const F f_;
  const G g_;
};

}  // namespace leat
