// A scenario around a job that was written in C++, for one's own tests:
//
//   Result<Scenario> scenario = scenario_of_job(env.execute("My job"));
//   scenario.value().random_faults.max = 3;
//   CampaignResult result = explore({scenario.value()}, {.runs = 1000});
#pragma once

#include "core/base/result.h"
#include "sim/scenario/scenario.h"

namespace leat {

// Two workers with as many slots as the job needs, heartbeats that notice a death within seconds,
// no faults. Errors are those of the job, and of planning it.
Result<Scenario> scenario_of_job(const Result<StreamGraph>& graph);

}  // namespace leat
