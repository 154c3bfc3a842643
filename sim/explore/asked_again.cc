#include "sim/explore/asked_again.h"

#include "sim/explore/forks.h"
#include "sim/explore/invariance.h"

namespace leat {

void ask_again(const Scenario& scenario, const Plan& plan, const RunRequest& request,
               std::string_view violation, std::string_view oracle, RunOutcome& outcome) {
  if (oracle == kForksOracle) return judge_forks(scenario, plan, request, outcome);
  Violation like;
  like.name = violation;
  like.oracle = oracle;
  if (oracle.empty() ? found_by_checks(violation) : found_by_checks(like))
    judge_invariance(scenario, outcome, request);
}

}  // namespace leat
