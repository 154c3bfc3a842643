// The report of a failure: verdict, rule, the smallest case, expected against got, what happened,
// and the commands that show it again. One screen; never a dump of multisets.
#pragma once

#include <optional>
#include <string>

#include "core/graph/job_registry.h"
#include "sim/explore/shrink.h"

namespace leat {

// What happened in the run up to its first violation, and its case where that is small. `request`
// is what the run was made with; it is run again.
std::string story_text(const Scenario& scenario, const RunOutcome& outcome,
                       const RunRequest& request);

// A failure, kept and made small.
struct KeptFailure {
  std::string capsule;            // path
  std::string scenario;           // path of the shrunk scenario; "" where it could not be shrunk
  std::string found_as;           // the command that found it; "": a run of its seed
  bool nondeterministic = false;  // the recorded run differs from the first
  std::optional<ShrinkResult> shrunk;
};
// Runs the failure once more (`rest`: what the scenario's own choices leave open), recorded, keeps
// it as a capsule in .leat/failures and, where asked, shrinks it. Progress goes to stderr.
enum class Shrinking : uint8_t { kOff, kOn };
KeptFailure keep_failure(const Scenario& scenario, const RunOutcome& failed, Shrinking shrinking,
                         const ShrinkRequest& request,
                         RunRequest::Rest rest = RunRequest::Rest::kDrawn);
// The report of what was kept: of the shrunk case where there is one.
std::string report_text(const Scenario& scenario, const RunOutcome& failed, const KeptFailure& kept,
                        const JobRegistry* registry);

}  // namespace leat
