// The whole command line as a function: a program that brings its own C++ jobs registers them and
// calls this, and every verb works for them ("job": {"cpp": "their_name"} in a scenario).
#pragma once

#include "core/graph/job_registry.h"

namespace leat {

int main(int argc, char** argv, const JobRegistry& jobs);

}  // namespace leat
