// explore --guided: coverage-guided search, beside as many random seeds.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "sim/cli/explicit_failure.h"
#include "sim/cli/load.h"
#include "sim/cli/options.h"
#include "sim/cli/progress.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/guided.h"
#include "viz/svg.h"

namespace leat {

namespace {

using GuidedDocument = nlohmann::ordered_json;

std::string arm_text(const char* name, const GuidedResult::Arm& arm) {
  std::string text = fmt::format("      {:<8} {:>9} runs  {:>9} features", name,
                                 with_commas(arm.runs), with_commas(arm.features));
  if (arm.first_failure)
    text += fmt::format("  {} failed, the first after {} runs", with_commas(arm.failed),
                        with_commas(*arm.first_failure));
  return text + "\n";
}

// In tenths of a percent, so that it is the same on every machine.
int64_t gain_of(const GuidedResult& result) {
  const auto guided = static_cast<int64_t>(result.guided.features);
  const auto random = static_cast<int64_t>(std::max<uint64_t>(result.random.features, 1));
  return (guided - random) * 1000 / random;
}

std::string guided_text(const Scenario& scenario, const GuidedResult& result) {
  const int64_t gain = gain_of(result);
  return fmt::format("{}  {}\n", result.ok() ? "ok  " : "FAIL", scenario.name) +
         arm_text("guided", result.guided) + arm_text("random", result.random) +
         fmt::format("      gain     {}{}.{} % features; {} runs were kept and varied\n",
                     gain < 0 ? "-" : "+", std::abs(gain) / 10, std::abs(gain) % 10,
                     with_commas(result.corpus)) +
         "      digest   " + result.digest + "\n";
}

GuidedDocument arm_json(const GuidedResult::Arm& arm) {
  return {
      {"runs", arm.runs},
      {"features", arm.features},
      {"failed", arm.failed},
      {"first_failure", arm.first_failure ? GuidedDocument(*arm.first_failure) : GuidedDocument()}};
}

}  // namespace

int guided_verb(const CommonOptions& common, const ExploreVerb& verb) {
  if (!can_enumerate(common, verb, "--guided")) return 2;
  const auto oracles = oracles_named(verb.oracles);
  if (!oracles) return 2;
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  const bool human = common.format == Format::kHuman;
  const uint64_t scenarios = loaded.scenarios.size();

  ProgressLine progress;
  GuidedDocument list = GuidedDocument::array();
  int worst = 0;
  size_t failed = 0;
  for (const Scenario& scenario : loaded.scenarios) {
    GuidedRequest request;
    request.runs = (verb.runs + scenarios - 1) / scenarios;
    request.first_seed = verb.seed;
    request.jobs = verb.jobs;
    request.failures_max = verb.failures_max;
    request.oracles = *oracles;
    request.progress = [&](uint64_t done, uint64_t of) {
      if (progress.due()) progress.draw(fmt::format("{}: {}/{} runs", scenario.name, done, of));
    };
    const GuidedResult result = explore_guided(scenario, request);
    progress.clear();
    failed += result.ok() ? 0 : 1;
    if (!result.ok()) worst = std::max(worst, 1);
    if (human) std::cout << guided_text(scenario, result) << std::flush;
    GuidedDocument failures = GuidedDocument::array();
    for (const GuidedResult::Failure& found : result.failures) {
      worst = std::max(worst, exit_code(found.outcome));
      failures.push_back(tell_explicit(scenario, found.outcome, found.recorded,
                                       fmt::format("./leat explore {} --guided --runs {} --seed {}",
                                                   scenario.path, request.runs, verb.seed),
                                       common, verb));
    }
    list.push_back({{"scenario", scenario.name},
                    {"passed", result.ok()},
                    {"guided", arm_json(result.guided)},
                    {"random", arm_json(result.random)},
                    {"kept", result.corpus},
                    {"digest", result.digest},
                    {"failures", std::move(failures)}});
  }
  if (human) {
    std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", scenarios - failed, failed);
  } else {
    std::cout << GuidedDocument{{"schema", 1}, {"passed", worst == 0}, {"guided", list}}.dump(
                     2, ' ', false, GuidedDocument::error_handler_t::replace)
              << "\n";
  }
  return worst;
}

}  // namespace leat
