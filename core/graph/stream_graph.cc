#include "core/graph/stream_graph.h"

namespace leat {

const char* name_of(Partitioning partitioning) {
  static constexpr const char* kNames[] = {"unspecified", "forward", "rebalance",
                                           "rescale",     "shuffle", "broadcast",
                                           "global",      "hash",    "custom"};
  return kNames[static_cast<size_t>(partitioning)];
}

const std::vector<uint32_t>& key_fields_of(const StreamNode& node, uint32_t input) {
  return input == 0 ? node.key_fields : node.second_key_fields;
}

bool is_keyed(const StreamNode& node, uint32_t input) {
  return node.keyed && (input == 0 || !std::holds_alternative<BroadcastProcessSpec>(node.spec));
}

std::optional<NodeId> StreamGraph::find(std::string_view name) const {
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].name == name) return NodeId{i};
  }
  return std::nullopt;
}

const Schema& StreamGraph::schema_of(const StreamEdge& edge) const {
  const StreamNode& from = node(edge.from);
  if (edge.output == kMainOutput) return from.output;
  check(edge.output < from.sides.size(), "an edge reads a side output that its node does not have");
  return from.sides[edge.output].schema;
}

}  // namespace leat
