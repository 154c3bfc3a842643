// Windows of a scenario: the assigner with its trigger and evictor, as they stand under "window"
// (and under "join" and "cogroup", whose windows are the same). Internal to this folder.
#pragma once

#include <optional>

#include "core/graph/specs.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/fields.h"

namespace leat {

// Everything of the window but what it computes. Expressions in it are over such rows.  Nothing,
// and reported, where the object is wrong.
std::optional<WindowSpec> decode_window_spec(const Json& json, const ExprScope& scope,
                                             Diagnostics& d);

std::optional<TriggerSpec> decode_trigger(const Json& json, const ExprScope& scope, Diagnostics& d);
std::optional<EvictorSpec> decode_evictor(const Json& json, const ExprScope& scope, Diagnostics& d);

}  // namespace leat
