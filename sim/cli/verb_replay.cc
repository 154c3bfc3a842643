#include <fmt/format.h>

#include <iostream>

#include "sim/cli/fact_printer.h"
#include "sim/cli/load.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/asked_again.h"
#include "sim/explore/capsule.h"
#include "sim/scenario/decode.h"

namespace leat {

namespace {

// Where the run leaves the one that was recorded.
std::string first_difference(const Scenario& scenario, const FactMarks& recorded,
                             const FactComparison& comparison) {
  if (recorded.empty()) return "";
  const auto difference = comparison.difference();
  if (!difference) return "";
  if (difference->here.empty()) {
    return fmt::format("  the run ended before fact {} of the {} that were recorded\n",
                       difference->last, recorded.facts);
  }
  const ScenarioNames names(scenario);
  std::string text =
      difference->first == difference->last
          ? fmt::format("  the first fact that differs is number {} of {}\n", difference->first,
                        recorded.facts)
          : fmt::format("  the first fact that differs is one of the numbers {} to {} of {}\n",
                        difference->first, difference->last, recorded.facts);
  constexpr size_t kMostShown = 8;
  for (size_t i = 0; i < difference->here.size() && i < kMostShown; ++i)
    text += fact_line(difference->here[i].first, difference->here[i].second, names) + "\n";
  if (difference->here.size() > kMostShown)
    text += fmt::format("               and {} more\n", difference->here.size() - kMostShown);
  return text;
}

int replay_one(const std::string& path, const JobRegistry& jobs) {
  const auto text = read_file(path);
  if (!text) {
    std::cerr << "error: cannot read " << path << "\n";
    return 2;
  }
  const auto capsule = parse_capsule(*text);
  if (!capsule.ok()) {
    std::cerr << "error: " << path << ": " << capsule.error() << "\n";
    return 2;
  }
  DecodeOptions options;
  options.jobs = &jobs;
  const Decoded decoded =
      decode_scenario(capsule.value().scenario_text, capsule.value().scenario_path, options);
  std::cerr << decoded.report;
  if (!decoded.scenario) return 2;
  const Scenario& scenario = *decoded.scenario;
  RunRequest request;
  request.seed = capsule.value().seed;
  request.replay = &capsule.value().choices;
  const Plan plan(*scenario.program);
  FactComparison comparison(capsule.value().marks);
  request.observers = {&comparison};
  RunOutcome outcome = run_once(scenario, plan, request);
  request.observers.clear();
  ask_again(scenario, plan, request, capsule.value().violation, capsule.value().oracle, outcome);
  std::cout << "seed " << request.seed << "\n"
            << (outcome.verdict.ok() ? passed_text(scenario, outcome)
                                     : failure_text(scenario, outcome, "./leat replay " + path));
  if (outcome.drift > 0) {
    std::cout << fmt::format("  drift     {} of {} recorded choices were not asked for\n",
                             outcome.drift, capsule.value().choices.size());
  }
  if (outcome.digest == capsule.value().digest) return exit_code(outcome);
  std::cout << fmt::format("  diverged  the capsule was recorded with digest {} by {}\n",
                           capsule.value().digest, capsule.value().build)
            << first_difference(scenario, capsule.value().marks, comparison);
  return 5;
}

}  // namespace

int replay_verb(const CommonOptions& common) {
  int worst = 0;
  size_t failed = 0;
  for (const std::string& path : common.paths) {
    const int code = replay_one(path, *common.jobs);
    if (code != 0) ++failed;
    worst = std::max(worst, code);
  }
  std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", common.paths.size() - failed,
                           failed);
  return worst;
}

}  // namespace leat
