// Jobs written in C++, by name: what `"job": {"cpp": "earthquakes"}` in a scenario finds.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/graph/stream_graph.h"

namespace leat {

// What a scenario gives to the job that it names.
struct JobInput {
  JobConfig config;                           // name, parallelism, checkpoints, restart
  std::map<std::string, StreamNode> sources;  // the sources that the scenario describes
};

// Called once for a scenario; all its runs share what comes out.
using JobFactory = std::function<Result<StreamGraph>(const JobInput&)>;
using JobRegistry = std::map<std::string, JobFactory>;

}  // namespace leat
