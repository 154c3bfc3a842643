// Which subtask a key belongs to, as Flink has it: Java's hash of the key, scattered, modulo the
// number of key groups; and groups are dealt to subtasks in equal ranges. (Flink:
// KeyGroupRangeAssignment, MathUtils.murmurHash.) Written for the oracles alone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

// How many key groups the node's state has: what it asks for, or the job, or else one and a half
// times its parallelism, rounded up to a power of two, between 128 and 32,768.
uint32_t key_groups_of(const StreamGraph& graph, const StreamNode& node, uint32_t parallelism);

// None where a field is null, which only tuples may hold.  REQUIRES: fields is not empty.
std::optional<uint32_t> place_of_key(RowView row, const std::vector<uint32_t>& fields,
                                     uint32_t key_groups, uint32_t parallelism);

}  // namespace leat
