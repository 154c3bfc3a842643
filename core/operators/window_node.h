// What the operators of windows read from their node, and choose in one place.
#pragma once

#include "core/env/choices.h"
#include "core/graph/stream_graph.h"

namespace leat {

// Which of several timers of one time comes first is Flink's own choice.
inline constexpr Site kTimerOrder{"window.timer_tie"};

// REQUIRES: the node is a window.
inline const WindowSpec& spec_of(const StreamNode& node) { return std::get<WindowSpec>(node.spec); }

// Whether each answer says the window's start and end behind its key.
inline bool has_time_cells(const StreamNode& node) {
  const size_t start = node.key_fields.size();
  return start < node.output.fields.size() && node.output.fields[start].type == ValueType::kTime;
}

}  // namespace leat
