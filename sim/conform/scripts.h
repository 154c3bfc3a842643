// The scripted functions of the recorded cases. They exist for the cases only and are no part of
// the language of scenarios.
#pragma once

#include <memory>

#include "core/graph/two_input_functions.h"
#include "core/graph/window_functions.h"
#include "core/operators/watermark_generator.h"
#include "sim/conform/recorded.h"

namespace leat {

// {"bounded":d}, "monotonous", "none", "marked", {"marked_and_periodic":lag}, with or without
// "idle_after".
WatermarkGeneratorFactory scripted_generator(const Value& spec);
// "t", "record", "t or record" of rows [k, t, mark].
std::shared_ptr<const ScalarFunction> scripted_timestamp(const Value& spec);

// [k, i] for i in 0..n-1, of rows whose last cell is n.
std::unique_ptr<FlatMapFunction> scripted_repeat();
// Rows [k, cmd, arg] with plans for timers (conformance core.md, "timers").
std::unique_ptr<KeyedProcessFunction> scripted_timers();
// Rows [k, cmd, arg] on one state of each kind, as {"process":"state"} says (with "ttl",
// "default").
std::unique_ptr<KeyedProcessFunction> scripted_states(const Value& node);
// Rows [k, v, d, note] of the running aggregates.
std::unique_ptr<ReduceFunction> scripted_concat();

// The scripts of twoinput.md, over rows [k, cmd, arg]; side outputs "side" and, with one input,
// "other".
std::unique_ptr<KeyedProcessFunction> scripted_process();
// The window function fires() of window.md; what is kept does not clear its state with the window.
enum class FiresState : uint8_t { kCleared, kKept };
std::unique_ptr<WindowFunction> scripted_fires(FiresState kept);
std::unique_ptr<ProcessFunction> scripted_unkeyed_process();
std::unique_ptr<CoProcessFunction> scripted_connect();
std::unique_ptr<CoProcessFunction> scripted_unkeyed_connect();
std::unique_ptr<CoMapFunction> scripted_co_map();
std::unique_ptr<CoFlatMapFunction> scripted_co_flat_map();
std::unique_ptr<BroadcastProcessFunction> scripted_broadcast(bool keyed);

}  // namespace leat
