// The stream graph that a graph case asks for, written as Flink's DataStream API writes it.
#pragma once

#include "core/graph/stream_graph.h"
#include "sim/conform/recorded.h"

namespace leat {

// Throws UnknownRequest for what is not known, JobError for what the API itself refuses.
StreamGraph graph_of_case(const Value& body);

}  // namespace leat
