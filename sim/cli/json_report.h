// Runs and campaigns as JSON and JUnit XML, for machines. Every JSON document carries "schema": 1.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/campaign.h"

namespace leat {

std::string run_json(const std::vector<const Scenario*>& scenarios,
                     const std::vector<RunOutcome>& outcomes);
std::string run_junit(const std::vector<const Scenario*>& scenarios,
                      const std::vector<RunOutcome>& outcomes);
std::string campaign_json(const std::vector<Scenario>& scenarios, const CampaignResult& result,
                          uint64_t first_seed);

}  // namespace leat
