#include "sim/explore/upgraded_graph.h"

#include <algorithm>

#include "sim/explore/upstream.h"

namespace leat {

namespace {

class HandOn final : public MapFunction {
 public:
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    std::copy(in.begin(), in.end(), out.begin());
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<HandOn>(); }
};

std::string uid_of(const StreamNode& node) { return node.uid.empty() ? node.name : node.uid; }

// "process-2" of node 2 becomes "process-3" when it is node 3.
void number_anew(StreamNode& node, uint32_t before, uint32_t now) {
  const std::string number = "-" + std::to_string(before);
  if (node.name.ends_with(number))
    node.name = node.name.substr(0, node.name.size() - number.size()) + "-" + std::to_string(now);
}

// The first node that reads a source, and has no other input.
std::optional<uint32_t> place_in(const StreamGraph& graph) {
  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    const StreamNode& node = graph.nodes[n];
    if (node.inputs.size() != 1 || std::holds_alternative<SinkSpec>(node.spec)) continue;
    if (std::holds_alternative<SourceSpec>(graph.node(node.inputs[0].from).spec)) return n;
  }
  return std::nullopt;
}

StreamNode added_before(const StreamGraph& graph, uint32_t place) {
  const StreamEdge& edge = graph.nodes[place].inputs[0];
  StreamNode node;
  node.name = "map-" + std::to_string(place);
  node.spec = MapSpec{std::make_shared<HandOn>(), "as it is"};
  node.inputs.push_back({edge.from, edge.output, Partitioning::kForward});
  node.parallelism = graph.node(edge.from).parallelism;
  node.output = graph.schema_of(edge);
  return node;
}

}  // namespace

std::optional<UpgradedGraph> upgraded(const StreamGraph& graph) {
  const std::optional<uint32_t> place = place_in(graph);
  if (!place) return std::nullopt;
  UpgradedGraph next;
  next.graph.config = graph.config;
  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    if (n == *place) {
      next.graph.nodes.push_back(added_before(graph, *place));
      next.was.push_back(std::nullopt);
    }
    StreamNode node = graph.nodes[n];
    for (StreamEdge& edge : node.inputs) edge.from.value += edge.from.value >= *place ? 1 : 0;
    if (n == *place) {
      node.inputs[0].from = NodeId{*place};
      node.inputs[0].output = kMainOutput;
    }
    number_anew(node, n, n + (n >= *place ? 1 : 0));
    next.graph.nodes.push_back(std::move(node));
    next.was.push_back(NodeId{n});
  }
  for (uint32_t n = 0; n < next.graph.nodes.size(); ++n) {
    const std::optional<NodeId> was = next.was[n];
    const bool same = was && uid_of(graph.node(*was)) == uid_of(next.graph.nodes[n]);
    next.found.push_back(same ? was : std::nullopt);
  }
  return next;
}

bool is_to_be_upgraded(const StreamGraph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const StreamNode& node) { return !node.uid.empty(); });
}

bool has_state(const NodeSpec& spec) {
  return !is_stateless(spec) && !std::holds_alternative<UnionSpec>(spec) &&
         !std::holds_alternative<SubtaskSpec>(spec) && !std::holds_alternative<AssignSpec>(spec) &&
         !std::holds_alternative<SinkSpec>(spec) && !std::holds_alternative<ProcessSpec>(spec);
}

}  // namespace leat
