// Two streams that one node reads, by Flink's names:
//
//   orders.connect(rates).map(f, g)                              either row, one type of result
//   orders.connect(rates).process(F())                           the same by a function of one's
//   own orders.connect(rules.broadcast()).process(F())               rules that every subtask holds
//   orders.key_by(..).connect(rates.key_by(..)).process(F())     one key space (co_functions.h)
//   orders.key_by(..).connect(rules).process(F())                rules that every subtask holds
//   orders.join(payments).where(..).equal_to(..).window(w).apply(f)
//   orders.co_group(payments).where(..).equal_to(..).window(w).apply<Out>(f)
//   orders.key_by(..).interval_join(payments.key_by(..)).between(lo, hi).process(f)
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/co_functions.h"
#include "core/api/graph_builder.h"
#include "core/api/join_lambdas.h"
#include "core/api/stream_types.h"

namespace leat {

// What reads two inputs: their edges and, where it is keyed, the fields of either key.
struct TwoInputs {
  std::shared_ptr<GraphBuilder> builder;
  StreamEdge left;
  StreamEdge right;
  std::vector<uint32_t> left_key;
  std::vector<uint32_t> right_key;

  // Adds the node; a mistake where the two keys have other types.
  template <RowType Out>
  DataStream<Out> add(NodeSpec spec, std::string_view kind,
                      std::vector<SideOutput> sides = {}) const {
    StreamNode node;
    node.spec = std::move(spec);
    node.inputs = {left, right};
    node.key_fields = left_key;
    node.second_key_fields = right_key;
    node.keyed = !left_key.empty();
    node.sides = std::move(sides);
    node.output = RowCodec<Out>::schema();
    check_keys();
    return {builder, {builder->add(std::move(node), kind)}};
  }

 private:
  void check_keys() const {
    if (right_key.empty()) return;
    const Schema& a = builder->schema_of(left);
    const Schema& b = builder->schema_of(right);
    bool same = left_key.size() == right_key.size();
    for (size_t i = 0; same && i < left_key.size(); ++i)
      same = a.fields[left_key[i]].type == b.fields[right_key[i]].type;
    if (!same) builder->fail("the keys of two inputs do not have the same types");
  }
};

// Not keyed. (Flink: ConnectedStreams.)
template <RowType L, RowType R>
class ConnectedStreams {
 public:
  explicit ConnectedStreams(TwoInputs inputs) : inputs_(std::move(inputs)) {}
  // f(left) and g(right) make the same type.
  template <class F, class G>
    requires PureCallable<F, const L&> && PureCallable<G, const R&>
  auto map(F f, G g) const {
    using Out = std::remove_cvref_t<std::invoke_result_t<const F&, const L&>>;
    static_assert(
        std::is_same_v<Out, std::remove_cvref_t<std::invoke_result_t<const G&, const R&>>>,
        "both functions of a connected stream make rows of one type");
    using Lambda = CoMapLambda<L, R, Out, F, G>;
    return inputs_.add<Out>(CoMapSpec{std::make_shared<Lambda>(std::move(f), std::move(g)), "map"},
                            "co_map");
  }
  // f(left, emit) and g(right, emit).
  template <RowType Out, class F, class G>
    requires PureCallable<F, const L&, const EmitTo<Out>&> &&
             PureCallable<G, const R&, const EmitTo<Out>&>
  DataStream<Out> flat_map(F f, G g) const {
    using Lambda = CoFlatMapLambda<L, R, Out, F, G>;
    return inputs_.add<Out>(
        CoFlatMapSpec{std::make_shared<Lambda>(std::move(f), std::move(g)), "flat map"},
        "co_flat_map");
  }
  // F is an UnkeyedCoProcess<L, R, Out>.
  template <class F>
    requires std::is_same_v<typename F::First, L> && std::is_same_v<typename F::Second, R>
  DataStream<typename F::Out> process(F f) const {
    const std::vector<SideOutput> sides = f.declared_sides();
    return inputs_.add<typename F::Out>(
        CoProcessSpec{std::make_shared<CoProcessAdapter<F>>(std::move(f)), ""}, "co_process",
        sides);
  }
  // F is an UnkeyedBroadcastProcess<L, R, Out>; the second stream goes to every subtask.
  template <class F>
    requires std::is_same_v<typename F::In, L> && std::is_same_v<typename F::Rule, R>
  DataStream<typename F::Out> process(F f) const {
    if (inputs_.right.partitioning != Partitioning::kBroadcast)
      inputs_.builder->fail("a broadcast function needs rules.broadcast() as its second stream");
    const std::vector<SideOutput> sides = f.declared_sides();
    return inputs_.add<typename F::Out>(
        BroadcastProcessSpec{std::make_shared<BroadcastAdapter<F>>(std::move(f)), ""}, "broadcast",
        sides);
  }

 private:
  TwoInputs inputs_;
};

template <RowType L, RowType R>
class KeyedConnectedStreams {
 public:
  explicit KeyedConnectedStreams(TwoInputs inputs) : inputs_(std::move(inputs)) {}
  // F is a KeyedCoProcess<Key, L, R, Out>.
  template <class F>
  DataStream<typename F::Out> process(F f) const {
    static_assert(std::is_same_v<typename F::First, L> && std::is_same_v<typename F::Second, R>,
                  "the function takes other rows than the streams have");
    const std::vector<SideOutput> sides = f.declared_sides();
    return inputs_.add<typename F::Out>(
        CoProcessSpec{std::make_shared<CoProcessAdapter<F>>(std::move(f)), ""}, "co_process",
        sides);
  }

 private:
  TwoInputs inputs_;
};

template <RowType L, RowType R>
class BroadcastConnectedStream {
 public:
  explicit BroadcastConnectedStream(TwoInputs inputs) : inputs_(std::move(inputs)) {}
  // F is a KeyedBroadcastProcess<Key, L, R, Out>.
  template <class F>
  DataStream<typename F::Out> process(F f) const {
    static_assert(std::is_same_v<typename F::In, L> && std::is_same_v<typename F::Rule, R>,
                  "the function takes other rows than the streams have");
    const std::vector<SideOutput> sides = f.declared_sides();
    return inputs_.add<typename F::Out>(
        BroadcastProcessSpec{std::make_shared<BroadcastAdapter<F>>(std::move(f)), ""}, "broadcast",
        sides);
  }

 private:
  TwoInputs inputs_;
};

// The rows of two streams, of one key in one window: of which key, and of which windows.
template <class Self, RowType L, RowType R>
class KeysAndWindow {
 public:
  explicit KeysAndWindow(TwoInputs inputs) : inputs_(std::move(inputs)) {
    inputs_.left.partitioning = Partitioning::kHash;
    inputs_.right.partitioning = Partitioning::kHash;
  }
  template <class C, class... M>
    requires std::is_same_v<C, L>
  Self where(M C::*... members) && {
    (inputs_.left_key.push_back(field_of(*inputs_.builder, members, kUnnamedKey)), ...);
    return self();
  }
  template <class C, class... M>
    requires std::is_same_v<C, R>
  Self equal_to(M C::*... members) && {
    (inputs_.right_key.push_back(field_of(*inputs_.builder, members, kUnnamedKey)), ...);
    return self();
  }
  Self window(WindowSpec spec) && {
    window_ = std::move(spec);
    return self();
  }
  Self allowed_lateness(Duration lateness) && {
    window_.allowed_lateness = lateness;
    return self();
  }
  Self trigger(TriggerSpec trigger) && {
    window_.trigger = std::move(trigger);
    return self();
  }
  Self evictor(EvictorSpec evictor) && {
    window_.evictor = std::move(evictor);
    return self();
  }

 protected:
  template <RowType Out>
  DataStream<Out> add(NodeSpec spec, std::string_view kind) const {
    if (inputs_.left_key.empty() || inputs_.right_key.empty())
      inputs_.builder->fail("a window join needs where(..) and equal_to(..)");
    return inputs_.template add<Out>(std::move(spec), kind);
  }
  TwoInputs inputs_;
  WindowSpec window_;

 private:
  Self self() { return std::move(static_cast<Self&>(*this)); }
};

template <RowType L, RowType R>
class JoinedStreams : public KeysAndWindow<JoinedStreams<L, R>, L, R> {
 public:
  using KeysAndWindow<JoinedStreams<L, R>, L, R>::KeysAndWindow;
  // A row of each pair: f(left, right).
  template <class F>
    requires PureCallable<F, const L&, const R&>
  auto apply(F f) && {
    using Out = std::remove_cvref_t<std::invoke_result_t<const F&, const L&, const R&>>;
    WindowJoinSpec spec{std::move(this->window_),
                        std::make_shared<JoinLambda<L, R, Out, F>>(std::move(f)), "join"};
    return this->template add<Out>(std::move(spec), "join");
  }
};

// The function sees all rows of either side at once.
template <RowType L, RowType R>
class CoGroupedStreams : public KeysAndWindow<CoGroupedStreams<L, R>, L, R> {
 public:
  using KeysAndWindow<CoGroupedStreams<L, R>, L, R>::KeysAndWindow;
  // f(lefts, rights, emit), of vectors.
  template <RowType Out, class F>
    requires PureCallable<F, const std::vector<L>&, const std::vector<R>&, const EmitTo<Out>&>
  DataStream<Out> apply(F f) && {
    CoGroupSpec spec{std::move(this->window_),
                     std::make_shared<CoGroupLambda<L, R, Out, F>>(std::move(f)), "co-group"};
    return this->template add<Out>(std::move(spec), "co_group");
  }
};

// Pairs of one key whose timestamps are near: left + lower <= right <= left + upper.
template <RowType L, RowType R>
class IntervalJoined {
 public:
  explicit IntervalJoined(TwoInputs inputs) : inputs_(std::move(inputs)) {}
  IntervalJoined between(Duration lower, Duration upper) && {
    spec_.lower = lower;
    spec_.upper = upper;
    return std::move(*this);
  }
  IntervalJoined lower_bound_exclusive() && {
    spec_.lower_bound = IntervalJoinSpec::Bound::kExclusive;
    return std::move(*this);
  }
  IntervalJoined upper_bound_exclusive() && {
    spec_.upper_bound = IntervalJoinSpec::Bound::kExclusive;
    return std::move(*this);
  }
  // Where rows go that come when their partners have been dropped already; else they are dropped.
  IntervalJoined side_output_left_late_data(const OutputTag<L>& tag) && {
    spec_.late_left = late(tag.tag, inputs_.left);
    return std::move(*this);
  }
  IntervalJoined side_output_right_late_data(const OutputTag<R>& tag) && {
    spec_.late_right = late(tag.tag, inputs_.right);
    return std::move(*this);
  }
  template <class F>
    requires PureCallable<F, const L&, const R&>
  auto process(F f) && {
    using Out = std::remove_cvref_t<std::invoke_result_t<const F&, const L&, const R&>>;
    spec_.function = std::make_shared<IntervalJoinLambda<L, R, Out, F>>(std::move(f));
    return inputs_.template add<Out>(std::move(spec_), "interval_join", std::move(sides_));
  }

 private:
  uint32_t late(const std::string& tag, const StreamEdge& input) {
    sides_.push_back({tag, inputs_.builder->schema_of(input)});
    return static_cast<uint32_t>(sides_.size() - 1);
  }
  TwoInputs inputs_;
  IntervalJoinSpec spec_;
  std::vector<SideOutput> sides_;
};

}  // namespace leat
