#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>

#include "sim/cli/failure_report.h"
#include "sim/cli/json_report.h"
#include "sim/cli/load.h"
#include "sim/cli/text_report.h"
#include "sim/cli/twin.h"
#include "sim/cli/verbs.h"
#include "viz/svg.h"

namespace leat {

namespace {

// One redrawn line on a terminal, at most ten times a second, and nothing elsewhere.
class Progress {
 public:
  explicit Progress(uint64_t runs) : runs_(runs), shown_(::isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (drawn_) std::cerr << "\r\033[K";
  }
  void tell(uint64_t done, uint64_t failed) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    drawn_ = true;
    std::cerr << fmt::format("\rexplore {}/{} runs · {} failures\033[K", with_commas(done),
                             with_commas(runs_), failed)
              << std::flush;
  }

 private:
  const uint64_t runs_;
  const bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

std::optional<std::vector<OracleKind>> oracles_named(const std::vector<std::string>& names) {
  if (names.empty()) return all_oracles();
  std::vector<OracleKind> chosen;
  for (const std::string& name : names) {
    const size_t before = chosen.size();
    for (const OracleKind kind : all_oracles()) {
      if (name == name_of(kind)) chosen.push_back(kind);
    }
    if (chosen.size() != before) continue;
    std::cerr << "error: no oracle is called \"" << name << "\"\n  = help: ";
    for (const OracleKind kind : all_oracles()) std::cerr << name_of(kind) << " ";
    std::cerr << "\n";
    return std::nullopt;
  }
  return chosen;
}

// The case as it was found first, because making it small takes a while; then the small one.
void tell_failure(const Scenario& scenario, const RunOutcome& outcome, const ExploreVerb& verb,
                  const JobRegistry* registry) {
  const Violation& first = outcome.verdict.violations.front();
  std::cout << fmt::format("\nfound {} at {} in {}, seed {}\n", first.name, first.where,
                           scenario.name, outcome.seed)
            << std::flush;
  ShrinkRequest request;
  request.registry = registry;
  request.jobs = verb.jobs;
  const KeptFailure kept =
      keep_failure(scenario, outcome, verb.shrink ? Shrinking::kOn : Shrinking::kOff, request);
  std::cout << report_text(scenario, outcome, kept, registry);
}

// A share of the runs again in a fresh process. Returns how many differed.
size_t check_twins(const std::vector<Scenario>& scenarios, const ExploreVerb& verb,
                   uint64_t& judged) {
  size_t differing = 0;
  for (const Scenario& scenario : scenarios) {
    for (uint64_t i = 0; i < verb.twins; ++i) {
      CampaignRequest request;
      request.runs = 1;
      request.first_seed = verb.seed + i * 7;
      const std::string here = explore({scenario}, request).digest;
      const std::string there = digest_in_fresh_process(scenario, request.first_seed);
      if (there.empty()) continue;
      ++judged;
      if (here == there) continue;
      ++differing;
      std::cout << fmt::format(
          "\nFAIL  {}   seed {}\n\n  nondeterminism\n    expected  {}\n"
          "    got       {}   in a fresh process\n",
          scenario.name, request.first_seed, here, there);
    }
  }
  return differing;
}

int verdict_code(const CampaignResult& result) {
  int worst = 0;
  for (const ScenarioCoverage& seen : result.scenarios) {
    if (!seen.complaints.empty()) worst = std::max(worst, 1);
    for (const Failure& failure : seen.failures)
      worst = std::max(worst, exit_code(failure.outcome));
  }
  return worst;
}

}  // namespace

int explore_verb(const CommonOptions& common, const ExploreVerb& verb) {
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  const auto oracles = oracles_named(verb.oracles);
  if (!oracles) return 2;

  Progress progress(verb.runs);
  CampaignRequest request;
  request.runs = verb.runs;
  request.first_seed = verb.seed;
  request.jobs = verb.jobs;
  request.failures_max = verb.failures_max;
  request.oracles = *oracles;
  request.progress = [&](uint64_t done, uint64_t failed) { progress.tell(done, failed); };
  const bool human = common.format == Format::kHuman && !verb.digest;
  if (human) std::cout << "seeds from " << verb.seed << "\n" << std::flush;
  const CampaignResult result = explore(loaded.scenarios, request);
  if (verb.digest) {
    std::cout << result.digest << "\n";
    return verdict_code(result);
  }
  if (!human) {
    std::cout << campaign_json(loaded.scenarios, result, verb.seed);
    return verdict_code(result);
  }

  size_t failed = 0;
  for (size_t i = 0; i < loaded.scenarios.size(); ++i) {
    const ScenarioCoverage& seen = result.scenarios[i];
    std::cout << coverage_text(loaded.scenarios[i], seen);
    if (!seen.failures.empty() || !seen.complaints.empty()) ++failed;
    for (const Failure& failure : seen.failures) {
      tell_failure(loaded.scenarios[i], failure.outcome, verb, common.jobs);
    }
  }
  std::cout << total_text(result);
  uint64_t twins = 0;
  const size_t differing = check_twins(loaded.scenarios, verb, twins);
  std::cout << fmt::format("twins     {} runs again in a fresh process, {} differed\n", twins,
                           differing);
  std::cout << "digest    " << result.digest << "\n";
  std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", loaded.scenarios.size() - failed,
                           failed);
  return differing > 0 ? 1 : verdict_code(result);
}

}  // namespace leat
