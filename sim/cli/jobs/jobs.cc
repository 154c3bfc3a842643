#include "sim/cli/jobs/jobs.h"

#include "sim/cli/jobs/earthquakes_job.h"

namespace leat {

JobRegistry shipped_jobs() { return {{"earthquakes", earthquakes_job}}; }

}  // namespace leat
