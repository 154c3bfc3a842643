// The fault atlas at the door: what a scenario must leave room for so that the guarantee that it
// declares can be kept at all. What lies outside is refused when the scenario is loaded, by name,
// and not run to a verdict that says nothing about the engine (design rule 7).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace leat {

struct OutsideGuarantee {
  enum class Subject : uint8_t {
    kRestart,             // something may restart the job, which has no checkpoints
    kTransactionTimeout,  // a transaction may not live for as long as it must
    kFault,               // an outage outlives every transaction
  };
  Subject subject = Subject::kRestart;
  size_t fault = 0;  // kFault: index in Scenario::faults
  std::string code;  // of the diagnostic
  std::string what;
  std::string help;
};

// How long a transaction may have to stay open where nothing goes wrong: it begins right after a
// checkpoint, is pre-committed by the next one and committed when that one is complete.
Duration longest_transaction(const Scenario& scenario);
// From a failure to the job's running again, where whatever broke is back by then.
Duration longest_recovery(const Scenario& scenario);

// All that is wrong.  REQUIRES: scenario.program is set.
std::vector<OutsideGuarantee> outside_guarantee(const Scenario& scenario);

}  // namespace leat
