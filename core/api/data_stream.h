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

#include "core/api/checkpoint_options.h"
#include "core/api/connected_streams.h"
#include "core/api/durations.h"
#include "core/api/generated_splits.h"
#include "core/api/graph_builder.h"
#include "core/api/process_function.h"
#include "core/api/row_type.h"
#include "core/api/stream_types.h"
#include "core/api/typed_functions.h"
#include "core/api/watermark_strategy.h"
#include "core/api/windowed_stream.h"
#include "core/api/windows.h"
#include "core/graph/job_registry.h"
#include "core/graph/table_data.h"

namespace leat {

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
  DataStream set_max_parallelism(uint32_t parallelism) const {
    builder_->node(edge_.from).max_parallelism = parallelism;
    return *this;
  }
  DataStream disable_chaining() const {
    builder_->node(edge_.from).chaining = ChainingStrategy::kNever;
    return *this;
  }
  DataStream start_new_chain() const {
    builder_->node(edge_.from).chaining = ChainingStrategy::kHead;
    return *this;
  }
  DataStream slot_sharing_group(std::string group) const {
    builder_->node(edge_.from).slot_sharing_group = std::move(group);
    return *this;
  }
  // By which state is found again; otherwise that is the name.
  DataStream uid(std::string uid) const {
    builder_->node(edge_.from).uid = std::move(uid);
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
    requires PureCallable<F, const T&, const EmitTo<Out>&>
  DataStream<Out> flat_map(F f) const {
    return next<Out>(FlatMapSpec{std::make_shared<FlatMapLambda<T, Out, F>>(std::move(f)), ""},
                     "flat_map");
  }
  // F is an UnkeyedProcess<T, Out>.
  template <class F>
  DataStream<typename F::Out> process(F f) const {
    static_assert(std::is_same_v<typename F::In, T>,
                  "the function takes other rows than the stream has");
    StreamNode node = node_for(NodeSpec{});
    node.sides = f.declared_sides();
    node.output = RowCodec<typename F::Out>::schema();
    node.spec = ProcessSpec{std::make_shared<UnkeyedProcessAdapter<F>>(std::move(f)), ""};
    return {builder_, {builder_->add(std::move(node), "process")}};
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
    return next<T>(
        AssignSpec{strategy.event_time(), strategy.ingestion_time(), strategy.watermark()},
        "assign");
  }
  template <class... More>
  DataStream union_with(const More&... more) const {
    StreamNode node = node_for(UnionSpec{});
    (node.inputs.push_back(more.edge()), ...);
    node.output = RowCodec<T>::schema();
    return {builder_, {builder_->add(std::move(node), "union")}};
  }

  // ---- two streams ----
  template <RowType R>
  ConnectedStreams<T, R> connect(const DataStream<R>& other) const {
    return ConnectedStreams<T, R>({builder_, edge_, other.edge(), {}, {}});
  }
  template <RowType R>
  JoinedStreams<T, R> join(const DataStream<R>& other) const {
    return JoinedStreams<T, R>({builder_, edge_, other.edge(), {}, {}});
  }
  template <RowType R>
  CoGroupedStreams<T, R> co_group(const DataStream<R>& other) const {
    return CoGroupedStreams<T, R>({builder_, edge_, other.edge(), {}, {}});
  }

  // ---- how rows go to the next node ----
  DataStream rebalance() const { return partitioned(Partitioning::kRebalance); }
  DataStream rescale() const { return partitioned(Partitioning::kRescale); }
  DataStream shuffle() const { return partitioned(Partitioning::kShuffle); }
  DataStream broadcast() const { return partitioned(Partitioning::kBroadcast); }
  DataStream global() const { return partitioned(Partitioning::kGlobal); }
  DataStream forward() const { return partitioned(Partitioning::kForward); }
  // To the channel that f(value, channels) says, from 0 on.
  template <class F>
    requires PureCallable<F, const T&, uint32_t>
  DataStream partition_custom(F f) const {
    DataStream stream = partitioned(Partitioning::kCustom);
    stream.edge_.custom = std::make_shared<PartitionLambda<T, F>>(std::move(f));
    return stream;
  }

  // ---- keys ----
  template <class C, class... M>
    requires(std::is_same_v<C, T> && sizeof...(M) > 0)
  KeyedStream<T> key_by(M C::*... members) const {
    return {builder_, edge_, {field_of(*builder_, members, kUnnamedKey)...}};
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
  void print(std::string prefix) const { sink_to(Sink::print(std::move(prefix))); }
  void print() const { print(builder_->unused_name("print")); }

  const StreamEdge& edge() const { return edge_; }
  // A node that this face has no word for, behind this stream. (Flink: DataStream.transform.)
  template <RowType Out>
  DataStream<Out> transform(std::string_view kind, NodeSpec spec) const {
    return next<Out>(std::move(spec), kind);
  }

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
  // All rows of a key, answered when the input has ended. (Flink: fullWindowPartition.)
  WindowedStream<T> full_window_partition() const {
    WindowSpec spec;
    spec.assigner = WindowSpec::Assigner::kGlobal;
    spec.trigger.kind = TriggerSpec::Kind::kEndOfStream;
    return window(std::move(spec));
  }
  WindowedStream<T> count_window(int64_t n, int64_t slide) const {
    return window(count_windows(n, slide));
  }

  // Rows of a key go to one subtask of the sink, in their order; without a key that was computed.
  void sink_to(const Sink& sink) const {
    const StreamEdge rows = builder_->first_fields(edge_, RowCodec<T>::schema(), key_fields_);
    StreamNode node;
    node.inputs.push_back(rows);
    if (rows.partitioning == Partitioning::kHash) node.key_fields = key_fields_;
    node.spec = sink.spec();
    node.name = sink.topic();
    node.output = RowCodec<T>::schema();
    builder_->add(std::move(node), "sink");
  }
  void print(std::string prefix) const { sink_to(Sink::print(std::move(prefix))); }
  void print() const { print(builder_->unused_name("print")); }

  // ---- one row a key, emitted each time that it changes ----
  // Of sum, min and max the other fields are those of the key's first row.
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> sum(M C::* member) const {
    return running(RunningAggregateSpec::Kind::kSum, member, "sum");
  }
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> min(M C::* member) const {
    return running(RunningAggregateSpec::Kind::kMin, member, "min");
  }
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> max(M C::* member) const {
    return running(RunningAggregateSpec::Kind::kMax, member, "max");
  }
  // The whole row with the least or the largest member; of equal ones the first, or the last.
  using Ties = RunningAggregateSpec::Ties;
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> min_by(M C::* member, Ties ties = Ties::kFirst) const {
    return running(RunningAggregateSpec::Kind::kMinBy, member, "min_by", ties);
  }
  template <class C, class M>
    requires std::is_same_v<C, T>
  DataStream<T> max_by(M C::* member, Ties ties = Ties::kFirst) const {
    return running(RunningAggregateSpec::Kind::kMaxBy, member, "max_by", ties);
  }
  // f(kept, new) is kept.
  template <class F>
    requires PureCallable<F, const T&, const T&>
  DataStream<T> reduce(F f) const {
    RunningAggregateSpec spec;
    spec.kind = RunningAggregateSpec::Kind::kReduce;
    spec.reduce = std::make_shared<RowReduceLambda<T, F>>(std::move(f));
    spec.label = "reduce";
    return add_running(std::move(spec));
  }

  // ---- two streams ----
  template <RowType R>
  KeyedConnectedStreams<T, R> connect(const KeyedStream<R>& other) const {
    return KeyedConnectedStreams<T, R>(
        {builder_, edge_, other.edge(), key_fields_, other.key_fields()});
  }
  // The other stream's rows go to every subtask. (Flink: connect(rules.broadcast(descriptor)).)
  template <RowType R>
  BroadcastConnectedStream<T, R> connect(const DataStream<R>& rules) const {
    StreamEdge to_all = rules.edge();
    to_all.partitioning = Partitioning::kBroadcast;
    return BroadcastConnectedStream<T, R>({builder_, edge_, to_all, key_fields_, {}});
  }
  template <RowType R>
  IntervalJoined<T, R> interval_join(const KeyedStream<R>& other) const {
    return IntervalJoined<T, R>({builder_, edge_, other.edge(), key_fields_, other.key_fields()});
  }
  const StreamEdge& edge() const { return edge_; }
  const std::vector<uint32_t>& key_fields() const { return key_fields_; }

  // F is a KeyedProcess<Key, T, Out>.
  template <class F>
  DataStream<typename F::Out> process(F f) const {
    static_assert(std::is_same_v<typename F::In, T>,
                  "the function takes other rows than the stream has");
    StreamNode node = keyed_node(edge_, key_fields_, RowCodec<typename F::Out>::schema());
    builder_->expect_key(edge_, key_fields_, RowCodec<typename F::Key>::schema());
    node.sides = f.declared_sides();
    node.spec = KeyedProcessSpec{std::make_shared<ProcessAdapter<F>>(std::move(f)), ""};
    return {builder_, {builder_->add(std::move(node), "process")}};
  }

 private:
  template <class C, class M>
  DataStream<T> running(RunningAggregateSpec::Kind kind, M C::* member, const char* name,
                        Ties ties = Ties::kFirst) const {
    RunningAggregateSpec spec;
    spec.kind = kind;
    spec.field = field_of(*builder_, member, kUnnamedArgument);
    spec.ties = ties;
    spec.label = std::string(name) + "(" + builder_->schema_of(edge_).fields[spec.field].name + ")";
    return add_running(std::move(spec));
  }
  DataStream<T> add_running(RunningAggregateSpec spec) const {
    StreamNode node = keyed_node(edge_, key_fields_, builder_->schema_of(edge_));
    node.spec = std::move(spec);
    const StreamEdge made{builder_->add(std::move(node), "running")};
    return {builder_, builder_->first_fields(made, RowCodec<T>::schema())};
  }

  std::shared_ptr<GraphBuilder> builder_;
  StreamEdge edge_;
  std::vector<uint32_t> key_fields_;
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
    get_checkpoint_config().enable_checkpointing(interval);
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
    spec.ingestion_time = strategy.ingestion_time();
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
