// Invariance (META) and user functions: a run beside runs that differ in something that the result
// must not depend on.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/explore/perturbation.h"
#include "sim/explore/run_once.h"

namespace leat {

struct InvarianceVerdict {
  std::vector<Violation> violations;  // of the first perturbation that finds any
  uint64_t judged = 0;                // rows compared, and calls made again
};

// The oracle that a violation of a user's function names.
inline constexpr const char* kFunctionsOracle = "user functions";

// Runs the scenario without faults as it is, and once more for each perturbation, with the choices
// of the seed. What `expect.may_depend_on` names is not compared.
InvarianceVerdict check_invariance(const Scenario& scenario, uint64_t seed);
// The same for one perturbation.
InvarianceVerdict check_invariance(const Scenario& scenario, uint64_t seed,
                                   const Perturbation& perturbation);

// Whether a campaign checks the run of this seed: each eighth, and all of them where the scenario
// exists to show what only these checks find. A function of the seed alone, so that a shard or a
// single run does the same.
bool is_sampled(const Scenario& scenario, uint64_t seed);

// Whether a violation of this name may come from these checks; some names oracles have as well.
bool found_by_checks(std::string_view violation);
// Whether this one does.
bool found_by_checks(const Violation& violation);

// Adds what the checks say to the run's verdict. An impure function stands in front, and what
// is refused: whatever else was found may only follow from it.
// REQUIRES: `request` is what gave the outcome, for the same run again.
void judge_invariance(const Scenario& scenario, RunOutcome& outcome, const RunRequest& request);

}  // namespace leat
