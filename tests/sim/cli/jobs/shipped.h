// The scenarios that are shipped around the program's jobs.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/campaign.h"

namespace leat {

// The names of the files of a folder of `scenarios`, without their ending, in order.
std::vector<std::string> shipped_names(const std::string& folder);
Scenario shipped(const std::string& folder, const std::string& name);

// A campaign over one scenario, on two threads.
ScenarioCoverage explored(Scenario scenario, uint64_t runs,
                          CampaignRequest::Disturb disturb = CampaignRequest::Disturb::kSome);
// No failure, no complaint, and as many runs as asked for.
void expect_clean(const ScenarioCoverage& seen, uint64_t runs);

}  // namespace leat
