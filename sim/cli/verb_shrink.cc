#include <fmt/format.h>

#include <charconv>
#include <iostream>

#include "sim/cli/failure_report.h"
#include "sim/cli/load.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/capsule.h"
#include "sim/explore/forks.h"
#include "sim/explore/invariance.h"
#include "sim/scenario/decode.h"

namespace leat {

namespace {

// A run that may fail: of a capsule, or of FILE@SEED.
struct Subject {
  Scenario scenario;
  RunOutcome outcome;
};

std::optional<Subject> run_subject(const std::string& text, const std::string& path,
                                   const JobRegistry* jobs, const RunRequest& request,
                                   const std::string& oracle = "") {
  DecodeOptions options;
  options.jobs = jobs;
  Decoded decoded = decode_scenario(text, path, options);
  std::cerr << decoded.report;
  if (!decoded.scenario) return std::nullopt;
  Subject subject{std::move(*decoded.scenario), {}};
  const Plan plan(*subject.scenario.program);
  subject.outcome = run_once(subject.scenario, plan, request);
  judge_invariance(subject.scenario, subject.outcome, request);
  if (oracle == kForksOracle) judge_forks(subject.scenario, plan, request, subject.outcome);
  return subject;
}

std::optional<Subject> subject_of(const std::string& name, const JobRegistry* jobs) {
  RunRequest request;
  request.record = true;
  const size_t at = name.rfind('@');
  const char* const end = name.data() + name.size();
  const bool seeded = at != std::string::npos &&
                      std::from_chars(name.data() + at + 1, end, request.seed).ptr == end &&
                      at + 1 < name.size();
  const std::string path = seeded ? name.substr(0, at) : name;
  const auto text = read_file(path);
  if (!text) {
    std::cerr << "error: cannot read " << path << "\n";
    return std::nullopt;
  }
  if (seeded) return run_subject(*text, path, jobs, request);
  const auto capsule = parse_capsule(*text);
  if (!capsule.ok()) {
    std::cerr << "error: " << path << ": " << capsule.error() << "\n"
              << "  = help: name a capsule, or FILE@SEED for a run of a scenario\n";
    return std::nullopt;
  }
  request.seed = capsule.value().seed;
  request.replay = &capsule.value().choices;
  return run_subject(capsule.value().scenario_text, capsule.value().scenario_path, jobs, request,
                     capsule.value().oracle);
}

}  // namespace

int shrink_verb(const CommonOptions& common, const ShrinkVerb& verb) {
  size_t failed = 0;
  for (const std::string& name : common.paths) {
    const auto subject = subject_of(name, common.jobs);
    if (!subject) return 2;
    if (subject->outcome.verdict.ok()) {
      std::cout << passed_text(subject->scenario, subject->outcome)
                << "  there is nothing to shrink\n";
      continue;
    }
    ++failed;
    ShrinkRequest request;
    request.registry = common.jobs;
    request.jobs = verb.jobs;
    request.patience = std::chrono::seconds(verb.seconds);
    const KeptFailure kept =
        keep_failure(subject->scenario, subject->outcome, Shrinking::kOn, request);
    std::cout << report_text(subject->scenario, subject->outcome, kept, common.jobs);
  }
  std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", common.paths.size() - failed,
                           failed);
  return failed > 0 ? 1 : 0;
}

}  // namespace leat
