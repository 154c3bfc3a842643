// A scenario's job on the real clock: threads, files, no simulation.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "sim/scenario/scenario.h"

namespace leat {

struct RealResult {
  bool finished = false;
  std::map<std::string, std::multiset<std::string>> rows;  // committed, by topic
};

// Every process makes the scenario for itself: programs hold Values, which stay in one thread. The
// clock runs `speed` times as fast as ours.
RealResult run_on_the_real_clock(const std::function<Scenario()>& make, const std::string& name,
                                 int64_t speed);

}  // namespace leat
