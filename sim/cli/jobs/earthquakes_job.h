// The earthquakes job of scenarios/earthquakes.json, written in C++.
#pragma once

#include "core/graph/job_registry.h"

namespace leat {

// Reads the scenario's source "quakes"; commits to "out", and late records to "late".
Result<StreamGraph> earthquakes_job(const JobInput& input);

}  // namespace leat
