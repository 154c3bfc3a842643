#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <iostream>

#include "sim/cli/campaign_file.h"
#include "sim/cli/failure_report.h"
#include "sim/cli/json_report.h"
#include "sim/cli/load.h"
#include "sim/cli/options.h"
#include "sim/cli/progress.h"
#include "sim/cli/text_report.h"
#include "sim/cli/twin.h"
#include "sim/cli/verbs.h"
#include "viz/svg.h"

namespace leat {

namespace {

const Scenario& scenario_of(const Failure& failure, const std::vector<Scenario>& scenarios) {
  return failure.generated ? *failure.generated : scenarios[failure.scenario];
}

KeptFailure keep(const Scenario& scenario, const RunOutcome& outcome, const ExploreVerb& verb,
                 const JobRegistry* registry) {
  ShrinkRequest request;
  request.registry = registry;
  request.jobs = verb.jobs;
  return keep_failure(scenario, outcome, verb.shrink ? Shrinking::kOn : Shrinking::kOff, request);
}

// The case as it was found first, because making it small takes a while; then the small one.
void tell_failure(const Scenario& scenario, const RunOutcome& outcome, const ExploreVerb& verb,
                  const JobRegistry* registry) {
  const Violation& first = outcome.verdict.violations.front();
  std::cout << fmt::format("\nfound {} at {} in {}, seed {}\n", first.name, first.where,
                           scenario.name, outcome.seed)
            << std::flush;
  const KeptFailure kept = keep(scenario, outcome, verb, registry);
  std::cout << report_text(scenario, outcome, kept, registry);
}

// A share of the runs, and every failure, again in a fresh process.
Twins judge_twins(const std::vector<Scenario>& scenarios, const CampaignResult& result,
                  const CampaignRequest& request, const ExploreVerb& verb) {
  Twins twins(request.until);
  for (const Scenario& scenario : scenarios) {
    // Whose functions are known to be impure may well do something else in another process.
    if (scenario.expect.violation == "user_function_impure") continue;
    const Plan plan(*scenario.program);
    for (uint64_t i = 0; i < verb.twins; ++i) {
      RunRequest run;
      run.seed = verb.seed + i * 7;
      run.strategy = request.strategy.value_or(strategy_of(run.seed));
      run.until = request.until;
      run.oracles = {};
      twins.judge(scenario, run_once(scenario, plan, run));
    }
  }
  for (const ScenarioCoverage& seen : result.scenarios) {
    for (const Failure& failure : seen.failures) {
      if (failure.generated) continue;  // it has no file that a twin could read
      twins.judge(scenarios[failure.scenario], failure.outcome);
    }
  }
  return twins;
}

void tell_twins(const Twins& twins) {
  for (const TwinFinding& finding : twins.findings()) std::cout << finding_text(finding);
  std::cout << fmt::format("twins     {} runs again in a fresh process, {} differed\n",
                           twins.judged(), twins.findings().size());
}

// Of the campaign's failures, in their order.
std::vector<KeptFailure> keep_all(const std::vector<Scenario>& scenarios,
                                  const CampaignResult& result, const ExploreVerb& verb,
                                  const JobRegistry* registry) {
  std::vector<KeptFailure> kept;
  for (const ScenarioCoverage& seen : result.scenarios) {
    for (const Failure& failure : seen.failures)
      kept.push_back(keep(scenario_of(failure, scenarios), failure.outcome, verb, registry));
  }
  return kept;
}

int verdict_code(const CampaignResult& result, const Twins& twins) {
  int worst = 0;
  for (const ScenarioCoverage& seen : result.scenarios) {
    if (!seen.complaints.empty()) worst = std::max(worst, 1);
    for (const Failure& failure : seen.failures)
      worst = std::max(worst, exit_code(failure.outcome));
  }
  const bool silent = result.runs == 0 && result.missing == 0;
  if (!result.complaints.empty() || !twins.findings().empty() || silent) worst = std::max(worst, 1);
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
  const auto strategy = strategy_option(verb.strategy);
  const auto oracles = oracles_named(verb.oracles);
  if (!strategy || !oracles || !read_shard(verb.shard, request.shard)) return std::nullopt;
  request.runs = verb.runs;
  request.first_seed = verb.seed;
  request.jobs = verb.jobs;
  request.failures_max = verb.failures_max;
  request.oracles = *oracles;
  if (!verb.oracles.empty()) {
    request.must_judge = *oracles;
    request.disturb = CampaignRequest::Disturb::kNone;  // these checks are oracles of their own
  }
  if (!read_until(verb.until, request.until)) return std::nullopt;
  request.strategy = *strategy;
  if (verb.generate) request.generate = generated_scenario;
  if (verb.forks) request.forks = CampaignRequest::Forks::kAll;
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
      tell_failure(scenario_of(failure, loaded.scenarios), failure.outcome, verb, jobs);
    }
  }
  for (const std::string& complaint : result.complaints) std::cout << "FAIL  " << complaint << "\n";
  std::cout << total_text(result) << strategies_text(result);
  return failed;
}

// Twins that differ are a failure of their own.
void tell_end(const CampaignResult& result, size_t failed, const Twins& twins) {
  std::cout << "digest    " << result.digest << "\n";
  const size_t others = twins.findings().empty() ? 0 : 1;
  std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", result.scenarios.size() - failed,
                           failed + others);
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
  ProgressLine progress;
  request->progress = [&](uint64_t done, uint64_t failures) {
    if (!progress.due()) return;
    progress.draw(fmt::format("explore {}/{} runs · {} failures", with_commas(done),
                              with_commas(verb.runs), failures));
  };
  if (human) {
    std::cout << "seeds from " << verb.seed << "\n" << std::flush;
    if (!request->known.empty())
      std::cout << "resumed   " << request->known.size() << " blocks of seeds were done\n";
  }
  const CampaignResult result = explore(loaded.scenarios, *request);
  progress.clear();
  if (verb.digest) {
    std::cout << result.digest << "\n";
    return verdict_code(result, Twins());
  }
  if (!human) {
    const Twins twins = judge_twins(loaded.scenarios, result, *request, verb);
    const std::vector<KeptFailure> kept = keep_all(loaded.scenarios, result, verb, common.jobs);
    std::cout << campaign_json(loaded.scenarios, result, {verb.seed, &kept, &twins});
    return verdict_code(result, twins);
  }
  const size_t failed = tell_result(loaded, result, verb, common.jobs);
  const Twins twins = judge_twins(loaded.scenarios, result, *request, verb);
  tell_twins(twins);
  tell_end(result, failed, twins);
  std::error_code ignored;
  if (scratch) std::filesystem::remove(path, ignored);
  return verdict_code(result, twins);
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
  asked.forks = head->forks;
  asked.strategy = head->strategy;
  asked.until = head->until;
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
  const Twins twins;  // of the shards
  if (common.format == Format::kJson) {
    const std::vector<KeptFailure> kept = keep_all(loaded.scenarios, result, asked, common.jobs);
    std::cout << campaign_json(loaded.scenarios, result, {asked.seed, &kept, &twins});
    return verdict_code(result, twins);
  }
  std::cout << "seeds from " << asked.seed << "\n";
  const size_t failed = tell_result(loaded, result, asked, common.jobs);
  tell_end(result, failed, twins);
  return verdict_code(result, twins);
}

}  // namespace leat
