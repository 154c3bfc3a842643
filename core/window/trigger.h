// The triggers that the engine brings. (Flink: streaming.api.windowing.triggers.)
#pragma once

#include <memory>

#include "core/graph/specs.h"

namespace leat {

// The trigger of a window node.  Throws JobError for what does not fit the windows: a trigger that
// cannot merge on windows that do, one of time windows on global ones or the other way round.
std::unique_ptr<WindowTrigger> make_trigger(const WindowSpec& spec, const WindowAssigner& assigner);

// One trigger of any kind but kDefault, by itself.
std::unique_ptr<WindowTrigger> make_trigger(const TriggerSpec& spec);

}  // namespace leat
