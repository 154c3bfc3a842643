// What stands before a node in the graph, and how it comes.
#pragma once

#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

// The sources whose rows reach the node, by any way, in the order of their numbers.
std::vector<NodeId> sources_of(const StreamGraph& graph, NodeId node);
// Whether the node looks at one row at a time and keeps nothing.
bool is_stateless(const NodeSpec& spec);

// The longest time in which a split brings nothing before its next row, and which split that is.
struct Silence {
  uint32_t split = 0;
  int64_t lasts = 0;
};
Silence longest_silence(const SplitData& data);

}  // namespace leat
