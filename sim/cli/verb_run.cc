#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/cli/failure_report.h"
#include "sim/cli/json_report.h"
#include "sim/cli/load.h"
#include "sim/cli/pictures.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/invariance.h"
#include "sim/scenario/fields.h"
#include "viz/run_recorder.h"

namespace leat {

namespace {

// Prints every fact as it happens; with `pause`, waits for Enter after each.
class FactPrinter final : public FactObserver {
 public:
  explicit FactPrinter(bool pause) : pause_(pause) {}
  void on_fact(ProcTime at, const Fact& fact) override {
    std::cout << fmt::format("{:>12}  {}\n", at.ms, to_text(fact));
    if (!pause_ || ended_) return;
    std::cout << std::flush;
    std::string line;
    ended_ = !std::getline(std::cin, line);
  }

 private:
  const bool pause_;
  bool ended_ = false;  // nobody types any more: the rest is printed without waiting
};

struct ReportWish {
  std::string kind;
  std::string path;
};

std::optional<std::vector<ReportWish>> wishes_of(const RunVerb& verb, const Scenario& scenario) {
  std::vector<ReportWish> wishes;
  for (const std::string& wish : verb.reports) {
    const size_t equals = wish.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == wish.size()) {
      std::cerr << "error: --report takes KIND=PATH, not \"" << wish << "\"\n";
      return std::nullopt;
    }
    wishes.push_back({wish.substr(0, equals), wish.substr(equals + 1)});
  }
  if (wishes.empty()) {
    for (const auto& [kind, path] : scenario.reports) wishes.push_back({kind, path});
  }
  return wishes;
}

class OneRun {
 public:
  OneRun(const CommonOptions& common, const RunVerb& verb, const Scenario& scenario)
      : common_(common), verb_(verb), scenario_(scenario) {}

  // The exit code; `outcome` is filled in.
  int run(RunOutcome& outcome) {
    const auto wishes = wishes_of(verb_, scenario_);
    if (!wishes) return 2;
    RunRequest request;
    request.seed = verb_.seed.value_or(scenario_.seed);
    if (!verb_.seed) request.rest = RunRequest::Rest::kPlain;
    if (!set_until(request)) return 2;
    if (common_.format == Format::kHuman) std::cout << "seed " << request.seed << "\n";
    FactPrinter printer(verb_.step);
    RunRecorder recorder(*scenario_.program);
    const bool draws = std::any_of(wishes->begin(), wishes->end(), [](const ReportWish& wish) {
      return wish.kind != "json" && wish.kind != "junit";
    });
    if (verb_.trace || verb_.step) request.observers.push_back(&printer);
    if (draws) {
      request.observers.push_back(&recorder);
      request.taps.push_back(&recorder);
    }
    const Plan plan(*scenario_.program);
    outcome = run_once(scenario_, plan, request);
    if (!verb_.until) judge_invariance(scenario_, outcome);
    if (common_.format == Format::kHuman) tell(outcome, request);
    const RunView view = draws ? recorder.view() : RunView{};
    return write_all(*wishes, outcome, view);
  }

 private:
  bool set_until(RunRequest& request) const {
    if (!verb_.until) return true;
    const auto until = parse_duration(*verb_.until);
    if (!until) {
      std::cerr << "error: --until takes a time such as 7020ms or 4s, not \"" << *verb_.until
                << "\"\n";
      return false;
    }
    request.until = ProcTime{*until};
    return true;
  }

  void tell(const RunOutcome& outcome, const RunRequest& request) const {
    if (outcome.verdict.ok()) {
      std::cout << passed_text(scenario_, outcome);
      return;
    }
    std::string replay = "./leat run " + scenario_.path;
    if (request.rest == RunRequest::Rest::kDrawn || !scenario_.choices)
      replay += " --seed " + std::to_string(outcome.seed);
    std::cout << failure_text(scenario_, outcome, replay)
              << story_text(scenario_, outcome, request);
    if (scenario_.expect.violation && outcome.violation() == *scenario_.expect.violation)
      std::cout << "  shown     this is what the scenario exists to show\n";
  }

  int write_all(const std::vector<ReportWish>& wishes, const RunOutcome& outcome,
                const RunView& view) const {
    int code = exit_code(outcome);
    if (scenario_.expect.violation && outcome.violation() == *scenario_.expect.violation) code = 0;
    for (const ReportWish& wish : wishes) {
      const std::string error = write_report(wish.kind, wish.path, scenario_, &outcome, &view);
      if (!error.empty()) {
        std::cerr << error << "\n";
        code = 2;
      } else if (common_.format == Format::kHuman) {
        std::cout << fmt::format("  {:<14}{}\n", wish.kind, wish.path);
      }
    }
    return code;
  }

  const CommonOptions& common_;
  const RunVerb& verb_;
  const Scenario& scenario_;
};

}  // namespace

int run_verb(const CommonOptions& common, const RunVerb& verb) {
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  std::vector<const Scenario*> scenarios;
  std::vector<RunOutcome> outcomes;
  int worst = 0;
  size_t failed = 0;
  for (const Scenario& scenario : loaded.scenarios) {
    RunOutcome outcome;
    const int code = OneRun(common, verb, scenario).run(outcome);
    if (code != 0) ++failed;
    worst = std::max(worst, code);
    scenarios.push_back(&scenario);
    outcomes.push_back(std::move(outcome));
  }
  if (common.format == Format::kJson) {
    std::cout << run_json(scenarios, outcomes);
  } else {
    std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", outcomes.size() - failed, failed);
  }
  return worst;
}

}  // namespace leat
