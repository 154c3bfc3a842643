// The class of each sink, from the graph alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/oracle/plan.h"

namespace leat {

const char* name_of(
    SinkClass c);  // "confluent", "late-sensitive", "processing-time", "at least once"

// What flows out of each node.
std::vector<OutFlow> flows_of(const StreamGraph& graph);
std::map<std::string, std::string> sink_classes(const Plan& plan);

}  // namespace leat
