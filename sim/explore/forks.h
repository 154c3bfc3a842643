// Every completed checkpoint is one that a job can go on from, as long as it is kept: older ones
// too.
//
// A run is made again, and of each checkpoint that it completes is noted what the log held then and
// what the sinks had committed. When the checkpoint is about to be dropped (a later one takes its
// place, or the job ends), and not before, what storage holds of it is taken: so a blob that went
// too early is missed. Then, for each of them, another simulation of the same job begins with that:
// a new leader, from that checkpoint alone, without faults, at the time at which the checkpoint was
// completed. It has to come to its end, and what was committed before and what it commits are
// together what the whole run committed.
//
// Sinks are compared that must commit the same whatever happens (class confluent); any fork must
// come to its end.
#pragma once

#include <optional>

#include "sim/explore/run_once.h"

namespace leat {

// The oracle that a violation of these checks names.
inline constexpr const char* kForksOracle = "forks";

struct ForkVerdict {
  std::optional<Violation> violation;  // of the oldest checkpoint that has one
  uint64_t forks = 0;                  // simulations that were begun from a checkpoint
  uint64_t compared = 0;               // sinks, over all of them
};

// REQUIRES: `request` gives a run that finishes.
ForkVerdict check_forks(const Scenario& scenario, const Plan& plan, const RunRequest& request);

// Adds what the forks say to a run that finished and in which nothing was wrong; others are left.
// REQUIRES: `request` is what gave the outcome.
void judge_forks(const Scenario& scenario, const Plan& plan, const RunRequest& request,
                 RunOutcome& outcome);

}  // namespace leat
