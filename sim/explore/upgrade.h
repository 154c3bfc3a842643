// A job is stopped, and its next version goes on from the checkpoint: does it find its state again?
//
// A run is stopped by a checkpoint in the middle of its input. The next version of the job
// (upgraded_graph.h) starts from that checkpoint, each operator with the state that stands under
// its uid, or else under its name. Both together must commit what the whole run commits.
#pragma once

#include <optional>

#include "sim/oracle/verdict.h"
#include "sim/scenario/scenario.h"

namespace leat {

struct UpgradeVerdict {
  std::optional<Violation> violation;
  uint64_t judged = 0;  // rows compared
};

// Looks only at jobs that are meant to outlive their version: some operator of theirs has a uid.
UpgradeVerdict check_upgrade(const Scenario& scenario, uint64_t seed);

}  // namespace leat
