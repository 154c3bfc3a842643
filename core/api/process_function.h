// A keyed process function in C++: state and timers by key, in both time domains.
//
//   class Presence : public KeyedProcess<std::string, Click, Gone> {
//    public:
//     void process(const Click& click, Context& ctx) const {
//       ctx.state(count_).update(ctx.state(count_).get().value_or(0) + 1);
//       ctx.register_timer(*ctx.timestamp() + Duration{400});
//     }
//     void on_timer(EventTime at, Context& ctx) const { ctx.emit({ctx.key(), at}); }
//    private:
//     State<int64_t> count_ = value_state<int64_t>("count");
//   };
//
// The object holds configuration and handles only; what must survive a crash is in the state.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/row_type.h"
#include "core/api/typed_functions.h"
#include "core/api/typed_states.h"
#include "core/api/user_aggregate.h"
#include "core/graph/functions.h"
#include "core/graph/stream_graph.h"
#include "core/graph/two_input_functions.h"

namespace leat {

// The side outputs that are declared by members of the function, in their order.
class SideDeclarations {
 public:
  template <class T>
  struct Side {
    uint32_t index = 0;
  };
  const std::vector<SideOutput>& declared_sides() const { return sides_; }

 protected:
  template <RowType T>
  Side<T> side_output(std::string tag) {
    sides_.push_back({std::move(tag), RowCodec<T>::schema()});
    return {static_cast<uint32_t>(sides_.size() - 1)};
  }

 private:
  std::vector<SideOutput> sides_;
};

// The same, and states of the key.
class ProcessDeclarations : public SideDeclarations {
 public:
  template <class T>
  struct State {
    uint32_t index = 0;
  };
  template <class T>
  struct List {
    uint32_t index = 0;
  };
  template <class K, class V>
  struct Map {
    uint32_t index = 0;
  };
  template <class T>
  struct Reducing {
    uint32_t index = 0;
  };
  template <class T, class Out>
  struct Aggregating {
    uint32_t index = 0;
  };
  const std::vector<StateDescriptor>& declared_states() const { return states_; }

 protected:
  // What is written stays for the time to live, or until it is cleared.
  template <RowType T>
  State<T> value_state(std::string name, std::optional<StateTtl> ttl = std::nullopt) {
    return {declare(std::move(name), StateDescriptor::Kind::kValue, ttl)};
  }
  template <RowType T>
  List<T> list_state(std::string name, std::optional<StateTtl> ttl = std::nullopt) {
    return {declare(std::move(name), StateDescriptor::Kind::kList, ttl)};
  }
  template <FieldType K, RowType V>
  Map<K, V> map_state(std::string name, std::optional<StateTtl> ttl = std::nullopt) {
    return {declare(std::move(name), StateDescriptor::Kind::kMap, ttl)};
  }
  // f(T, T) -> T folds what is added into what is kept.
  template <RowType T, class F>
    requires PureCallable<F, const T&, const T&>
  Reducing<T> reducing_state(std::string name, F f, std::optional<StateTtl> ttl = std::nullopt) {
    const uint32_t index = declare(std::move(name), StateDescriptor::Kind::kReducing, ttl);
    states_.back().reduce = std::make_shared<ReducingLambda<T, F>>(std::move(f));
    return {index};
  }
  // The aggregate folds what is added into its accumulator; what is read is its result.
  template <RowType T, UserAggregate<T> A>
  Aggregating<T, ResultOf<A>> aggregating_state(std::string name, A aggregate,
                                                std::optional<StateTtl> ttl = std::nullopt) {
    const uint32_t index = declare(std::move(name), StateDescriptor::Kind::kAggregating, ttl);
    states_.back().aggregate =
        std::make_shared<AggregateAdapter<T, A, AddedAs::kCell>>(std::move(aggregate));
    return {index};
  }

 private:
  uint32_t declare(std::string name, StateDescriptor::Kind kind, std::optional<StateTtl> ttl) {
    StateDescriptor descriptor;
    descriptor.name = std::move(name);
    descriptor.kind = kind;
    descriptor.ttl = ttl;
    states_.push_back(std::move(descriptor));
    return static_cast<uint32_t>(states_.size() - 1);
  }
  std::vector<StateDescriptor> states_;
};

// A function over rows without a key: no state and no timers. (Flink: ProcessFunction.)
template <RowType I, RowType O>
class UnkeyedProcess : public SideDeclarations {
 public:
  using In = I;
  using Out = O;

  class Context {
   public:
    explicit Context(ProcessContext& ctx) : ctx_(ctx) {}
    Timestamp timestamp() const { return ctx_.timestamp(); }
    EventTime watermark() const { return ctx_.watermark(); }
    ProcTime now() const { return ctx_.now(); }
    void emit(const O& value) { ctx_.emit(row_of(value)); }
    template <class T>
    void emit_side(Side<T> side, const T& value) {
      ctx_.emit_side(side.index, row_of(value));
    }

   protected:
    ProcessContext& ctx_;
  };
};

template <RowType K, RowType I, RowType O>
class KeyedProcess : public ProcessDeclarations {
 public:
  using Key = K;
  using In = I;
  using Out = O;

  class Context : public UnkeyedProcess<I, O>::Context {
   public:
    using UnkeyedProcess<I, O>::Context::Context;
    K key() const { return RowCodec<K>::decode(this->ctx_.key()); }
    template <class T>
    TypedValueState<T> state(State<T> handle) {
      return TypedValueState<T>(this->ctx_.value(handle.index));
    }
    template <class T>
    TypedListState<T> state(List<T> handle) {
      return TypedListState<T>(this->ctx_.list(handle.index));
    }
    template <class K2, class V>
    TypedMapState<K2, V> state(Map<K2, V> handle) {
      return TypedMapState<K2, V>(this->ctx_.map(handle.index));
    }
    template <class T>
    TypedReducingState<T> state(Reducing<T> handle) {
      return TypedReducingState<T>(this->ctx_.reducing(handle.index));
    }
    template <class T, class Out>
    TypedAggregatingState<T, Out> state(Aggregating<T, Out> handle) {
      return TypedAggregatingState<T, Out>(this->ctx_.aggregating(handle.index));
    }
    void register_timer(EventTime time) { this->ctx_.register_timer(time); }
    void register_timer(ProcTime time) { this->ctx_.register_timer(time); }
    void delete_timer(EventTime time) { this->ctx_.delete_timer(time); }
    void delete_timer(ProcTime time) { this->ctx_.delete_timer(time); }
  };
};

// ---- as the engine's functions: every attempt of a subtask gets a fresh copy of the user's object

template <class F>
class UnkeyedProcessAdapter final : public ProcessFunction {
 public:
  explicit UnkeyedProcessAdapter(F f) : f_(std::move(f)) {}
  void process(RowView in, ProcessContext& ctx) const override {
    typename F::Context typed(ctx);
    f_.process(RowCodec<typename F::In>::decode(in), typed);
  }
  std::unique_ptr<ProcessFunction> clone() const override {
    return std::make_unique<UnkeyedProcessAdapter>(f_);
  }

 private:
  const F f_;
};

template <class F>
class ProcessAdapter final : public KeyedProcessFunction {
 public:
  explicit ProcessAdapter(F f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return f_.declared_states(); }
  void process(RowView in, ProcessContext& ctx) const override {
    typename F::Context typed(ctx);
    f_.process(RowCodec<typename F::In>::decode(in), typed);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    typename F::Context typed(ctx);
    fire_timer(f_, domain, time, typed);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<ProcessAdapter>(f_);
  }

 private:
  const F f_;
};

}  // namespace leat
