// The benchmark's jobs: the tumbling sum of the hand-written loop, as a scenario and as a typed
// job, and a small job whose worker dies.
#pragma once

#include <memory>

#include "sim/scenario/scenario.h"

namespace leat {

enum class BenchFace : uint8_t { kJson, kTyped };

// `events` of bench_event() through a keyed tumbling sum into a transactional sink, on one worker,
// with a checkpoint every ten seconds. `batch_rows`: rows of a batch at most.
Scenario sum_scenario(BenchFace face, uint64_t events, uint32_t batch_rows);

// Two workers, parallelism 2, 200 events, three checkpoints, one crash.
Scenario faulty_scenario();

}  // namespace leat
