// Whole bounded jobs, recorded on Flink's mini cluster: a case is decoded as a scenario and runs on
// the simulated cluster with the ordinary deployment; what its sinks have committed is compared as
// multisets.
//
// A case also says what its result did not depend on. Over a number of seeds each of these is
// varied: parallelism (1 to 8), chaining, batch sizes, interleavings, crashes.
#pragma once

#include <string>

#include "sim/conform/conform.h"

namespace leat {

// A run of a case: what is put around the job, and the seed.
struct JobVariation {
  std::string around;  // keys of a scenario, each followed by a comma
  uint64_t seed = 1;
  bool faults = false;
  bool streaming = false;  // a case of batch mode, run in streaming mode instead
};
// The variation that the case's own words allow for this seed.
JobVariation variation_of(const RecordedCase& recorded, uint64_t seed);

// Empty where the run committed what Flink did; otherwise what differs.
std::string run_job(const RecordedCase& recorded, const JobVariation& variation);

// As it stands, and then under `seeds` variations.
CaseVerdict run_job_case(const RecordedCase& recorded, uint64_t seeds);

}  // namespace leat
