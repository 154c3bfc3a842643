// What answers in a run, by what was asked for: a seed, recorded choices, or whoever the caller
// names.
#pragma once

#include <memory>

#include "sim/explore/run_once.h"
#include "sim/world/recorded_choices.h"

namespace leat {

class RunChoices {
 public:
  // REQUIRES: scenario and request outlive this.
  RunChoices(const Scenario& scenario, const RunRequest& request);

  Choices& choices() { return *choices_; }
  // Recorded answers that nobody has asked for so far.
  size_t drift() const { return replays_ ? mapped_.unused() : 0; }

 private:
  const std::unique_ptr<Choices> drawn_;
  PlainChoices plain_;
  const ChoiceMap nothing_;
  MappedChoices mapped_;
  const bool replays_;
  Choices* choices_;
};

}  // namespace leat
