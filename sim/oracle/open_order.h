// Merged windows leave the order of their rows open. Which cells of an answer show it is found by
// making the answer of the rows in other orders, and, where one row is made of two, of parts that
// were made before: what is the same in all of them is judged.
#pragma once

#include <cstdint>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

// The numbers of the cells, rising.
std::vector<uint32_t> cells_that_show_order(const StreamNode& window, const RowBatch& rows);

}  // namespace leat
