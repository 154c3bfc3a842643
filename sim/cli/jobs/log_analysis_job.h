// Security alerts and metrics of a web service's users, from the lines of its log; and how many
// events of each kind each user had in 5 seconds of the clock.
#pragma once

#include "core/graph/job_registry.h"

namespace leat {

// Read the scenario's source "logs", rows [line:string]; print "Security Alerts" and "User
// Metrics"; lines that cannot be parsed go to the sink "unparsable", their number to
// "unparsable_count".
//
// As one writes it first: events are taken as they arrive. So the alerts depend on the order of
// arrival, and a session may last less than nothing.
Result<StreamGraph> log_analysis_job(const JobInput& input);
// The same with the events of a user put in the order of event time before they are looked at.
// Events behind the watermark go to the sink "late".
Result<StreamGraph> log_analysis_ordered_job(const JobInput& input);

// Prints events per (user, action) in 5-second windows of the processing clock.
Result<StreamGraph> log_counts_job(const JobInput& input);

}  // namespace leat
