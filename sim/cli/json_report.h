// Runs and campaigns as JSON and JUnit XML, for machines. Every JSON document carries "schema": 1.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/failure_report.h"
#include "sim/cli/twin.h"
#include "sim/explore/campaign.h"

namespace leat {

std::string run_json(const std::vector<const Scenario*>& scenarios,
                     const std::vector<RunOutcome>& outcomes);
std::string run_junit(const std::vector<const Scenario*>& scenarios,
                      const std::vector<RunOutcome>& outcomes);

// What was done about a campaign's runs afterwards.
struct CampaignDetails {
  uint64_t first_seed = 0;
  const std::vector<KeptFailure>* kept = nullptr;  // of the failures, in their order
  const Twins* twins = nullptr;
};
std::string campaign_json(const std::vector<Scenario>& scenarios, const CampaignResult& result,
                          const CampaignDetails& details);

}  // namespace leat
