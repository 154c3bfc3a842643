// explore --points: a crash at every point of one run of each scenario.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/cli/explicit_failure.h"
#include "sim/cli/load.h"
#include "sim/cli/options.h"
#include "sim/cli/progress.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/crash_points.h"
#include "viz/svg.h"

namespace leat {

namespace {

using Document = nlohmann::ordered_json;

// "kill worker-1 after 3 BarrierAligned", as scenario files say it.
std::string point_text(const Fault& fault, const Scenario& scenario) {
  const auto& after = std::get<AfterFact>(fault.when);
  return fmt::format("kill {} after {} {}", process_name(scenario.cluster, fault.process),
                     after.nth, kind_name(*after.kind));
}

// One violation of a scenario: its first failure, and how many points fail so.
struct Kind {
  const PointFailure* first = nullptr;
  uint64_t points = 0;
  KeptFailure kept;
};

// By the name of the first violation and who found it.
std::map<std::string, Kind> kinds_of(const PointsResult& result) {
  std::map<std::string, Kind> kinds;
  for (const PointFailure& failure : result.failures) {
    const Violation& first = failure.outcome.verdict.violations.front();
    Kind& kind = kinds[first.name + " " + first.oracle];
    if (kind.first == nullptr) kind.first = &failure;
    kind.points += failure.points;
  }
  return kinds;
}

ExplicitFailure keep(const Scenario& scenario, const PointFailure& failure, const ExploreVerb& verb,
                     const JobRegistry* registry) {
  const Scenario planted = with_fault(scenario, failure.fault);
  RunRequest run;
  run.seed = failure.outcome.seed;
  run.strategy = failure.outcome.strategy;
  run.oracles = {};
  run.record = true;
  const std::string found_as =
      fmt::format("./leat explore {} --points{}", scenario.path, seed_options(failure.outcome));
  return keep_explicit(planted, failure.outcome, run_once(planted, Plan(*planted.program), run),
                       found_as, verb, registry);
}

// The text of one scenario's points, without its failures.
std::string points_text(const Scenario& scenario, const PointsResult& result) {
  if (!result.refused.empty()) {
    return fmt::format("skip  {:<34} no crash can be planted: {}\n", scenario.name, result.refused);
  }
  if (!result.base.verdict.ok()) {
    return fmt::format("FAIL  {:<34} without any crash\n", scenario.name);
  }
  std::string text = fmt::format(
      "{}  {:<34} {} of {} crash points survived\n", result.ok() ? "ok  " : "FAIL", scenario.name,
      with_commas(result.survived), with_commas(result.points - result.left_out));
  std::string processes;
  for (const PointsResult::OfProcess& of : result.processes) {
    processes += fmt::format("{}{} {} of {}", processes.empty() ? "" : " · ", of.name,
                             with_commas(of.survived), with_commas(of.points));
  }
  text += "      " + processes + "\n";
  text += fmt::format(
      "      {} facts; {} runs, as the facts of one step are one moment; {} went on "
      "from a checkpoint\n",
      with_commas(result.facts), with_commas(result.runs), with_commas(result.restored));
  if (result.left_out > 0) {
    text += fmt::format("      LEFT OUT {} of {} points, evenly: more runs than --runs {} allows\n",
                        with_commas(result.left_out), with_commas(result.points), result.runs);
  }
  return text;
}

Document failure_json(const Kind& kind, const Scenario& scenario) {
  Document json = violation_json(kind.first->outcome.verdict.violations.front());
  json["first_point"] = point_text(kind.first->fault, scenario);
  json["points"] = kind.points;
  json["digest"] = kind.first->outcome.digest;
  json["capsule"] = kind.kept.capsule;
  json["shrunk"] = kind.kept.scenario;
  json["nondeterministic"] = kind.kept.nondeterministic;
  return json;
}

Document points_json(const Scenario& scenario, const PointsResult& result,
                     const std::map<std::string, Kind>& kinds) {
  Document processes = Document::array();
  for (const PointsResult::OfProcess& of : result.processes)
    processes.push_back({{"process", of.name}, {"points", of.points}, {"survived", of.survived}});
  Document failures = Document::array();
  for (const auto& [name, kind] : kinds) failures.push_back(failure_json(kind, scenario));
  return {{"scenario", scenario.name},   {"passed", result.ok()},
          {"refused", result.refused},   {"passed_without_crash", result.base.verdict.ok()},
          {"facts", result.facts},       {"points", result.points},
          {"left_out", result.left_out}, {"runs", result.runs},
          {"survived", result.survived}, {"restored", result.restored},
          {"processes", processes},      {"failures", failures},
          {"digest", result.digest}};
}

int code_of(const PointsResult& result) {
  int worst = exit_code(result.base);
  for (const PointFailure& failure : result.failures)
    worst = std::max(worst, exit_code(failure.outcome));
  return worst;
}

void tell_failures(const Scenario& scenario, const PointsResult& result,
                   std::map<std::string, Kind>& kinds, const ExploreVerb& verb,
                   const CommonOptions& common) {
  if (!result.refused.empty()) return;
  const bool human = common.format == Format::kHuman;
  if (human && !result.base.verdict.ok()) {
    std::cout << failure_text(
        scenario, result.base,
        fmt::format("./leat run {}{}", scenario.path, seed_options(result.base)));
  }
  for (auto& [name, kind] : kinds) {
    const Violation& first = kind.first->outcome.verdict.violations.front();
    if (human) {
      std::cout << fmt::format("\nfound {} at {} in {}: {} points, the first is {}\n", first.name,
                               first.where, scenario.name, with_commas(kind.points),
                               point_text(kind.first->fault, scenario))
                << std::flush;
    }
    const ExplicitFailure failure = keep(scenario, *kind.first, verb, common.jobs);
    kind.kept = failure.kept;
    if (human)
      std::cout << report_text(failure.scenario, kind.first->outcome, kind.kept, common.jobs);
  }
}

}  // namespace

int points_verb(const CommonOptions& common, const ExploreVerb& verb) {
  if (!can_enumerate(common, verb, "--points")) return 2;
  const auto oracles = oracles_named(verb.oracles);
  const auto strategy = strategy_option(verb.strategy);
  if (!oracles || !strategy) return 2;
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  const bool human = common.format == Format::kHuman && !verb.digest;
  if (human) std::cout << "seed " << verb.seed << "\n" << std::flush;

  ProgressLine progress;
  Document list = Document::array();
  Digest digest;
  int worst = 0;
  size_t failed = 0;
  size_t skipped = 0;
  for (const Scenario& scenario : loaded.scenarios) {
    PointsRequest request;
    request.seed = verb.seed;
    request.strategy = strategy->value_or(Strategy::kRandom);
    request.runs_max = verb.runs;
    request.jobs = verb.jobs;
    request.oracles = *oracles;
    request.progress = [&](uint64_t done, uint64_t of) {
      if (progress.due()) progress.draw(fmt::format("{}: {}/{} crashes", scenario.name, done, of));
    };
    const PointsResult result = explore_points(scenario, request);
    progress.clear();
    digest.add(result.digest);
    worst = std::max(worst, code_of(result));
    skipped += result.refused.empty() ? 0 : 1;
    failed += result.refused.empty() && !result.ok() ? 1 : 0;
    if (verb.digest) continue;
    if (human) std::cout << points_text(scenario, result) << std::flush;
    std::map<std::string, Kind> kinds = kinds_of(result);
    tell_failures(scenario, result, kinds, verb, common);
    list.push_back(points_json(scenario, result, kinds));
  }
  if (verb.digest) {
    std::cout << digest.hex() << "\n";
  } else if (human) {
    std::cout << "digest    " << digest.hex() << "\n"
              << fmt::format("{} passed, {} failed, {} skipped\n",
                             loaded.scenarios.size() - failed - skipped, failed, skipped);
  } else {
    std::cout << Document{{"schema", 1},
                          {"seed", verb.seed},
                          {"passed", worst == 0},
                          {"points", list}}
                     .dump(2, ' ', false, Document::error_handler_t::replace)
              << "\n";
  }
  return worst;
}

}  // namespace leat
