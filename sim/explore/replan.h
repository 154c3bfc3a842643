// A scenario with another graph: planned anew, on a cluster that has room for it.
#pragma once

#include <optional>

#include "sim/scenario/scenario.h"

namespace leat {

// Nothing where the graph cannot be planned.
std::optional<Scenario> replanned(const Scenario& scenario, StreamGraph graph);

}  // namespace leat
