// What joins, co-groups, connected maps and async calls make of all their rows, by definition:
// every pair of rows is looked at, no state, no timer, no watermark.
#pragma once

#include "core/graph/stream_graph.h"

namespace leat {

// Whether apply_two_input() knows the node by its definition.
bool is_defined_by_pairs(const StreamNode& node);

// REQUIRES: is_defined_by_pairs(node).
void apply_two_input(const StreamNode& node, const RowBatch& left, const RowBatch& right,
                     RowBatch& out);

// Whether sessions of a join or co-group over windows meet (sessions_meet() of one key).
bool sessions_meet(const StreamNode& node, const RowBatch& left, const RowBatch& right);

// What an async function answers, however long it takes. Throws what the function throws.
void apply_async(const AsyncSpec& spec, const RowBatch& in, RowBatch& out);

}  // namespace leat
