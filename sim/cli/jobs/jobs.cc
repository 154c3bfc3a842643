#include "sim/cli/jobs/jobs.h"

#include "sim/cli/jobs/earthquakes_job.h"
#include "sim/cli/jobs/log_analysis_job.h"
#include "sim/cli/jobs/mistakes.h"
#include "sim/cli/jobs/tutorial_jobs.h"

namespace leat {

JobRegistry shipped_jobs() {
  JobRegistry jobs = {{"earthquakes", earthquakes_job},
                      {"log_analysis", log_analysis_job},
                      {"log_analysis_ordered", log_analysis_ordered_job},
                      {"log_counts", log_counts_job}};
  add_transformations(jobs);
  add_windows(jobs);
  add_time(jobs);
  add_state(jobs);
  add_impure_mistakes(jobs);
  add_order_mistakes(jobs);
  add_state_mistakes(jobs);
  return jobs;
}

}  // namespace leat
