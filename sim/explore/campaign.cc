#include "sim/explore/campaign.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "sim/explore/features.h"
#include "sim/explore/forks.h"
#include "sim/explore/generate_job.h"
#include "sim/explore/invariance.h"
#include "sim/explore/on_threads.h"
#include "sim/explore/shown.h"
#include "sim/scenario/decode.h"

namespace leat {

namespace {

// Seeds are handed out in blocks: a block is the unit of work of a thread.
constexpr uint64_t kBlock = 16;

struct Block {
  size_t scenario = 0;
  uint64_t first = 0;
  uint64_t count = 0;
};

// Half of the runs are drawn jobs where there are any, because each is another one; the others are
// shared out to the scenarios alike.
std::vector<Block> blocks_of(size_t scenarios, const CampaignRequest& request) {
  std::vector<Block> blocks;
  const bool generates = static_cast<bool>(request.generate);
  const uint64_t shares = scenarios * (generates ? 2 : 1) + (scenarios == 0 ? 1 : 0);
  const uint64_t each = (request.runs + shares - 1) / shares;
  uint64_t drawn = request.first_seed;
  // Scenario by scenario within each band of seeds, so that all of them are seen early.
  for (uint64_t at = 0; at < each; at += kBlock) {
    const uint64_t count = std::min(kBlock, each - at);
    for (size_t i = 0; i < std::max<size_t>(scenarios, 1); ++i) {
      if (i < scenarios) blocks.push_back({i, request.first_seed + at, count});
      if (!generates) continue;
      blocks.push_back({scenarios, drawn, count});
      drawn += count;
    }
  }
  return blocks;
}

template <class T>
void add_injected(const std::vector<T>& from, std::vector<uint64_t>& into) {
  if (into.size() < from.size()) into.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i) into[i] += from[i];
}

void add_run(const RunOutcome& outcome, BlockResult& block, Digest& digest) {
  ScenarioCoverage& seen = block.seen;
  StrategyTally& tally = seen.strategies[static_cast<size_t>(outcome.strategy)];
  ++tally.runs;
  tally.failures += outcome.verdict.ok() ? 0 : 1;
  ++seen.runs;
  seen.restored += outcome.restored ? 1 : 0;
  for (size_t k = 0; k < kFaultKinds; ++k)
    seen.fired[k] += outcome.stats.faults_fired[k] > 0 ? 1 : 0;
  for (size_t k = 0; k < kFactKinds; ++k) seen.facts[k] += outcome.facts[k];
  add_injected(outcome.injected, seen.injected);
  for (const auto& [oracle, count] : outcome.verdict.judged) seen.judged[oracle] += count;
  seen.steps += outcome.stats.steps;
  seen.virtual_ms += static_cast<uint64_t>(outcome.stats.ended_at.ms);
  digest.add(outcome.digest);
}

class Fleet {
 public:
  Fleet(const std::vector<Scenario>& scenarios, const CampaignRequest& request)
      : scenarios_(scenarios),
        request_(request),
        subjects_(scenarios.size() + (request.generate ? 1 : 0)),
        blocks_(blocks_of(scenarios.size(), request)),
        results_(blocks_.size()),
        done_blocks_(blocks_.size(), 0),
        failed_(request.stop == CampaignRequest::Stop::kAll ? 1 : subjects_) {}

  void run() {
    take_known();
    on_threads(request_.jobs, [this] {
      // One plan a thread and scenario: it may serve many runs of one thread.
      std::vector<std::unique_ptr<Plan>> plans(subjects_);
      for (size_t b = next_++; b < blocks_.size(); b = next_++) run_block(b, plans);
    });
  }

  // Failures say how many runs came before them in the order of the campaign.
  void count_runs() {
    uint64_t before = 0;
    for (BlockResult& result : results_) {
      for (Failure& failure : result.seen.failures) failure.found_after += before;
      before += result.seen.runs;
    }
  }
  // Whether a block is part of the result: what other threads did beyond the end is not.
  bool counts(size_t b) { return b <= limit_of(blocks_[b].scenario).load(); }
  bool is_missing(size_t b) const { return done_blocks_[b] == 0; }

  size_t subjects() const { return subjects_; }
  std::vector<BlockResult>& results() { return results_; }
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  void take_known() {
    for (const auto& [b, result] : request_.known) {
      if (b >= blocks_.size()) continue;
      results_[b] = result;
      done_blocks_[b] = 1;
      for (Failure& failure : results_[b].seen.failures) {
        if (failure.scenario != scenarios_.size() || !request_.generate) continue;
        failure.generated =
            std::make_shared<const Scenario>(request_.generate(failure.outcome.seed));
      }
      if (result.seen.failures.size() >= request_.failures_max) lower(blocks_[b].scenario, b);
    }
  }

  void run_block(size_t b, std::vector<std::unique_ptr<Plan>>& plans) {
    const Block& block = blocks_[b];
    // Blocks after the one that held the last allowed failure are not run; earlier ones always are,
    // so that what is reported does not depend on which thread was faster.
    if (b > limit_of(block.scenario).load()) return;
    const CampaignRequest::Shard& shard = request_.shard;
    if (done_blocks_[b] != 0 || shard.of == 0 || b % shard.of != shard.index) return;
    Digest digest;
    for (uint64_t i = 0; i < block.count; ++i)
      run_one(b, block.first + i, digest, plans[block.scenario]);
    results_[b].digest_low = digest.low();
    results_[b].digest_high = digest.high();
    if (results_[b].seen.failures.size() >= request_.failures_max) lower(block.scenario, b);
    tell(b);
  }

  void run_one(size_t b, uint64_t seed, Digest& digest, std::unique_ptr<Plan>& plan) {
    const size_t subject = blocks_[b].scenario;
    std::shared_ptr<const Scenario> made;
    if (subject == scenarios_.size()) {
      made = std::make_shared<const Scenario>(request_.generate(seed));
      plan = nullptr;
    }
    const Scenario& scenario = made ? *made : scenarios_[subject];
    if (!plan) plan = std::make_unique<Plan>(*scenario.program);
    RunRequest run;
    run.seed = seed;
    run.strategy = request_.strategy.value_or(strategy_of(seed));
    run.oracles = request_.oracles;
    run.until = request_.until;
    RunOutcome outcome = run_once(scenario, *plan, run);
    BlockResult& result = results_[b];
    // What a scenario exists to show need not be shown twice in a block.
    const bool sampled = is_sampled(scenario, seed) && result.seen.shown == 0;
    // A drawn job may well depend on the order of its input, which says nothing about the engine.
    if (disturbs(run) && !made && (sampled || !shows_at_most(scenario, outcome)))
      judge_invariance(scenario, outcome, run);
    if (request_.forks == CampaignRequest::Forks::kAll && !run.until)
      judge_forks(scenario, *plan, run, outcome);
    if (take_shown(scenario, outcome)) ++result.seen.shown;
    add_run(outcome, result, digest);
    if (made) {
      for (const std::string& feature : features_of(*made)) ++result.seen.features[feature];
    }
    if (!outcome.verdict.ok()) {
      result.seen.failures.push_back({subject, std::move(outcome), result.seen.runs, made});
    }
    if (made) plan = nullptr;  // it refers to the scenario
  }

  bool disturbs(const RunRequest& run) const {
    return !run.until && request_.disturb == CampaignRequest::Disturb::kSome;
  }

  void lower(size_t scenario, size_t b) {
    std::atomic<size_t>& limit = limit_of(scenario);
    size_t before = limit.load();
    while (b < before && !limit.compare_exchange_weak(before, b)) {
    }
  }

  void tell(size_t b) {
    const std::lock_guard lock(mutex_);
    done_blocks_[b] = 1;
    done_ += results_[b].seen.runs;
    failures_ += results_[b].seen.failures.size();
    if (request_.ended) request_.ended(b, results_[b]);
    if (request_.progress) request_.progress(done_, failures_);
  }

  struct Limit : std::atomic<size_t> {
    Limit() : std::atomic<size_t>(static_cast<size_t>(-1)) {}
  };

  std::atomic<size_t>& limit_of(size_t subject) {
    return failed_[failed_.size() == 1 ? 0 : subject];
  }

  const std::vector<Scenario>& scenarios_;
  const CampaignRequest& request_;
  const size_t subjects_;
  const std::vector<Block> blocks_;
  std::vector<BlockResult> results_;
  std::vector<char> done_blocks_;
  // By subject, or one for all: the first block that was the last to be run.
  std::vector<Limit> failed_;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  uint64_t done_ = 0;
  uint64_t failures_ = 0;
};

void merge(BlockResult& from, ScenarioCoverage& into, Digest& digest, uint32_t failures_max) {
  if (from.seen.runs == 0 || into.failures.size() >= failures_max) return;
  into.runs += from.seen.runs;
  into.restored += from.seen.restored;
  into.shown += from.seen.shown;
  for (size_t k = 0; k < kFaultKinds; ++k) into.fired[k] += from.seen.fired[k];
  for (size_t k = 0; k < kFactKinds; ++k) into.facts[k] += from.seen.facts[k];
  for (size_t k = 0; k < kStrategies; ++k) {
    into.strategies[k].runs += from.seen.strategies[k].runs;
    into.strategies[k].failures += from.seen.strategies[k].failures;
  }
  add_injected(from.seen.injected, into.injected);
  for (const auto& [oracle, count] : from.seen.judged) into.judged[oracle] += count;
  for (const auto& [feature, count] : from.seen.features) into.features[feature] += count;
  into.steps += from.seen.steps;
  into.virtual_ms += from.seen.virtual_ms;
  for (Failure& failure : from.seen.failures) {
    if (into.failures.size() < failures_max) into.failures.push_back(std::move(failure));
  }
  digest.add(from.digest_low);
  digest.add(from.digest_high);
}

// Runs enough that something with odds of 5 % would show itself (but for one case in 3,000).
constexpr uint64_t kEnoughRuns = 150;

void complain(const Scenario& scenario, const CampaignRequest& request, ScenarioCoverage& seen) {
  if (!seen.failures.empty()) return;
  const auto& shows = scenario.expect.violation;
  const bool could_show =
      shows && (request.disturb == CampaignRequest::Disturb::kSome || !found_by_checks(*shows));
  if (could_show && seen.shown == 0) {
    seen.complaints.push_back("never found " + *shows + ", which this scenario exists to show");
  }
  for (const Situation& situation : scenario.expect.situations) {
    if (situation.when != Situation::When::kSometimes) continue;
    if (seen.facts[situation.kind] < situation.at_least) {
      seen.complaints.push_back(std::string("sometimes ") + kind_name(situation.kind) +
                                ": never seen");
    }
  }
  if (seen.runs < kEnoughRuns || scenario.random_faults.max == 0) return;
  for (uint32_t k = 0; k < kFaultKinds; ++k) {
    const auto& kinds = scenario.random_faults.kinds;
    const auto kind = static_cast<FaultKind>(k);
    const bool drawn = kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    if (drawn && seen.fired[k] == 0) {
      seen.complaints.push_back(std::string("fault ") + name_of(kind) + ": never fired");
    }
  }
}

// A fault that a scenario names is there to happen.
void complain_of_silent_faults(const Scenario& scenario, ScenarioCoverage& seen) {
  if (!seen.failures.empty() || seen.runs < kEnoughRuns) return;
  for (size_t i = 0; i < seen.injected.size(); ++i) {
    if (seen.injected[i] > 0) continue;
    seen.complaints.push_back("faults[" + std::to_string(i) + "], " +
                              name_of(scenario.faults[i].kind) + ": never fired in " +
                              std::to_string(seen.runs) + " runs");
  }
}

// An oracle that somebody relies on and that judged nothing has tested nothing.
void complain_of_silent_oracles(const CampaignRequest& request, CampaignResult& result) {
  std::vector<std::string> must_judge;
  for (const OracleKind kind : request.must_judge) must_judge.emplace_back(name_of(kind));
  if (request.forks == CampaignRequest::Forks::kAll) must_judge.emplace_back(kForksOracle);
  for (const std::string& oracle : must_judge) {
    uint64_t judged = 0;
    for (const ScenarioCoverage& seen : result.scenarios) {
      const auto found = seen.judged.find(oracle);
      if (found != seen.judged.end()) judged += found->second;
    }
    if (judged == 0) result.complaints.push_back("oracle " + oracle + ": judged nothing");
  }
}

}  // namespace

bool CampaignResult::ok() const {
  return complaints.empty() &&
         std::all_of(scenarios.begin(), scenarios.end(), [](const ScenarioCoverage& seen) {
           return seen.failures.empty() && seen.complaints.empty();
         });
}

Scenario generated_scenario(uint64_t seed) {
  const std::unique_ptr<Choices> choices = make_choices(Strategy::kRandom, seed);
  const std::string text = generate_job(*choices, seed);
  Decoded decoded = decode_scenario(text, "generated-" + std::to_string(seed) + ".json");
  if (!decoded.scenario)
    throw std::runtime_error("a generated job is none: " + decoded.report + text);
  return std::move(*decoded.scenario);
}

CampaignResult explore(const std::vector<Scenario>& scenarios, const CampaignRequest& request) {
  check(request.jobs > 0, "a campaign needs a thread");
  check(!scenarios.empty() || request.generate, "a campaign needs scenarios");
  Fleet fleet(scenarios, request);
  fleet.run();

  CampaignResult result;
  Digest whole;
  fleet.count_runs();
  for (size_t s = 0; s < fleet.subjects(); ++s) {
    const bool generated = s == scenarios.size();
    ScenarioCoverage seen;
    seen.name = generated ? "generated jobs" : scenarios[s].name;
    Digest digest;
    for (size_t b = 0; b < fleet.blocks().size(); ++b) {
      if (fleet.blocks()[b].scenario != s || !fleet.counts(b)) continue;
      result.missing += fleet.is_missing(b) ? 1 : 0;
      merge(fleet.results()[b], seen, digest, request.failures_max);
    }
    seen.digest = digest.hex();
    if (!generated) {
      if (!request.until) {
        complain(scenarios[s], request, seen);
        complain_of_silent_faults(scenarios[s], seen);
      }
    }
    result.runs += seen.runs;
    result.restored += seen.restored;
    for (size_t k = 0; k < kFaultKinds; ++k) result.fired[k] += seen.fired[k];
    for (size_t k = 0; k < kStrategies; ++k) {
      result.strategies[k].runs += seen.strategies[k].runs;
      result.strategies[k].failures += seen.strategies[k].failures;
    }
    whole.add(seen.digest);
    result.scenarios.push_back(std::move(seen));
  }
  result.digest = whole.hex();
  complain_of_silent_oracles(request, result);
  return result;
}

}  // namespace leat
