#include <fmt/format.h>

#include <iostream>

#include "sim/cli/load.h"
#include "sim/cli/pictures.h"
#include "sim/cli/verbs.h"
#include "viz/run_recorder.h"

namespace leat {

int validate_verb(const CommonOptions& common) {
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code == 4) return 4;
  const size_t all = scenario_files(common.paths).size();
  const size_t good = loaded.scenarios.size();
  std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", good, all - good);
  return loaded.exit_code;
}

namespace {

// One run of the one scenario on the command line, drawn.
int draw(const CommonOptions& common, const PictureVerb& verb, const std::string& kind) {
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  const Scenario& scenario = loaded.scenarios.front();
  RunRecorder recorder(*scenario.program, {}, assigned_times(*scenario.program));
  RunRequest request;
  request.seed = verb.seed.value_or(scenario.seed);
  if (!verb.seed) request.rest = RunRequest::Rest::kPlain;
  request.observers = {&recorder};
  request.taps = {&recorder};
  const RunOutcome outcome = run_once(scenario, Plan(*scenario.program), request);
  const RunView view = recorder.view();
  const std::string error = write_report(kind, verb.out, scenario, &outcome, &view);
  if (error.empty()) {
    std::cout << "seed " << request.seed << "\n" << verb.out << "\n";
    return 0;
  }
  std::cerr << error << "\n";
  return 2;
}

}  // namespace

int graph_verb(const CommonOptions& common, const PictureVerb& verb) {
  return draw(common, verb, verb.physical ? "physical" : "graph");
}

int timeline_verb(const CommonOptions& common, const PictureVerb& verb) {
  return draw(common, verb, verb.out.ends_with(".html") ? "html" : "timeline");
}

}  // namespace leat
