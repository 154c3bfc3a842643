// Failures that an enumeration has found: there is no seed that repeats them, so they are kept as
// runs made explicit, with their faults and choices (pin.h).
#pragma once

#include <string>

#include "sim/cli/failure_report.h"
#include "sim/cli/verbs.h"

namespace leat {

struct ExplicitFailure {
  Scenario scenario;  // the run made explicit
  KeptFailure kept;
};

// `recorded`: the failed run again, with its choices and faults.  REQUIRES: the scenario has a
// text.
ExplicitFailure keep_explicit(const Scenario& scenario, const RunOutcome& failed,
                              const RunOutcome& recorded, const std::string& found_as,
                              const ExploreVerb& verb, const JobRegistry* registry);

// Whether the command line makes sense for an enumeration (told on stderr where not).
bool can_enumerate(const CommonOptions& common, const ExploreVerb& verb, const char* option);

}  // namespace leat
