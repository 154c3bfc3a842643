// explore --exhaustive: all interleavings of a small scenario, and a crash at every step of them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "sim/cli/explicit_failure.h"
#include "sim/cli/load.h"
#include "sim/cli/options.h"
#include "sim/cli/progress.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/exhaustive.h"
#include "sim/explore/interleaving.h"
#include "viz/svg.h"

namespace leat {

namespace {

using Document = nlohmann::ordered_json;

std::string names_of(const std::vector<ProcessId>& processes, const Scenario& scenario) {
  std::string text;
  for (const ProcessId process : processes)
    text += (text.empty() ? "" : ", ") + process_name(scenario.cluster, process);
  return text;
}

std::string result_text(const Scenario& scenario, const ExhaustiveRequest& request,
                        const ExhaustiveResult& result) {
  if (!result.refused.empty())
    return fmt::format("FAIL  {:<34} {}\n", scenario.name, result.refused);
  std::string text = fmt::format(
      "{}  {:<34} {} classes of interleavings, {}\n", result.ok() ? "ok  " : "FAIL", scenario.name,
      with_commas(result.classes.size()), result.complete ? "complete" : "NOT COMPLETE");
  if (!request.victims.empty()) {
    const std::string after =
        !request.deviations
            ? "in all orders for each aftermath"
            : fmt::format("in plain order but for at most {} turns", *request.deviations);
    text += fmt::format(
        "      a crash of {} after every step: {} states, {} crashes, which leave {} worlds\n"
        "      after it {}: {} aftermaths, {} classes\n",
        names_of(request.victims, scenario), with_commas(result.states),
        with_commas(result.crashes), with_commas(result.worlds), after,
        with_commas(result.aftermaths), with_commas(result.after_crash));
  }
  text += fmt::format("      {} runs to their end, {} cut; {} steps; {:.1f} s\n",
                      with_commas(result.runs), with_commas(result.cut), with_commas(result.steps),
                      result.seconds);
  if (result.failed > 0) text += fmt::format("      {} runs failed\n", with_commas(result.failed));
  return text;
}

constexpr const char* kFixed =
    "open      which task or timer of an instant goes next, one record, control element, timer or "
    "message\n"
    "          a step; when the crash comes; every question that is not named below\n"
    "fixed     all before the first record; delays are the least, so an instant ends before the "
    "next begins;\n"
    "          messages and the storage's answers arrive at once; plain answers to\n"
    "          {}\n";

// Who crashes. Nothing (told) where somebody is not known.
std::optional<std::vector<ProcessId>> victims_named(const std::vector<std::string>& names,
                                                    const Scenario& scenario) {
  if (names.empty()) return victims_of(scenario);
  std::vector<ProcessId> victims;
  const size_t processes = scenario.cluster.task_managers.size() + 1;
  for (const std::string& name : names) {
    const size_t before = victims.size();
    for (uint32_t i = 0; i < processes; ++i) {
      if (name == process_name(scenario.cluster, {i})) victims.push_back({i});
    }
    if (victims.size() != before) continue;
    std::cerr << "error: nobody who can crash is called \"" << name << "\"\n";
    return std::nullopt;
  }
  return victims;
}

// "all", or how many turns after a crash may differ. False (told) where it is neither.
bool read_after_crash(const std::string& text, std::optional<uint32_t>& deviations) {
  deviations.reset();
  if (text == "all") return true;
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stop == end) {
    deviations = number;
    return true;
  }
  std::cerr << "error: --after-crash takes \"all\" or a number, not \"" << text << "\"\n";
  return false;
}

Document verb_turns(const ExhaustiveRequest& request) {
  return request.deviations ? Document(*request.deviations) : Document("all");
}

Document result_json(const Scenario& scenario, const ExhaustiveRequest& request,
                     const ExhaustiveResult& result, Document failures) {
  Document victims = Document::array();
  for (const ProcessId victim : request.victims)
    victims.push_back(process_name(scenario.cluster, victim));
  return {{"scenario", scenario.name},
          {"passed", result.ok()},
          {"refused", result.refused},
          {"complete", result.complete},
          {"reduction",
           request.reduction == ExhaustiveRequest::Reduction::kNone ? "none" : "sleep sets"},
          {"classes", result.classes.size()},
          {"victims", victims},
          {"states", result.states},
          {"crashes", result.crashes},
          {"worlds", result.worlds},
          {"aftermaths", result.aftermaths},
          {"turns_after_crash", verb_turns(request)},
          {"classes_after_crash", result.after_crash},
          {"runs", result.runs},
          {"cut", result.cut},
          {"steps", result.steps},
          {"seconds", result.seconds},
          {"fixed", fixed_sites()},
          {"failed_runs", result.failed},
          {"failures", std::move(failures)}};
}

int code_of(const ExhaustiveResult& result) {
  if (!result.refused.empty()) return 2;
  int worst = result.failed > 0 || !result.complete ? 1 : 0;
  for (const ExhaustiveResult::Failure& failure : result.failures)
    worst = std::max(worst, exit_code(failure.outcome));
  return worst;
}

}  // namespace

int exhaustive_verb(const CommonOptions& common, const ExploreVerb& verb) {
  if (!can_enumerate(common, verb, "--exhaustive")) return 2;
  const auto oracles = oracles_named(verb.oracles);
  if (!oracles) return 2;
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  const bool human = common.format == Format::kHuman;
  if (human) std::cout << fmt::format(kFixed, fmt::join(fixed_sites(), ", ")) << std::flush;

  ProgressLine progress;
  Document list = Document::array();
  int worst = 0;
  size_t failed = 0;
  for (const Scenario& scenario : loaded.scenarios) {
    ExhaustiveRequest request;
    if (verb.naive) request.reduction = ExhaustiveRequest::Reduction::kNone;
    const auto victims = victims_named(verb.crash, scenario);
    if (!victims || !read_after_crash(verb.after_crash, request.deviations)) return 2;
    request.victims = *victims;
    request.oracles = *oracles;
    request.runs_max = verb.runs;
    request.failures_max = verb.failures_max;
    request.progress = [&](uint64_t runs, uint64_t classes) {
      if (progress.due())
        progress.draw(fmt::format("{}: {} runs, {} classes", scenario.name, runs, classes));
    };
    const ExhaustiveResult result = explore_exhaustively(scenario, request);
    progress.clear();
    worst = std::max(worst, code_of(result));
    failed += result.ok() ? 0 : 1;
    if (human) std::cout << result_text(scenario, request, result) << std::flush;
    Document failures = Document::array();
    for (const ExhaustiveResult::Failure& found : result.failures) {
      failures.push_back(tell_explicit(found.scenario, found.outcome, found.recorded,
                                       fmt::format("./leat explore {} --exhaustive", scenario.path),
                                       common, verb));
    }
    list.push_back(result_json(scenario, request, result, std::move(failures)));
  }
  if (human) {
    std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", loaded.scenarios.size() - failed,
                             failed);
  } else {
    std::cout << Document{{"schema", 1}, {"passed", worst == 0}, {"exhaustive", list}}.dump(
                     2, ' ', false, Document::error_handler_t::replace)
              << "\n";
  }
  return worst;
}

}  // namespace leat
