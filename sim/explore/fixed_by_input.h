// Whether a sink's committed rows must be a function of the input's rows and event times alone.
//
// Not so where the job itself asks for something else: processing time, a trigger or aggregate
// whose answer is defined by the order of arrival, or lateness, which depends on how far the
// watermark was. A process function is no reason: whether *it* is a function of its input is what
// the checks find out.
#pragma once

#include <set>

#include "core/graph/stream_graph.h"

namespace leat {

// `clocked`: the nodes that were seen to register timers on the processing clock.
bool fixed_by_input(const StreamGraph& graph, NodeId sink, const std::set<NodeId>& clocked);

}  // namespace leat
