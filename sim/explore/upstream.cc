#include "sim/explore/upstream.h"

namespace leat {

std::vector<NodeId> sources_of(const StreamGraph& graph, NodeId node) {
  // Nodes stand after what they read.
  std::vector<bool> before(node.value + 1, false);
  before[node.value] = true;
  std::vector<NodeId> sources;
  for (uint32_t n = node.value + 1; n-- > 0;) {
    if (!before[n]) continue;
    if (std::holds_alternative<SourceSpec>(graph.nodes[n].spec))
      sources.insert(sources.begin(), NodeId{n});
    for (const StreamEdge& edge : graph.nodes[n].inputs) before[edge.from.value] = true;
  }
  return sources;
}

bool is_stateless(const NodeSpec& spec) {
  return std::holds_alternative<MapSpec>(spec) || std::holds_alternative<FilterSpec>(spec) ||
         std::holds_alternative<FlatMapSpec>(spec) || std::holds_alternative<SplitSpec>(spec);
}

Silence longest_silence(const SplitData& data) {
  Silence longest;
  for (uint32_t split = 0; split < data.splits(); ++split) {
    for (uint64_t offset = 1; offset < data.size(split); ++offset) {
      const int64_t gap = data.arrival(split, offset).ms - data.arrival(split, offset - 1).ms;
      if (gap > longest.lasts) longest = {split, gap};
    }
  }
  return longest;
}

}  // namespace leat
