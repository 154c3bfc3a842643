// The scripted process functions of the recorded jobs (conformance jobs.md, "process"). They exist
// for the cases only and are no part of the language of scenarios.
#pragma once

#include <memory>

#include "core/graph/functions.h"
#include "sim/scenario/node_script.h"

namespace leat {

// All scripts of the recorded jobs, as the decoder of scenarios takes them.
NodeScripts job_scripts();
// Those of nodes with two inputs.
void add_connected_scripts(NodeScripts& scripts);

// Rows without a timestamp count as the earliest.
inline EventTime time_of(const ProcessContext& ctx) {
  return ctx.timestamp().value_or(EventTime::min());
}

// Rows wait for their own time and come out with a number that counts for each key; those at or
// behind the watermark go to side output 0.
std::unique_ptr<KeyedProcessFunction> scripted_sort();
std::unique_ptr<KeyedProcessFunction> scripted_dedup();
std::unique_ptr<KeyedProcessFunction> scripted_expire(int64_t after);
std::unique_ptr<KeyedProcessFunction> scripted_ticks(int64_t every, int64_t times);
// Of rows [k, cmd, arg].
std::unique_ptr<KeyedProcessFunction> scripted_commands();
// Of rows [user, action, second].
std::unique_ptr<KeyedProcessFunction> scripted_anomaly();
std::unique_ptr<KeyedProcessFunction> scripted_metrics();

}  // namespace leat
