#include "sim/cli/explicit_failure.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "sim/explore/crash_points.h"

namespace leat {

ExplicitFailure keep_explicit(const Scenario& scenario, const RunOutcome& failed,
                              const RunOutcome& recorded, const std::string& found_as,
                              const ExploreVerb& verb, const JobRegistry* registry) {
  std::optional<Scenario> made = pinned(scenario, recorded, registry);
  check(made.has_value(), "a scenario that was read from a file has a text");
  ShrinkRequest request;
  request.registry = registry;
  request.jobs = verb.jobs;
  ExplicitFailure failure{std::move(*made), {}};
  failure.kept =
      keep_failure(failure.scenario, failed, verb.shrink ? Shrinking::kOn : Shrinking::kOff,
                   request, RunRequest::Rest::kPlain);
  failure.kept.found_as = found_as;
  return failure;
}

nlohmann::ordered_json violation_json(const Violation& violation) {
  return {{"violation", violation.name}, {"oracle", violation.oracle},
          {"where", violation.where},    {"expected", violation.expected},
          {"got", violation.got},        {"rule", violation.rule}};
}

nlohmann::ordered_json tell_explicit(const Scenario& scenario, const RunOutcome& failed,
                                     const RunOutcome& recorded, const std::string& found_as,
                                     const CommonOptions& common, const ExploreVerb& verb) {
  const Violation& first = failed.verdict.violations.front();
  const bool human = common.format == Format::kHuman;
  if (human)
    std::cout << fmt::format("\nfound {} at {} in {}\n", first.name, first.where, scenario.name)
              << std::flush;
  const ExplicitFailure failure =
      keep_explicit(scenario, failed, recorded, found_as, verb, common.jobs);
  if (human) std::cout << report_text(failure.scenario, failed, failure.kept, common.jobs);
  nlohmann::ordered_json json = violation_json(first);
  json["capsule"] = failure.kept.capsule;
  json["shrunk"] = failure.kept.scenario;
  return json;
}

bool can_enumerate(const CommonOptions& common, const ExploreVerb& verb, const char* option) {
  if (common.paths.empty()) {
    std::cerr << "error: " << option << " takes scenario files or folders\n";
    return false;
  }
  if (verb.generate || verb.forks || !verb.shard.empty() || !verb.out.empty() ||
      !verb.until.empty()) {
    std::cerr << "error: " << option
              << " goes with none of --generate, --shard, --out, --until and "
                 "--fork-every-checkpoint\n";
    return false;
  }
  return true;
}

}  // namespace leat
