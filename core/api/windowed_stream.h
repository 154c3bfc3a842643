// A keyed stream cut into windows: lateness, trigger, evictor, and what each window answers.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/aggregate_calls.h"
#include "core/api/graph_builder.h"
#include "core/api/stream_types.h"
#include "core/api/typed_functions.h"
#include "core/api/window_function.h"

namespace leat {

template <RowType T>
class WindowedStream {
 public:
  WindowedStream(std::shared_ptr<GraphBuilder> builder, StreamEdge edge,
                 std::vector<uint32_t> key_fields, WindowSpec spec)
      : builder_(std::move(builder)),
        edge_(edge),
        key_fields_(std::move(key_fields)),
        spec_(std::move(spec)) {}

  WindowedStream allowed_lateness(Duration lateness) && {
    spec_.allowed_lateness = lateness;
    return std::move(*this);
  }
  WindowedStream trigger(TriggerSpec trigger) && {
    spec_.trigger = std::move(trigger);
    return std::move(*this);
  }
  WindowedStream evictor(EvictorSpec evictor) && {
    spec_.evictor = std::move(evictor);
    return std::move(*this);
  }
  WindowedStream side_output_late_data(const OutputTag<T>& tag) && {
    spec_.late_to_side = true;
    late_tag_ = tag.tag;
    return std::move(*this);
  }

  // F is a ProcessWindow<Key, T, Out>.
  template <class F>
  DataStream<typename F::Out> process(F f) && {
    static_assert(std::is_same_v<typename F::In, T>,
                  "the function takes other rows than the stream has");
    return answered_by(std::move(f));
  }

  // A row of Out is the key's fields, the window's start and end (not of global windows), and the
  // aggregates (count(), sum(&T::member) .., or one's own), in this order.
  template <RowType Out, class... Calls>
  DataStream<Out> aggregate(Calls... calls) && {
    const Schema& input = builder_->schema_of(edge_);
    const Schema names = RowCodec<Out>::schema();
    Schema made = key_and_window(input);
    (add(calls, input, made), ...);
    if (!fits(made, names))
      builder_->fail("a window's result does not have the fields of its struct");
    for (size_t i = 0; i < spec_.aggregates.size() && names.width() == made.width(); ++i) {
      spec_.aggregates[i].name = names.fields[made.width() - spec_.aggregates.size() + i].name;
    }
    StreamNode node = windowed_node(names);
    node.spec = std::move(spec_);
    return {builder_, {builder_->add(std::move(node), "window")}};
  }

  // The window keeps the aggregate alone, and F, a ProcessWindow<Key, its result, Out>, sees the
  // one result. (Flink: aggregate(AggregateFunction, ProcessWindowFunction).)
  template <class Call, class F>
    requires requires { typename F::Context; }
  DataStream<typename F::Out> aggregate(Call call, F f) && {
    Schema made;
    add(std::move(call), builder_->schema_of(edge_), made);
    if (!fits(made, RowCodec<typename F::In>::schema()))
      builder_->fail("the function behind a window's aggregate takes another type than its result");
    return answered_by(std::move(f));
  }
  // The same behind a reduction. (Flink: reduce(ReduceFunction, ProcessWindowFunction).)
  template <class R, class F>
    requires PureCallable<R, const T&, const T&>
  DataStream<typename F::Out> reduce(R r, F f) && {
    static_assert(std::is_same_v<typename F::In, T>,
                  "the function takes other rows than the stream has");
    spec_.reduce = std::make_shared<RowReduceLambda<T, R>>(std::move(r));
    return answered_by(std::move(f));
  }

  // f(a, b) makes one row of what was kept and what has come; the window answers with what is left.
  template <class F>
    requires PureCallable<F, const T&, const T&>
  DataStream<T> reduce(F f) && {
    AggregateSpec spec;
    spec.kind = AggregateSpec::Kind::kUser;
    spec.user = std::make_shared<ReduceLambda<T, F>>(std::move(f));
    spec.name = "reduced";
    spec.label = "reduce";
    spec_.aggregates = {std::move(spec)};
    StreamNode node = windowed_node(key_and_window(builder_->schema_of(edge_)));
    node.output.fields.push_back({"reduced", ValueType::kList});
    node.spec = std::move(spec_);
    const StreamEdge window{builder_->add(std::move(node), "window")};
    StreamNode unpack;
    unpack.spec = MapSpec{std::make_shared<UnpackLast>(), "reduced"};
    unpack.inputs.push_back(window);
    unpack.output = RowCodec<T>::schema();
    return {builder_, {builder_->add(std::move(unpack), "reduced")}, window.from};
  }
  // The member added up; the other fields are those of the window's first row.
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> sum(M C::* member) && {
    return std::move(*this).reduce([member](const T& a, const T& b) {
      T total = a;
      total.*member = static_cast<M>(a.*member + b.*member);
      return total;
    });
  }
  // The same with the least or the largest of the member.
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> min(M C::* member) && {
    return std::move(*this).reduce([member](const T& a, const T& b) {
      T kept = a;
      if (less(b.*member, a.*member)) kept.*member = b.*member;
      return kept;
    });
  }
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> max(M C::* member) && {
    return std::move(*this).reduce([member](const T& a, const T& b) {
      T kept = a;
      if (less(a.*member, b.*member)) kept.*member = b.*member;
      return kept;
    });
  }
  // The whole row with the least or the largest member; of equal ones the first, or the last.
  using Ties = RunningAggregateSpec::Ties;
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> min_by(M C::* member, Ties ties = Ties::kFirst) && {
    return std::move(*this).reduce([member, ties](const T& a, const T& b) {
      const bool later =
          ties == Ties::kLast ? !less(a.*member, b.*member) : less(b.*member, a.*member);
      return later ? b : a;
    });
  }
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> max_by(M C::* member, Ties ties = Ties::kFirst) && {
    return std::move(*this).reduce([member, ties](const T& a, const T& b) {
      const bool later =
          ties == Ties::kLast ? !less(b.*member, a.*member) : less(a.*member, b.*member);
      return later ? b : a;
    });
  }

 private:
  // In the order of values: -0.0 is below 0.0, and NaN above all.
  template <class M>
  static bool less(const M& a, const M& b) {
    return FieldCodec<M>::encode(a) < FieldCodec<M>::encode(b);
  }
  template <class F>
  DataStream<typename F::Out> answered_by(F f) {
    StreamNode node = windowed_node(RowCodec<typename F::Out>::schema());
    const auto first_side = static_cast<uint32_t>(node.sides.size());
    for (const SideOutput& side : f.declared_sides()) node.sides.push_back(side);
    spec_.function = std::make_shared<WindowAdapter<F>>(std::move(f), first_side);
    node.spec = std::move(spec_);
    return {builder_, {builder_->add(std::move(node), "window")}};
  }
  // With the side output of late rows, if they have one, as its first.
  StreamNode windowed_node(Schema output) const {
    StreamNode node = keyed_node(edge_, key_fields_, std::move(output));
    if (spec_.late_to_side) node.sides.push_back({late_tag_, builder_->schema_of(edge_)});
    return node;
  }
  // What stands before the aggregates in a row of the result.
  Schema key_and_window(const Schema& input) const {
    Schema made;
    for (const uint32_t key : key_fields_) made.fields.push_back(input.fields[key]);
    if (!spec_.is_global()) {
      made.fields.push_back({"start", ValueType::kTime});
      made.fields.push_back({"end", ValueType::kTime});
    }
    return made;
  }
  void add(CountCall, const Schema&, Schema& made) {
    AggregateSpec spec;
    spec.label = "count()";
    spec_.aggregates.push_back(std::move(spec));
    made.fields.push_back({"count", ValueType::kInt});
  }
  template <UserAggregate<T> A>
  void add(A aggregate, const Schema&, Schema& made) {
    using Result =
        std::remove_cvref_t<decltype(aggregate.get_result(aggregate.create_accumulator()))>;
    AggregateSpec spec;
    spec.kind = AggregateSpec::Kind::kUser;
    spec.label = "aggregate";
    spec.user = std::make_shared<AggregateAdapter<T, A>>(std::move(aggregate));
    spec_.aggregates.push_back(std::move(spec));
    made.fields.push_back({"value", FieldCodec<Result>::kType});
  }
  template <class M>
  void add(AggregateCall<T, M> call, const Schema& input, Schema& made) {
    static constexpr const char* kNames[] = {"sum", "min", "max", "count", "collect"};
    const uint32_t field = field_of(*builder_, call.member, kUnnamedArgument);
    AggregateSpec spec;
    spec.kind = call.kind;
    spec.argument = read_field(field);
    spec.argument_type = FieldCodec<M>::kType;
    spec.label =
        std::string(kNames[static_cast<size_t>(call.kind)]) + "(" + input.fields[field].name + ")";
    spec_.aggregates.push_back(std::move(spec));
    const bool is_list = call.kind == AggregateSpec::Kind::kCollect;
    const bool time_sum =
        call.kind == AggregateSpec::Kind::kSum && FieldCodec<M>::kType == ValueType::kTime;
    made.fields.push_back({"value", is_list    ? ValueType::kList
                                    : time_sum ? ValueType::kInt
                                               : FieldCodec<M>::kType});
  }
  static bool fits(const Schema& made, const Schema& wanted) {
    if (made.width() != wanted.width()) return false;
    for (uint32_t i = 0; i < made.width(); ++i) {
      if (made.fields[i].type != wanted.fields[i].type) return false;
    }
    return true;
  }

  std::shared_ptr<GraphBuilder> builder_;
  StreamEdge edge_;
  std::vector<uint32_t> key_fields_;
  WindowSpec spec_;
  std::string late_tag_;
};

}  // namespace leat
