#include "core/api/graph_builder.h"

#include <algorithm>

#include "core/graph/batch_mode.h"

namespace leat {

namespace {

class FirstFields final : public MapFunction {
 public:
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    std::copy_n(in.begin(), out.size(), out.begin());
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<FirstFields>(); }
};

std::string mistake_of_window(const WindowSpec& window) {
  using Assigner = WindowSpec::Assigner;
  const bool sized =
      window.assigner == Assigner::kTumbling || window.assigner == Assigner::kSliding;
  if (sized && window.size.ms <= 0) return "a window lasts longer than nothing";
  if (window.assigner == Assigner::kSliding && window.slide.ms <= 0)
    return "sliding windows slide by more than nothing";
  if (window.assigner == Assigner::kSession && window.gap_of == nullptr && window.gap.ms <= 0)
    return "the gap between two sessions is longer than nothing";
  return {};
}

std::string mistake_of(const CheckpointConfig& checkpoint) {
  if (checkpoint.interval && checkpoint.interval->ms <= 0)
    return "the interval between two checkpoints is longer than nothing";
  if (checkpoint.min_pause.ms < 0) return "the pause between two checkpoints is not negative";
  if (checkpoint.timeout.ms <= 0) return "the timeout of a checkpoint is longer than nothing";
  if (checkpoint.max_concurrent < 1) return "at least one checkpoint is under way at a time";
  if (checkpoint.alignment_timeout.ms < 0) return "the time for an alignment is not negative";
  if (checkpoint.is_unaligned() && checkpoint.max_concurrent > 1)
    return "of unaligned checkpoints only one is under way at a time";
  if (checkpoint.is_unaligned() && checkpoint.mode == CheckpointingMode::kAtLeastOnce)
    return "checkpoints that are at least once wait for no barrier: they are not unaligned";
  return {};
}

std::string mistake_of(const WatermarkSpec& watermark) {
  if (watermark.bound.ms < 0) return "the bound of out-of-orderness is not negative";
  if (watermark.idle_after && watermark.idle_after->ms <= 0)
    return "a partition is idle after longer than nothing";
  if (watermark.alignment && watermark.alignment->max_drift.ms < 0)
    return "how far a source may run ahead is not negative";
  if (watermark.alignment && watermark.alignment->update_interval.ms <= 0)
    return "sources are aligned at intervals that are longer than nothing";
  return {};
}

// What a node asks for that cannot be; empty where it can.
std::string mistake_of(const NodeSpec& spec) {
  if (const auto* async = std::get_if<AsyncSpec>(&spec)) {
    if (async->retry && !async->timeout) return "repetitions of async calls need a timeout";
    if (async->capacity < 1) return "async calls need room for one";
    if (async->least_latency > async->most_latency)
      return "the least latency of an async call is above the most";
  }
  if (const auto* source = std::get_if<SourceSpec>(&spec)) return mistake_of(source->watermark);
  if (const auto* assign = std::get_if<AssignSpec>(&spec)) {
    if (assign->watermark.alignment) return "only sources are aligned, not assigners in midstream";
    return mistake_of(assign->watermark);
  }
  if (const auto* window = std::get_if<WindowSpec>(&spec)) return mistake_of_window(*window);
  if (const auto* join = std::get_if<IntervalJoinSpec>(&spec)) {
    if (join->lower > join->upper)
      return "the lower bound of an interval join is above the upper bound";
  }
  return {};
}

}  // namespace

StreamNode keyed_node(const StreamEdge& input, std::vector<uint32_t> key_fields, Schema output) {
  StreamNode node;
  node.inputs.push_back(input);
  node.key_fields = std::move(key_fields);
  node.keyed = true;
  node.output = std::move(output);
  return node;
}

NodeId GraphBuilder::add(StreamNode node, std::string_view kind) {
  const NodeId id{static_cast<uint32_t>(graph_.nodes.size())};
  if (node.name.empty()) node.name = std::string(kind) + "-" + std::to_string(id.value);
  if (graph_.find(node.name)) fail("two nodes are named \"" + node.name + "\"");
  if (std::string mistake = mistake_of(node.spec); !mistake.empty()) fail(std::move(mistake));
  graph_.nodes.push_back(std::move(node));
  return id;
}

std::string GraphBuilder::fresh_name(std::string_view kind) const {
  return std::string(kind) + "-" + std::to_string(graph_.nodes.size());
}

std::string GraphBuilder::unused_name(const std::string& name) const {
  std::string free = name;
  for (uint32_t n = 2; graph_.find(free); ++n) free = name + "-" + std::to_string(n);
  return free;
}

void GraphBuilder::rename(NodeId id, std::string name) {
  const std::optional<NodeId> found = graph_.find(name);
  if (name.empty() || (found && *found != id)) fail("two nodes are named \"" + name + "\"");
  node(id).name = std::move(name);
}

StreamEdge GraphBuilder::side_output(NodeId id, const std::string& tag, const Schema& schema) {
  const std::vector<SideOutput>& sides = node(id).sides;
  for (uint32_t i = 0; i < sides.size(); ++i) {
    if (sides[i].tag != tag) continue;
    const StreamEdge side{id, i};
    if (sides[i].schema == schema) return side;
    const std::vector<Field>& all = sides[i].schema.fields;
    if (all.size() > schema.width() &&
        std::equal(schema.fields.begin(), schema.fields.end(), all.begin())) {
      return first_fields(side, schema);
    }
    fail("the side output \"" + tag + "\" has other fields than its tag");
    return side;
  }
  fail("\"" + node(id).name + "\" has no side output \"" + tag + "\"");
  return {id};
}

StreamEdge GraphBuilder::first_fields(const StreamEdge& from, const Schema& schema,
                                      std::vector<uint32_t> key_fields) {
  if (schema_of(from).width() == schema.width()) return from;
  StreamNode first;
  first.inputs.push_back(from);
  first.key_fields = std::move(key_fields);
  first.output = schema;
  first.spec = MapSpec{std::make_shared<FirstFields>(), "without its key"};
  return {add(std::move(first), "rows")};
}

void GraphBuilder::expect_key(const StreamEdge& edge, const std::vector<uint32_t>& key_fields,
                              const Schema& key) {
  const Schema& rows = schema_of(edge);
  std::string has;
  std::string wants;
  for (const uint32_t field : key_fields)
    has += (has.empty() ? "" : ", ") + std::string(name_of(rows.fields[field].type));
  for (const Field& field : key.fields)
    wants += (wants.empty() ? "" : ", ") + std::string(name_of(field.type));
  if (has != wants) fail("the stream's key is (" + has + "), the function's is (" + wants + ")");
}

void GraphBuilder::fail(std::string what) {
  if (error_.empty()) error_ = std::move(what);
}

Result<StreamGraph> GraphBuilder::finish() const {
  if (!error_.empty()) return Error{error_};
  if (std::string mistake = mistake_of(graph_.config.checkpoint); !mistake.empty())
    return Error{std::move(mistake)};
  StreamGraph graph = graph_;
  for (StreamNode& node : graph.nodes) {
    if (node.keyed && node.key_fields.empty()) node.parallelism = 1;  // one key for all rows
    if (node.parallelism == 0) node.parallelism = graph.config.parallelism;
    if (const auto* source = std::get_if<SourceSpec>(&node.spec)) {
      node.parallelism = std::max(1u, std::min(node.parallelism, source->data->splits()));
    }
  }
  return settle_mode(std::move(graph));
}

}  // namespace leat
