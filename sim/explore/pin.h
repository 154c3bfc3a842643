// A run made explicit: the scenario's file with the faults that were drawn as faults, the rows that
// were generated or read as rows, and the answers that differ from the plain ones as lines. What
// comes out is the same run without a seed, and can be edited by hand or by a shrinker.
#pragma once

#include <optional>
#include <string>

#include "sim/explore/run_once.h"
#include "sim/scenario/json_tree.h"

namespace leat {

// The scenario's text as a tree with explicit faults and choices. Nothing where the scenario has no
// text. `recorded` is a run of it that was recorded.
std::optional<Json> pin_run(const Scenario& scenario, const RunOutcome& recorded);

// Replaces what generates or reads the rows of the sources by the rows themselves. Sources with
// more than `most` rows stay as they are.
void pin_rows(Json& document, const Scenario& scenario, uint64_t most);

// A value as the rows of files write it. (The keys of a map are texts there.)
Json value_json(const Value& value);
// One fault as files write it.
Json fault_json(const Fault& fault, const Scenario& scenario);
// The choices as lines, each with a note for people.
Json choices_json(const ChoiceMap& choices, const Scenario& scenario);

}  // namespace leat
