// The same run once more: in another thread, at another time of the machine's clocks, judged by
// references that are made anew. Engine and world are functions of their choices, so whatever goes
// another way is what a user's function has besides its arguments, wherever that function stands.
#pragma once

#include <optional>

#include "sim/explore/run_once.h"

namespace leat {

// `first`: what the request gave, as the oracles have judged it and no other check.
std::optional<Violation> made_again(const Scenario& scenario, const RunOutcome& first,
                                    const RunRequest& request);

}  // namespace leat
