// Whether a sink's committed rows must be a function of the input's rows and event times alone.
//
// Not so where the job itself asks for something else: processing time, a trigger or aggregate
// whose answer is defined by the order of arrival, or lateness, which depends on how far the
// watermark was. A process function is no reason: whether *it* is a function of its input is what
// the checks find out.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "core/graph/stream_graph.h"

namespace leat {

// Whether partitions that share a watermark are a reason, or are taken as if each had its own.
enum class Partitions : uint8_t { kAsTheyAre, kEachByItself };

// `clocked`: the nodes that were seen to register timers on the processing clock.
bool fixed_by_input(const StreamGraph& graph, NodeId sink, const std::set<NodeId>& clocked,
                    Partitions partitions = Partitions::kAsTheyAre);

// Why not, in words; empty where it is fixed.
std::string why_not_fixed(const StreamGraph& graph, NodeId sink, const std::set<NodeId>& clocked,
                          Partitions partitions = Partitions::kAsTheyAre);
// The sinks that are not, whatever a run shows, and why: silence would look like a pass.
std::map<std::string, std::string> not_compared(const StreamGraph& graph);

}  // namespace leat
