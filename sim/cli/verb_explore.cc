#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "sim/cli/campaign_file.h"
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

// "2/4": the second of four.
bool read_shard(const std::string& text, CampaignRequest::Shard& shard) {
  if (text.empty()) return true;
  uint32_t index = 0;
  uint32_t of = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, index);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/') {
    const auto second = std::from_chars(first.ptr + 1, end, of);
    if (second.ec == std::errc() && second.ptr == end && index >= 1 && index <= of) {
      shard = {index - 1, of};
      return true;
    }
  }
  std::cerr << "error: --shard takes I/N with I from 1 to N, not \"" << text << "\"\n";
  return false;
}

// From options to what a campaign is asked for. Nothing (told) where they are wrong.
std::optional<CampaignRequest> request_of(const ExploreVerb& verb) {
  CampaignRequest request;
  const auto strategy = strategy_named(verb.strategy);
  if (!strategy && !verb.strategy.empty()) {
    std::cerr << "error: no strategy is called \"" << verb.strategy << "\"\n";
    return std::nullopt;
  }
  const auto oracles = oracles_named(verb.oracles);
  if (!oracles || !read_shard(verb.shard, request.shard)) return std::nullopt;
  request.runs = verb.runs;
  request.first_seed = verb.seed;
  request.jobs = verb.jobs;
  request.failures_max = verb.failures_max;
  request.oracles = *oracles;
  request.strategy = strategy;
  if (verb.generate) request.generate = generated_scenario;
  if (verb.first) request.stop = CampaignRequest::Stop::kAll;
  return request;
}

// Says what was seen; returns how many subjects failed.
size_t tell_result(const Loaded& loaded, const CampaignResult& result, const ExploreVerb& verb,
                   const JobRegistry* jobs) {
  size_t failed = 0;
  for (size_t i = 0; i < result.scenarios.size(); ++i) {
    const ScenarioCoverage& seen = result.scenarios[i];
    std::cout << coverage_text(seen);
    if (i < loaded.scenarios.size()) std::cout << unjudged_text(loaded.scenarios[i]);
    if (!seen.failures.empty() || !seen.complaints.empty()) ++failed;
    for (const Failure& failure : seen.failures) {
      const Scenario& scenario =
          failure.generated ? *failure.generated : loaded.scenarios[failure.scenario];
      tell_failure(scenario, failure.outcome, verb, jobs);
    }
  }
  std::cout << total_text(result) << strategies_text(result);
  return failed;
}

void tell_end(const CampaignResult& result, size_t failed) {
  std::cout << "digest    " << result.digest << "\n";
  std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", result.scenarios.size() - failed,
                           failed);
}

}  // namespace

int explore_verb(const CommonOptions& common, const ExploreVerb& verb) {
  Loaded loaded;
  if (!verb.generate || !common.paths.empty()) loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  std::optional<CampaignRequest> request = request_of(verb);
  if (!request) return 2;

  const bool human = common.format == Format::kHuman && !verb.digest;
  const CampaignHead head = head_of(common, verb);
  const bool scratch = verb.out.empty();
  const std::string path = scratch ? default_campaign_path(head) : verb.out;
  std::optional<CampaignWriter> writer;
  // A campaign for machines, or of some oracles, is written down only where that was asked for.
  if (!scratch || (human && verb.oracles.empty() && verb.shard.empty())) {
    writer.emplace(path, head);
    request->known = writer->known();
    request->ended = [&](size_t block, const BlockResult& result) { writer->add(block, result); };
  }
  Progress progress(verb.runs);
  request->progress = [&](uint64_t done, uint64_t failed) { progress.tell(done, failed); };
  if (human) {
    std::cout << "seeds from " << verb.seed << "\n" << std::flush;
    if (!request->known.empty())
      std::cout << "resumed   " << request->known.size() << " blocks of seeds were done\n";
  }
  const CampaignResult result = explore(loaded.scenarios, *request);
  if (verb.digest) {
    std::cout << result.digest << "\n";
    return verdict_code(result);
  }
  if (!human) {
    std::cout << campaign_json(loaded.scenarios, result, verb.seed);
    return verdict_code(result);
  }
  const size_t failed = tell_result(loaded, result, verb, common.jobs);
  uint64_t twins = 0;
  const size_t differing = check_twins(loaded.scenarios, verb, twins);
  std::cout << fmt::format("twins     {} runs again in a fresh process, {} differed\n", twins,
                           differing);
  tell_end(result, failed);
  std::error_code ignored;
  if (scratch) std::filesystem::remove(path, ignored);
  return differing > 0 ? 1 : verdict_code(result);
}

int merge_verb(const CommonOptions& common, const MergeVerb& verb) {
  std::optional<CampaignHead> head;
  std::map<size_t, BlockResult> blocks;
  for (const std::string& path : common.paths) {
    auto file = read_campaign(path);
    if (!file || (head && file->head != *head)) {
      std::cerr << "error: " << path
                << (file ? " is a part of another campaign\n" : " is no part of a campaign\n");
      return 2;
    }
    head = file->head;
    blocks.merge(file->blocks);
  }
  ExploreVerb asked;
  asked.runs = head->runs;
  asked.seed = head->seed;
  asked.failures_max = head->failures_max;
  asked.generate = head->generate;
  asked.first = head->first;
  asked.strategy = head->strategy;
  asked.shrink = verb.shrink;
  Loaded loaded;
  if (!head->paths.empty()) loaded = load_all(head->paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  std::optional<CampaignRequest> request = request_of(asked);
  if (!request) return 2;
  request->known = std::move(blocks);
  request->shard = {0, 0};
  const CampaignResult result = explore(loaded.scenarios, *request);
  if (result.missing > 0) {
    std::cerr << "error: " << result.missing
              << " blocks of seeds are in none of the files: a shard is not complete\n"
              << "  = help: run it again with the same --out, it goes on where it ended\n";
    return 2;
  }
  if (common.format == Format::kJson) {
    std::cout << campaign_json(loaded.scenarios, result, asked.seed);
    return verdict_code(result);
  }
  std::cout << "seeds from " << asked.seed << "\n";
  tell_end(result, tell_result(loaded, result, asked, common.jobs));
  return verdict_code(result);
}

}  // namespace leat
