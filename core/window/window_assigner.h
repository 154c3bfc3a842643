// The assigners that the engine brings. (Flink: TumblingEventTimeWindows and its kin.)
#pragma once

#include "core/graph/specs.h"
#include "core/window/time_window.h"

namespace leat {

// By how much the grid of windows is shifted, if the first element comes at `now`.
// (Flink: WindowStagger.)
int64_t stagger_offset(WindowSpec::Stagger stagger, int64_t size, AssignerContext& ctx);

// Throws JobError for what Flink refuses (a size of 0, an offset not smaller than the size).
std::unique_ptr<WindowAssigner> make_assigner(const WindowSpec& spec);

}  // namespace leat
