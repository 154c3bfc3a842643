// Coverage-guided search: runs that did something new are kept, and varied.
//
// What is kept is how a run was answered: a seed, its strategy, and the answers in which it differs
// from them. The corpus grows epoch by epoch: the runs of an epoch are drawn from the corpus that
// the epochs before have left, one in five of them fresh seeds; each other has the faults of a kept
// run in the schedule of a fresh seed, and one to three of that run's answers changed (a fault
// moved, a delay made the longest or none, another one first). Which is varied: of ten, the one
// that has opened most for each time that it was. (To keep the schedule as well reached less than
// random seeds do: what one schedule holds is soon worn out.) After the epoch those that
// reached a feature (behaviour.h) that was new are kept, in their order. So the search is a
// function of the scenario, the first seed and the number of runs: threads change nothing.
//
// Beside it as many seeds are run as a campaign would take, and both are reported: what guidance
// gains is measured each time, not believed.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "sim/explore/run_once.h"

namespace leat {

struct GuidedRequest {
  uint64_t runs = 1000;  // of the search; as many random ones
  uint64_t first_seed = 1;
  uint32_t jobs = 1;        // threads
  size_t failures_max = 1;  // the search ends with the epoch that has so many
  std::vector<OracleKind> oracles = all_oracles();
  // Called now and then, from one thread at a time.
  std::function<void(uint64_t done, uint64_t of)> progress;
};

struct GuidedResult {
  struct Arm {
    uint64_t runs = 0;
    uint64_t features = 0;  // reached by all of them together
    uint64_t failed = 0;
    std::optional<uint64_t> first_failure;  // by which run, from 1
  };
  Arm guided;
  Arm random;
  uint64_t corpus = 0;  // runs kept
  struct Failure {
    RunOutcome outcome;
    RunOutcome recorded;  // the same, with its choices and faults: for pinned() and capsules
  };
  std::vector<Failure> failures;  // of the search
  std::string digest;             // of all its runs
  bool ok() const { return guided.failed == 0 && random.failed == 0; }
};

GuidedResult explore_guided(const Scenario& scenario, const GuidedRequest& request);

}  // namespace leat
