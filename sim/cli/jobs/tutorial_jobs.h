// The small programs that a tutorial of stream processing begins with, one job each:
// "tutorial_words" and so on. Each needs nothing but itself: `"job": {"cpp": "tutorial_words"}` is
// its scenario, to which checkpoints, workers and faults may be added.
#pragma once

#include "core/graph/job_registry.h"

namespace leat {

// One value at a time: doubling, upper_case, even_numbers, words.
void add_transformations(JobRegistry& jobs);
// Keys and windows: keyed_log, and counts in tumbling, sliding and session windows.
void add_windows(JobRegistry& jobs);
// Event, processing and ingestion time; ascending and bounded watermarks.
void add_time(JobRegistry& jobs);
// Counter, collector and aggregator on value, list and map state; checkpoints.
void add_state(JobRegistry& jobs);

}  // namespace leat
