// Nodes that read two inputs, and async calls. Internal to this folder.
#pragma once

#include "sim/scenario/decode_parts.h"

namespace leat {

// Whether the object is a node over two inputs: a join, a co-group, connected streams.
bool is_two_input_node(const Json& json);
// Fills in a node whose inputs are set. Mistakes are reported.
void decode_two_input_node(const Json& json, const Schema& left, const Schema& right,
                           GraphInProgress& progress, StreamNode& node);
// "async" of a node over rows of `input`.
void decode_async(const Fields& node, const Schema& input, StreamNode& out);

}  // namespace leat
