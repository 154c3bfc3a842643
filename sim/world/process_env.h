// The Env that a process of a world is handed.
#pragma once

#include <memory>

#include "core/env/env.h"
#include "sim/world/network.h"
#include "sim/world/processes.h"
#include "sim/world/schedule.h"
#include "sim/world/storage.h"

namespace leat {

// REQUIRES: all outlive it. `slot` is the slot of `self`.
std::unique_ptr<Env> make_process_env(ProcessId self, Schedule& schedule, ProcessSlot& slot,
                                      Network& network, Storage& storage);

}  // namespace leat
