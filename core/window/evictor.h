// The evictors that the engine brings. (Flink: streaming.api.windowing.evictors.)
#pragma once

#include <memory>

#include "core/graph/specs.h"

namespace leat {

// Null where there is none.
std::unique_ptr<Evictor> make_evictor(const EvictorSpec& spec);

}  // namespace leat
