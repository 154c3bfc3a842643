// The DataStream face for jobs in C++, with Flink's names where Flink has the thing.
//
//   StreamExecutionEnvironment env(input);
//   env.source<Quake>("quakes")
//       .filter([](const Quake& q) { return q.mag > 2; })
//       .key_by(&Quake::net)
//       .window(TumblingEventTimeWindows::of(hours(12)))
//       .aggregate<PerNetwork>(count(), max(&Quake::mag))
//       .sink_to(Sink::transactional("out"));
//   return env.finish();
//
// It only builds a StreamGraph: the same that a scenario file builds, run by the same engine.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/aggregate_calls.h"
#include "core/api/checkpoint_options.h"
#include "core/api/durations.h"
#include "core/api/generated_splits.h"
#include "core/api/graph_builder.h"
#include "core/api/process_function.h"
#include "core/api/row_type.h"
#include "core/api/typed_functions.h"
#include "core/api/watermark_strategy.h"
#include "core/api/windows.h"
#include "core/graph/job_registry.h"
#include "core/graph/table_data.h"

namespace leat {

// Names a side output and says what its rows are.
template <RowType T>
struct OutputTag {
  std::string tag;
};

class Sink {
 public:
  static Sink transactional(std::string topic) {
    return {SinkSpec::Kind::kTransactional, std::move(topic)};
  }
  static Sink at_least_once(std::string topic) {
    return {SinkSpec::Kind::kAtLeastOnce, std::move(topic)};
  }
  static Sink print(std::string prefix) { return {SinkSpec::Kind::kPrint, std::move(prefix)}; }
  SinkSpec spec() const { return {kind_, topic_, topic_}; }
  const std::string& topic() const { return topic_; }

 private:
  Sink(SinkSpec::Kind kind, std::string topic) : kind_(kind), topic_(std::move(topic)) {}
  SinkSpec::Kind kind_;
  std::string topic_;
};

template <RowType T>
class KeyedStream;
template <RowType T>
class WindowedStream;

template <RowType T>
class DataStream {
 public:
  DataStream(std::shared_ptr<GraphBuilder> builder, StreamEdge edge)
      : DataStream(std::move(builder), edge, edge.from) {}
  // A stream that another node than its own has side outputs for.
  DataStream(std::shared_ptr<GraphBuilder> builder, StreamEdge edge, NodeId sides)
      : builder_(std::move(builder)), edge_(edge), sides_(sides) {}

  // ---- of the node that this stream comes from ----
  DataStream name(std::string name) const {
    builder_->rename(edge_.from, std::move(name));
    return *this;
  }
  DataStream set_parallelism(uint32_t parallelism) const {
    builder_->node(edge_.from).parallelism = parallelism;
    return *this;
  }
  DataStream disable_chaining() const {
    builder_->node(edge_.from).chaining = ChainingStrategy::kNever;
    return *this;
  }
  template <RowType S>
  DataStream<S> side_output(const OutputTag<S>& tag) const {
    return {builder_, builder_->side_output(sides_, tag.tag, RowCodec<S>::schema())};
  }

  // ---- one row at a time ----
  template <class F>
    requires PureCallable<F, const T&>
  auto map(F f) const {
    using Out = std::remove_cvref_t<std::invoke_result_t<const F&, const T&>>;
    static_assert(RowType<Out>, "map must return a value, or a struct with LEAT_ROW");
    return next<Out>(MapSpec{std::make_shared<MapLambda<T, Out, F>>(std::move(f)), ""}, "map");
  }
  template <class F>
    requires PureCallable<F, const T&>
  DataStream filter(F f) const {
    return next<T>(FilterSpec{std::make_shared<FilterLambda<T, F>>(std::move(f)), ""}, "filter");
  }
  // f(value, emit): calls emit(out) any number of times.
  template <RowType Out, class F>
    requires PureCallable<F, const T&, const Emitter<Out>&>
  DataStream<Out> flat_map(F f) const {
    return next<Out>(FlatMapSpec{std::make_shared<FlatMapLambda<T, Out, F>>(std::move(f)), ""},
                     "flat_map");
  }
  // Values that it holds for go to the side output, the others on.
  template <class F>
    requires PureCallable<F, const T&>
  DataStream split(F f, const OutputTag<T>& tag) const {
    StreamNode node =
        node_for(SplitSpec{std::make_shared<FilterLambda<T, F>>(std::move(f)), "to " + tag.tag});
    node.output = RowCodec<T>::schema();
    node.sides.push_back({tag.tag, RowCodec<T>::schema()});
    return {builder_, {builder_->add(std::move(node), "split")}};
  }
  DataStream assign_timestamps_and_watermarks(const WatermarkStrategy<T>& strategy) const {
    return next<T>(AssignSpec{strategy.event_time(), strategy.watermark()}, "assign");
  }
  template <class... More>
  DataStream union_with(const More&... more) const {
    StreamNode node = node_for(UnionSpec{});
    (node.inputs.push_back(more.edge()), ...);
    node.output = RowCodec<T>::schema();
    return {builder_, {builder_->add(std::move(node), "union")}};
  }

  // ---- how rows go to the next node ----
  DataStream rebalance() const { return partitioned(Partitioning::kRebalance); }
  DataStream rescale() const { return partitioned(Partitioning::kRescale); }
  DataStream shuffle() const { return partitioned(Partitioning::kShuffle); }
  DataStream broadcast() const { return partitioned(Partitioning::kBroadcast); }
  DataStream global() const { return partitioned(Partitioning::kGlobal); }
  DataStream forward() const { return partitioned(Partitioning::kForward); }

  // ---- keys ----
  template <class C, class... M>
    requires(std::is_same_v<C, T> && sizeof...(M) > 0)
  KeyedStream<T> key_by(M C::*... members) const {
    std::vector<uint32_t> fields;
    const auto add = [&](auto member) {
      const auto index = RowCodec<T>::index_of(member);
      if (!index) builder_->fail("a key is a member that LEAT_ROW does not name");
      fields.push_back(index.value_or(0));
    };
    (add(members), ...);
    return {builder_, edge_, std::move(fields)};
  }
  // The key is computed, and travels with the row.
  template <class F>
    requires PureCallable<F, const T&>
  KeyedStream<T> key_by(F f) const {
    using Key = std::remove_cvref_t<std::invoke_result_t<const F&, const T&>>;
    StreamNode node =
        node_for(MapSpec{std::make_shared<AppendLambda<T, Key, F>>(std::move(f)), "key"});
    node.output = RowCodec<T>::schema();
    std::vector<uint32_t> fields;
    for (Field field : RowCodec<Key>::schema().fields) {
      fields.push_back(node.output.width());
      field.name = "key_" + field.name;
      node.output.fields.push_back(std::move(field));
    }
    return {builder_, {builder_->add(std::move(node), "key")}, std::move(fields)};
  }
  // One key for all rows: the windows run in one subtask.
  WindowedStream<T> window_all(WindowSpec spec) const {
    return {builder_, edge_, {}, std::move(spec)};
  }

  // ---- sinks ----
  void sink_to(const Sink& sink) const {
    StreamNode node = node_for(sink.spec());
    node.name = sink.topic();
    node.output = builder_->schema_of(edge_);
    builder_->add(std::move(node), "sink");
  }
  void print(std::string prefix = "print") const { sink_to(Sink::print(std::move(prefix))); }

  const StreamEdge& edge() const { return edge_; }

 private:
  StreamNode node_for(NodeSpec spec) const {
    StreamNode node;
    node.spec = std::move(spec);
    node.inputs.push_back(edge_);
    return node;
  }
  template <RowType Out>
  DataStream<Out> next(NodeSpec spec, std::string_view kind) const {
    StreamNode node = node_for(std::move(spec));
    node.output = RowCodec<Out>::schema();
    return {builder_, {builder_->add(std::move(node), kind)}};
  }
  DataStream partitioned(Partitioning partitioning) const {
    StreamEdge edge = edge_;
    edge.partitioning = partitioning;
    return {builder_, edge};
  }

  std::shared_ptr<GraphBuilder> builder_;
  StreamEdge edge_;
  NodeId sides_;
};

template <RowType T>
class KeyedStream {
 public:
  KeyedStream(std::shared_ptr<GraphBuilder> builder, StreamEdge edge,
              std::vector<uint32_t> key_fields)
      : builder_(std::move(builder)), edge_(edge), key_fields_(std::move(key_fields)) {
    edge_.partitioning = Partitioning::kHash;
  }

  WindowedStream<T> window(WindowSpec spec) const {
    return {builder_, edge_, key_fields_, std::move(spec)};
  }
  WindowedStream<T> count_window(int64_t n) const { return window(count_windows(n)); }
  WindowedStream<T> count_window(int64_t n, int64_t slide) const {
    return window(count_windows(n, slide));
  }

  // Rows of a key go to one subtask of the sink, in their order.
  void sink_to(const Sink& sink) const {
    StreamNode node;
    node.inputs.push_back(edge_);
    node.key_fields = key_fields_;
    node.spec = sink.spec();
    node.name = sink.topic();
    node.output = builder_->schema_of(edge_);
    builder_->add(std::move(node), "sink");
  }
  void print(std::string prefix = "print") const { sink_to(Sink::print(std::move(prefix))); }

  // F is a KeyedProcess<Key, T, Out>.
  template <class F>
  DataStream<typename F::Out> process(F f) const {
    static_assert(std::is_same_v<typename F::In, T>,
                  "the function takes other rows than the stream has");
    StreamNode node;
    node.inputs.push_back(edge_);
    node.key_fields = key_fields_;
    node.keyed = true;
    node.output = RowCodec<typename F::Out>::schema();
    node.sides = f.declared_sides();
    node.spec = KeyedProcessSpec{std::make_shared<ProcessAdapter<F>>(std::move(f)), ""};
    return {builder_, {builder_->add(std::move(node), "process")}};
  }

 private:
  std::shared_ptr<GraphBuilder> builder_;
  StreamEdge edge_;
  std::vector<uint32_t> key_fields_;
};

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

  // A row of Out is the key's fields, the window's start and end (not of global windows), and the
  // aggregates, in this order.
  template <RowType Out, class... Calls>
  DataStream<Out> aggregate(Calls... calls) && {
    StreamNode node;
    node.inputs.push_back(edge_);
    node.key_fields = key_fields_;
    node.keyed = true;
    const Schema& input = builder_->schema_of(edge_);
    const Schema names = RowCodec<Out>::schema();
    Schema made = key_and_window(input);
    (add(calls, input, made), ...);
    if (!fits(made, names))
      builder_->fail("a window's result does not have the fields of its struct");
    for (size_t i = 0; i < spec_.aggregates.size() && names.width() == made.width(); ++i) {
      spec_.aggregates[i].name = names.fields[made.width() - spec_.aggregates.size() + i].name;
    }
    node.output = names;
    if (spec_.late_to_side) node.sides.push_back({late_tag_, input});
    node.spec = std::move(spec_);
    return {builder_, {builder_->add(std::move(node), "window")}};
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
    StreamNode node;
    node.inputs.push_back(edge_);
    node.key_fields = key_fields_;
    node.keyed = true;
    const Schema& input = builder_->schema_of(edge_);
    node.output = key_and_window(input);
    node.output.fields.push_back({"reduced", ValueType::kList});
    if (spec_.late_to_side) node.sides.push_back({late_tag_, input});
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

 private:
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
  template <class M>
  void add(AggregateCall<T, M> call, const Schema& input, Schema& made) {
    static constexpr const char* kNames[] = {"sum", "min", "max", "count", "collect"};
    const auto index = RowCodec<T>::index_of(call.member);
    if (!index) return builder_->fail("an aggregate takes a member that LEAT_ROW does not name");
    AggregateSpec spec;
    spec.kind = call.kind;
    spec.argument = read_field(*index);
    spec.argument_type = FieldCodec<M>::kType;
    spec.label =
        std::string(kNames[static_cast<size_t>(call.kind)]) + "(" + input.fields[*index].name + ")";
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

class StreamExecutionEnvironment {
 public:
  explicit StreamExecutionEnvironment(JobConfig config = {})
      : builder_(std::make_shared<GraphBuilder>(std::move(config))) {}
  // For a job that a scenario names: its configuration and sources.
  explicit StreamExecutionEnvironment(const JobInput& input)
      : StreamExecutionEnvironment(input.config) {
    sources_ = input.sources;
  }

  StreamExecutionEnvironment& set_parallelism(uint32_t parallelism) {
    builder_->config().parallelism = parallelism;
    return *this;
  }
  StreamExecutionEnvironment& enable_checkpointing(Duration interval) {
    builder_->config().checkpoint.interval = interval;
    return *this;
  }
  CheckpointOptions get_checkpoint_config() { return CheckpointOptions(builder_); }
  CheckpointConfig& checkpoint_config() { return builder_->config().checkpoint; }
  RestartConfig& restart_config() { return builder_->config().restart; }

  // Values in their order, all there at once; dealt out to the partitions in turn.
  template <RowType T>
  DataStream<T> from_collection(std::string name, const std::vector<T>& values,
                                uint32_t partitions = 1) {
    std::vector<TableSplit> splits(std::max(partitions, 1u));
    for (size_t i = 0; i < splits.size(); ++i) splits[i].name = name + "-" + std::to_string(i);
    for (size_t i = 0; i < values.size(); ++i) {
      check_round_trip(values[i]);
      TableSplit& split = splits[i % splits.size()];
      Row row(RowCodec<T>::kWidth);
      RowCodec<T>::encode(values[i], row);
      split.rows.push_back(std::move(row));
      split.arrivals.push_back(0);
    }
    return add_source<T>(std::move(name),
                         std::make_shared<TableData>(RowCodec<T>::kWidth, std::move(splits)),
                         WatermarkStrategy<T>::no_watermarks());
  }
  template <RowType T>
  DataStream<T> from_collection(const std::vector<T>& values) {
    return from_collection(builder_->fresh_name("collection"), values);
  }
  template <RowType T>
  DataStream<T> from_collection(std::initializer_list<T> values) {
    return from_collection(std::vector<T>(values));
  }
  // `count` values, one each `every` in all, dealt out to the partitions in turn; f(i) makes the
  // i-th. It must be pure: after a restore it is asked again.
  template <class F>
    requires PureCallable<F, int64_t>
  auto generate(std::string name, int64_t count, Duration every, F f, uint32_t partitions = 1) {
    using T = std::remove_cvref_t<std::invoke_result_t<const F&, int64_t>>;
    return add_source<T>(std::move(name),
                         std::make_shared<GeneratedSplits<T, F>>(count, every, partitions, f),
                         WatermarkStrategy<T>::no_watermarks());
  }
  // Any splits whose rows are T's.
  template <RowType T>
  DataStream<T> add_source(std::string name, std::shared_ptr<const SplitData> data,
                           const WatermarkStrategy<T>& strategy) {
    StreamNode node;
    node.name = std::move(name);
    node.output = RowCodec<T>::schema();
    SourceSpec spec;
    spec.data = std::move(data);
    spec.event_time = strategy.event_time();
    spec.watermark = strategy.watermark();
    node.spec = std::move(spec);
    return {builder_, {builder_->add(std::move(node), "source")}};
  }
  // A source that the scenario describes; its fields must be those of T.
  template <RowType T>
  DataStream<T> source(const std::string& name) {
    return {builder_, {add_described(name, RowCodec<T>::schema())}};
  }

  Result<StreamGraph> finish() const { return builder_->finish(); }
  // Names the job and hands it over: whoever called the job's factory runs it.
  Result<StreamGraph> execute(std::string name) {
    builder_->config().name = std::move(name);
    return finish();
  }

 private:
  NodeId add_described(const std::string& name, const Schema& schema);

  std::shared_ptr<GraphBuilder> builder_;
  std::map<std::string, StreamNode> sources_;
};

}  // namespace leat
