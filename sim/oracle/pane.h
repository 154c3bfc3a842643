// A pane by its definition: its rows in the order in which they came, folded anew at each answer.
#pragma once

#include <cstdint>
#include <string>

#include "core/graph/stream_graph.h"

namespace leat {

// [start, start + size) with start = offset + k * size.  (Flink: getWindowStartWithOffset.)
EventTime window_start(int64_t time, Duration offset, Duration size);

// A sum, minimum and so on of all rows of the pane.
Value fold(const AggregateSpec& aggregate, const RowBatch& rows);

// Appends what the window answers: the key's fields, start, end, the aggregates; timestamp end - 1.
// REQUIRES: the node is a window; rows are not empty and all have the key.
void append_answer(const StreamNode& node, EventTime start, const RowBatch& rows, RowBatch& out);

std::string window_text(EventTime start, EventTime end);  // "window=[0, 10000)"

}  // namespace leat
