#include "sim/conform/graph_nodes.h"

namespace leat {

namespace {

class GraphWriter {
 public:
  explicit GraphWriter(const Value& settings) {
    JobConfig& config = graph_.config;
    config.parallelism = count(member(settings, "parallelism"));
    config.max_parallelism =
        has_member(settings, "max_parallelism") ? count(member(settings, "max_parallelism")) : 0;
    if (has_member(settings, "chaining")) config.chaining = member(settings, "chaining").as_bool();
    if (has_member(settings, "chain_different_max_parallelism"))
      config.chain_different_max_parallelism =
          member(settings, "chain_different_max_parallelism").as_bool();
    if (has_member(settings, "unaligned"))
      config.checkpoint.unaligned = text_of(member(settings, "unaligned")) == "forced"
                                        ? CheckpointConfig::Unaligned::kForced
                                        : CheckpointConfig::Unaligned::kEnabled;
  }

  void add(const Value& node) {
    const std::string kind = text_of(member(node, "kind"));
    StreamNode made;
    made.name = text_of(member(node, "id"));
    made.spec = spec_of(kind);
    read_inputs(node, made);
    made.keyed = is_keyed_kind(kind);
    settle(node, kind, made);
    const bool is_sink = kind == "sink" || kind == "sink_2pc";
    if (is_sink) made.name += ": Writer";
    graph_.nodes.push_back(made);
    if (kind != "sink_2pc") return;
    StreamNode committer = made;
    committer.name = text_of(member(node, "id")) + ": Committer";
    committer.uid.clear();
    committer.key_fields.clear();
    committer.inputs = {{NodeId{static_cast<uint32_t>(graph_.nodes.size() - 1)}, kMainOutput,
                         Partitioning::kForward}};
    graph_.nodes.push_back(std::move(committer));
  }

  StreamGraph take() { return std::move(graph_); }

 private:
  static uint32_t count(const Value& value) {
    const int64_t n = number_of(value);
    if (n < 0 || n > 1'000'000) throw JobError("a parallelism is out of range");
    return static_cast<uint32_t>(n);
  }

  static NodeSpec spec_of(const std::string& kind) {
    SourceSpec looping;
    looping.has_own_loop = true;
    if (kind == "source") return SourceSpec{};
    if (kind == "legacy_source" || kind == "legacy_source_single") return looping;
    if (kind == "map") return MapSpec{};
    if (kind == "filter") return FilterSpec{};
    if (kind == "flat_map" || kind == "process") return FlatMapSpec{};
    if (kind == "watermarks") return AssignSpec{};
    if (kind == "reduce") return RunningAggregateSpec{};
    if (kind == "keyed_process") return KeyedProcessSpec{};
    if (kind == "window" || kind == "window_all") return WindowSpec{};
    if (kind == "union") return UnionSpec{};
    if (kind == "connect") return CoMapSpec{};
    if (kind == "broadcast_process") return BroadcastProcessSpec{};
    if (kind == "async") return AsyncSpec{};
    if (kind == "sink" || kind == "sink_2pc") return SinkSpec{};
    throw UnknownRequest("the node \"" + kind + "\" is not in the engine yet");
  }

  // The partitioner asked for: the last one counts; a keyed stream is not dealt out anew.
  static Partitioning asked(const Value& by) {
    if (by.is_null()) return Partitioning::kUnspecified;
    std::vector<Value> all{by};
    if (by.type() == ValueType::kList) all.assign(by.as_list().begin(), by.as_list().end());
    Partitioning last = Partitioning::kUnspecified;
    for (const Value& each : all) {
      const bool after_key = last == Partitioning::kHash;
      for (int p = 1; p <= static_cast<int>(Partitioning::kCustom); ++p) {
        if (text_of(each) == name_of(static_cast<Partitioning>(p))) last = Partitioning(p);
      }
      if (after_key && last != Partitioning::kHash)
        throw JobError("a keyed stream cannot be partitioned anew");
    }
    return last;
  }

  void read_inputs(const Value& node, StreamNode& made) {
    const Value inputs = member(node, "inputs");
    if (inputs.is_null()) return;
    for (const Value& input : inputs.as_list()) {
      const std::string from = text_of(member(input, "from"));
      const std::optional<NodeId> id = graph_.find(from);
      if (!id) throw UnknownRequest("the node reads from \"" + from + "\", which is not there");
      StreamEdge edge{*id, kMainOutput, asked(member(input, "by"))};
      if (has_member(input, "side"))
        edge.output = side_of(graph_.nodes[id->value], text_of(member(input, "side")));
      if (edge.partitioning == Partitioning::kHash)
        (made.inputs.empty() ? made.key_fields : made.second_key_fields) = {0};
      made.inputs.push_back(std::move(edge));
    }
  }

  static uint32_t side_of(StreamNode& from, const std::string& tag) {
    uint32_t side = 0;
    while (side < from.sides.size() && from.sides[side].tag != tag) ++side;
    if (side == from.sides.size()) from.sides.push_back({tag, {}});
    return side;
  }

  static bool is_keyed_kind(const std::string& kind) {
    return kind == "reduce" || kind == "keyed_process" || kind == "window" || kind == "window_all";
  }

  // The parallelism of what stands before a node; of a union that of its first input.
  uint32_t input_parallelism(const StreamNode& node) const {
    const StreamNode& from = graph_.node(node.inputs[0].from);
    return std::holds_alternative<UnionSpec>(from.spec) ? input_parallelism(from)
                                                        : from.parallelism;
  }

  void settle(const Value& node, const std::string& kind, StreamNode& made) {
    const bool single = kind == "window_all" || kind == "legacy_source_single";
    made.parallelism = single                 ? 1
                       : kind == "watermarks" ? input_parallelism(made)
                                              : graph_.config.parallelism;
    if (has_member(node, "parallelism") && number_of(member(node, "parallelism")) != -1) {
      made.parallelism = count(member(node, "parallelism"));
      if (single && made.parallelism != 1) throw JobError("the node cannot be parallel");
    }
    if (has_member(node, "max_parallelism"))
      made.max_parallelism = count(member(node, "max_parallelism"));
    if (has_member(node, "slot_sharing_group"))
      made.slot_sharing_group = text_of(member(node, "slot_sharing_group"));
    if (has_member(node, "uid")) made.uid = text_of(member(node, "uid"));
    if (has_member(node, "chain"))
      made.chaining = text_of(member(node, "chain")) == "new" ? ChainingStrategy::kHead
                                                              : ChainingStrategy::kNever;
    if (kind != "window_all") return;
    made.key_fields.clear();  // one key for all rows
  }

  StreamGraph graph_;
};

}  // namespace

StreamGraph graph_of_case(const Value& body) {
  GraphWriter writer(member(body, "settings"));
  const Value nodes = member(body, "nodes");
  for (const Value& node : nodes.as_list()) writer.add(node);
  return writer.take();
}

}  // namespace leat
