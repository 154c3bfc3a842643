// The next version of a job: the same with one more operator, which hands on each row as it is.
#pragma once

#include <optional>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

struct UpgradedGraph {
  StreamGraph graph;
  std::vector<std::optional<NodeId>> was;    // by node: which it was before; none: it is new
  std::vector<std::optional<NodeId>> found;  // by node: whose state is found under its uid or name
};

// Nothing where no operator can be added. Names that were made of a node's number are made anew.
std::optional<UpgradedGraph> upgraded(const StreamGraph& graph);

// Whether somebody has given an operator a uid: then the job is meant to outlive its version.
bool is_to_be_upgraded(const StreamGraph& graph);
// Whether the node has anything to lose.
bool has_state(const NodeSpec& spec);

}  // namespace leat
