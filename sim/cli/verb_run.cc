#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

#include "sim/cli/fact_printer.h"
#include "sim/cli/failure_report.h"
#include "sim/cli/json_report.h"
#include "sim/cli/load.h"
#include "sim/cli/pictures.h"
#include "sim/cli/printed_rows.h"
#include "sim/cli/progress.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/forks.h"
#include "sim/explore/invariance.h"
#include "sim/explore/shown.h"
#include "sim/scenario/fields.h"
#include "viz/run_recorder.h"

namespace leat {

namespace {

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
    const auto& known = report_kinds();
    if (std::find(known.begin(), known.end(), wishes.back().kind) != known.end()) continue;
    std::cerr << fmt::format("error: unknown report \"{}\"\n  = help: {}\n", wishes.back().kind,
                             fmt::join(known, ", "));
    return std::nullopt;
  }
  if (wishes.empty() && !verb.digest) {
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
    const auto strategy = strategy_named(verb_.strategy);
    if (!strategy) {
      std::cerr << "error: no strategy is called \"" << verb_.strategy << "\"\n";
      return 2;
    }
    request.strategy = *strategy;
    if (!read_until(verb_.until, request.until)) return 2;
    if (human()) std::cout << "seed " << request.seed << "\n";
    ProgressLine line;
    RunProgress progress(line, scenario_.name);
    std::optional<FactPrinter> printer;
    PrintedRows printed(scenario_.program->graph);
    if (human()) request.taps.push_back(&printed);
    const bool draws = std::any_of(wishes->begin(), wishes->end(), [](const ReportWish& wish) {
      return wish.kind != "json" && wish.kind != "junit";
    });
    RunRecorder recorder(*scenario_.program, {},
                         draws ? assigned_times(*scenario_.program) : AssignedTimes());
    if (prints_facts()) {
      printer.emplace(scenario_, printing(), FactPrinter::Streams{std::cin, std::cout, std::cerr});
      request.observers.push_back(&*printer);
    } else {
      request.observers.push_back(&progress);
    }
    if (draws) {
      request.observers.push_back(&recorder);
      request.taps.push_back(&recorder);
    }
    const Plan plan(*scenario_.program);
    outcome = run_once(scenario_, plan, request);
    if (verb_.until.empty()) judge_invariance(scenario_, outcome, request);
    if (verb_.until.empty() && verb_.forks) judge_forks(scenario_, plan, request, outcome);
    line.clear();
    if (human()) {
      std::cout << printed.text();
      tell(outcome, request);
    }
    if (verb_.digest) std::cout << outcome.digest << "\n";
    const RunView view = draws ? recorder.view() : RunView{};
    return write_all(*wishes, outcome, view);
  }

 private:
  bool human() const { return common_.format == Format::kHuman && !verb_.digest; }
  bool prints_facts() const { return verb_.trace || verb_.step || !verb_.from.empty(); }
  FactPrinting printing() const {
    return {verb_.step ? FactPrinting::Pace::kStepping : FactPrinting::Pace::kFlowing, verb_.from};
  }
  // It exists to show a violation, and ran to its end without it.
  bool has_not_shown(const RunOutcome& outcome) const {
    return scenario_.expect.violation && outcome.verdict.ok() &&
           outcome.stats.end != RunEnd::kStopped;
  }

  void tell(const RunOutcome& outcome, const RunRequest& request) const {
    if (has_not_shown(outcome)) {
      std::cout << fmt::format(
          "FAIL  {}   seed {}   it exists to show {}, and nothing was found wrong\n",
          scenario_.name, outcome.seed, *scenario_.expect.violation);
      return;
    }
    if (outcome.verdict.ok()) {
      std::cout << passed_text(scenario_, outcome);
      return;
    }
    std::string replay = "./leat run " + scenario_.path;
    if (request.rest == RunRequest::Rest::kDrawn || !scenario_.choices)
      replay += seed_options(outcome);
    const char* verdict = only_shows(scenario_, outcome) ? "SHOWN" : "FAIL ";
    std::cout << failure_text(scenario_, outcome, replay, verdict)
              << story_text(scenario_, outcome, request);
    if (only_shows(scenario_, outcome))
      std::cout << "  shown     this is what the scenario exists to show\n";
  }

  int write_all(const std::vector<ReportWish>& wishes, const RunOutcome& outcome,
                const RunView& view) const {
    int code = exit_code(outcome);
    if (only_shows(scenario_, outcome)) code = 0;
    if (has_not_shown(outcome)) code = 1;
    for (const ReportWish& wish : wishes) {
      const std::string error = write_report(wish.kind, wish.path, scenario_, &outcome, &view);
      if (!error.empty()) {
        std::cerr << error << "\n";
        code = 2;
      } else if (human()) {
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
  size_t stopped = 0;
  for (const Scenario& scenario : loaded.scenarios) {
    RunOutcome outcome;
    const int code = OneRun(common, verb, scenario).run(outcome);
    if (code != 0) {
      ++failed;
    } else if (outcome.stats.end == RunEnd::kStopped) {
      ++stopped;  // nothing wrong so far is no pass
    }
    worst = std::max(worst, code);
    scenarios.push_back(&scenario);
    outcomes.push_back(std::move(outcome));
  }
  if (verb.digest) return worst;
  if (common.format == Format::kJson) {
    std::cout << run_json(scenarios, outcomes);
  } else {
    std::cout << fmt::format("{} passed, {} failed, {} skipped\n",
                             outcomes.size() - failed - stopped, failed, stopped);
  }
  return worst;
}

}  // namespace leat
