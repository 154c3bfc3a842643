// Classic mistakes of streaming jobs, each beside its mended twin: "mistake_clock" and
// "mistake_clock_mended". The engine under them is right; what is found is the job's. The scenarios
// are in scenarios/mistakes.
#pragma once

#include "core/graph/job_registry.h"

namespace leat {

// Of functions: a random number, a static variable, a key that changes.
void add_impure_mistakes(JobRegistry& jobs);
// Of state and timers: kept for ever, for each row, for too short a time.
void add_state_mistakes(JobRegistry& jobs);
// Of time and order: the clock in event time, rows as they come, rules that come too late.
void add_order_mistakes(JobRegistry& jobs);

}  // namespace leat
