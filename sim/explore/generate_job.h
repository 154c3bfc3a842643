// A whole scenario drawn from chance: graph, windows, inputs, cluster, checkpoints, world. Most
// real bugs live in combinations that no example file holds.
//
// It is drawn through `choose` (sites "gen.*"), so that the same seed is the same job everywhere,
// and comes out as the text of a scenario file, so that a failure shrinks, replays and reads as any
// other. Each seed has a subset of the features (swarm); features.h counts what was drawn.
#pragma once

#include <string>

#include "core/env/choices.h"

namespace leat {

std::string generate_job(Choices& choices, uint64_t seed);

}  // namespace leat
