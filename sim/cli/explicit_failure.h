// Failures that an enumeration has found: there is no seed that repeats them, so they are kept as
// runs made explicit, with their faults and choices (pin.h).
#pragma once

#include <nlohmann/json_fwd.hpp>
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

// What a JSON report says of a violation.
nlohmann::ordered_json violation_json(const Violation& violation);

// Keeps it and says so on stdout as it is told to people; gives what a JSON report says of it.
nlohmann::ordered_json tell_explicit(const Scenario& scenario, const RunOutcome& failed,
                                     const RunOutcome& recorded, const std::string& found_as,
                                     const CommonOptions& common, const ExploreVerb& verb);

// Whether the command line makes sense for an enumeration (told on stderr where not).
bool can_enumerate(const CommonOptions& common, const ExploreVerb& verb, const char* option);

}  // namespace leat
