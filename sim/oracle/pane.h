// Windows and panes by their definition: which windows an element is in, and what a pane's rows,
// folded anew, answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

// Whether the watermark ends the windows. Global windows are not of event time.
bool is_event_time(const WindowSpec& spec);
// Whether windows of one key that touch become one.
bool merges(const WindowSpec& spec);
// Whether two sessions of these windows, all of one key, are one only because the first ends where
// the second begins.
bool sessions_meet(std::vector<TimeWindow> windows);

// The windows of an element: all [offset + k * slide, offset + k * slide + size) that hold its
// time, newest first; of sessions [time, time + gap) before merging.  REQUIRES: the assigner is not
// custom, and not staggered.
std::vector<TimeWindow> windows_of(const WindowSpec& spec, RowView row, Timestamp time,
                                   ProcTime now);
// The same in place of what `windows` held.
void windows_of(const WindowSpec& spec, RowView row, Timestamp time, ProcTime now,
                std::vector<TimeWindow>& windows);
// Whether the assigner could have made it.
bool is_lawful(const WindowSpec& spec, const TimeWindow& window);

// A sum, minimum and so on of all rows of the pane.
Value fold(const AggregateSpec& aggregate, const RowBatch& rows);

// Appends what the window answers: the key, start and end (not of global windows), the aggregates;
// timestamp end - 1.
void append_answer(const StreamNode& node, RowView key, const TimeWindow& window,
                   const RowBatch& rows, RowBatch& out);
// How many cells of an answer say whose it is: the key and the window; of a reduced row, all.
size_t subject_cells(const StreamNode& node);

}  // namespace leat
