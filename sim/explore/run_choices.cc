#include "sim/explore/run_choices.h"

namespace leat {

namespace {

const ChoiceMap& map_of(const Scenario& scenario, const RunRequest& request,
                        const ChoiceMap& nothing) {
  if (request.replay != nullptr) return *request.replay;
  return scenario.choices ? *scenario.choices : nothing;
}

// Whether what the map leaves open is answered plainly.
bool is_plain(const Scenario& scenario, const RunRequest& request) {
  if (!scenario.world.disorder || request.replay != nullptr) return true;
  return scenario.choices && request.rest == RunRequest::Rest::kPlain;
}

}  // namespace

RunChoices::RunChoices(const Scenario& scenario, const RunRequest& request)
    : drawn_(make_choices(request.strategy, request.seed)),
      mapped_(map_of(scenario, request, nothing_),
              is_plain(scenario, request) ? static_cast<Choices&>(plain_) : *drawn_),
      replays_(request.replay != nullptr || scenario.choices.has_value()),
      choices_(request.choices) {
  if (choices_ != nullptr) return;
  choices_ = &mapped_;
  if (!replays_) choices_ = is_plain(scenario, request) ? &plain_ : drawn_.get();
}

}  // namespace leat
