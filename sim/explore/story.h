// What led to a violation, told in the facts that matter: faults, checkpoints, restores, commits,
// and what the node in question did. A run of a small case fits on a screen; of a longer one the
// beginning and what came last before the violation are told.
#pragma once

#include <string>
#include <vector>

#include "core/trace/trace.h"
#include "sim/scenario/scenario.h"

namespace leat {

class Story final : public FactObserver {
 public:
  // `node`: the one that the violation names ("sum", or "" for none).
  Story(const Scenario& scenario, std::string node) : scenario_(scenario), node_(std::move(node)) {}

  void on_fact(ProcTime at, const Fact& fact) override;

  // At most `most` lines, up to and including the time `until` (0: to the end).
  std::vector<std::string> lines(size_t most, int64_t until) const;

 private:
  struct Line {
    int64_t at = 0;
    std::string text;
  };
  const Scenario& scenario_;
  const std::string node_;
  std::vector<Line> lines_;
  size_t dropped_ = 0;
};

// "1.204s"
std::string seconds_text(int64_t ms);

}  // namespace leat
