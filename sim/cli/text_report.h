// What is said of a run on a terminal: one screen, verdict first, never a dump of multisets.
#pragma once

#include <string>
#include <string_view>

#include "sim/explore/campaign.h"

namespace leat {

// The rule that was broken, expected against got, and the one command that replays it.
std::string failure_text(const Scenario& scenario, const RunOutcome& outcome,
                         const std::string& replay, std::string_view verdict = "FAIL ");
// Only the rules that were broken; of the first few violations.
std::string violations_text(const RunOutcome& outcome);
// A few lines about one run that passed.
std::string passed_text(const Scenario& scenario, const RunOutcome& outcome);
// " --seed 7 --strategy chains": what makes `run` repeat this run.
std::string seed_options(const RunOutcome& outcome);
// How many runs and failures each strategy had.
std::string strategies_text(const CampaignResult& result);
// Runs, restores, and how often each fault kind fired.
std::string coverage_text(const ScenarioCoverage& seen);
// What no oracle looks at, and why.
std::string unjudged_text(const Scenario& scenario);

// The same over the whole campaign, one line each.
std::string total_text(const CampaignResult& result);

// Exit code of one run: 0, 1, or 3 where all that is wrong is that it did not end.
int exit_code(const RunOutcome& outcome);

}  // namespace leat
