#include "sim/explore/campaign.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "sim/explore/invariance.h"

namespace leat {

namespace {

// Seeds are handed out in blocks: a block is the unit of work of a thread.
constexpr uint64_t kBlock = 16;

struct Block {
  size_t scenario = 0;
  uint64_t first = 0;
  uint64_t count = 0;
};

// What a thread found in one block; merged in the order of blocks.
struct BlockResult {
  ScenarioCoverage seen;
  Digest digest;
};

std::vector<Block> blocks_of(size_t scenarios, const CampaignRequest& request) {
  std::vector<Block> blocks;
  const uint64_t each = (request.runs + scenarios - 1) / scenarios;
  // Scenario by scenario within each band of seeds, so that all of them are seen early.
  for (uint64_t at = 0; at < each; at += kBlock) {
    for (size_t i = 0; i < scenarios; ++i) {
      blocks.push_back({i, request.first_seed + at, std::min(kBlock, each - at)});
    }
  }
  return blocks;
}

void add_run(const RunOutcome& outcome, BlockResult& block, size_t scenario) {
  ScenarioCoverage& seen = block.seen;
  ++seen.runs;
  seen.restored += outcome.restored ? 1 : 0;
  for (size_t k = 0; k < kFaultKinds; ++k)
    seen.fired[k] += outcome.stats.faults_fired[k] > 0 ? 1 : 0;
  for (size_t k = 0; k < kFactKinds; ++k) seen.facts[k] += outcome.facts[k];
  for (const auto& [oracle, count] : outcome.verdict.judged) seen.judged[oracle] += count;
  seen.steps += outcome.stats.steps;
  seen.virtual_ms += static_cast<uint64_t>(outcome.stats.ended_at.ms);
  block.digest.add(outcome.digest);
  if (!outcome.verdict.ok()) seen.failures.push_back({scenario, outcome});
}

class Fleet {
 public:
  Fleet(const std::vector<Scenario>& scenarios, const CampaignRequest& request)
      : scenarios_(scenarios),
        request_(request),
        blocks_(blocks_of(scenarios.size(), request)),
        results_(blocks_.size()),
        failed_(scenarios.size()) {}

  void run() {
    std::vector<std::thread> threads;
    for (uint32_t i = 1; i < request_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    if (broken_) std::rethrow_exception(broken_);
  }

  std::vector<BlockResult>& results() { return results_; }
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  void work() {
    try {
      // One plan a thread and scenario: it may serve many runs of one thread.
      std::vector<std::unique_ptr<Plan>> plans(scenarios_.size());
      for (size_t b = next_++; b < blocks_.size(); b = next_++) run_block(b, plans);
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex_);
      broken_ = std::current_exception();
    }
  }

  void run_block(size_t b, std::vector<std::unique_ptr<Plan>>& plans) {
    const Block& block = blocks_[b];
    // Blocks after the one that held the last allowed failure are not run; earlier ones always are,
    // so that what is reported does not depend on which thread was faster.
    if (b > failed_[block.scenario].load()) return;
    const Scenario& scenario = scenarios_[block.scenario];
    auto& plan = plans[block.scenario];
    if (!plan) plan = std::make_unique<Plan>(*scenario.program);
    for (uint64_t i = 0; i < block.count; ++i) {
      RunRequest run;
      run.seed = block.first + i;
      run.oracles = request_.oracles;
      RunOutcome outcome = run_once(scenario, *plan, run);
      if (is_sampled(scenario, run.seed) || !outcome.verdict.ok())
        judge_invariance(scenario, outcome);
      add_run(outcome, results_[b], block.scenario);
    }
    if (results_[b].seen.failures.size() >= request_.failures_max) lower(block.scenario, b);
    tell(block.count, results_[b].seen.failures.size());
  }

  void lower(size_t scenario, size_t b) {
    size_t before = failed_[scenario].load();
    while (b < before && !failed_[scenario].compare_exchange_weak(before, b)) {
    }
  }

  void tell(uint64_t runs, uint64_t failures) {
    const std::lock_guard lock(mutex_);
    done_ += runs;
    failures_ += failures;
    if (request_.progress) request_.progress(done_, failures_);
  }

  struct Limit : std::atomic<size_t> {
    Limit() : std::atomic<size_t>(static_cast<size_t>(-1)) {}
  };

  const std::vector<Scenario>& scenarios_;
  const CampaignRequest& request_;
  const std::vector<Block> blocks_;
  std::vector<BlockResult> results_;
  std::vector<Limit> failed_;  // by scenario: the first block that was the last to be run
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  uint64_t done_ = 0;
  uint64_t failures_ = 0;
  std::exception_ptr broken_;
};

void merge(BlockResult& from, ScenarioCoverage& into, Digest& digest, uint32_t failures_max) {
  if (from.seen.runs == 0 || into.failures.size() >= failures_max) return;
  into.runs += from.seen.runs;
  into.restored += from.seen.restored;
  for (size_t k = 0; k < kFaultKinds; ++k) into.fired[k] += from.seen.fired[k];
  for (size_t k = 0; k < kFactKinds; ++k) into.facts[k] += from.seen.facts[k];
  for (const auto& [oracle, count] : from.seen.judged) into.judged[oracle] += count;
  into.steps += from.seen.steps;
  into.virtual_ms += from.seen.virtual_ms;
  for (Failure& failure : from.seen.failures) {
    if (into.failures.size() < failures_max) into.failures.push_back(std::move(failure));
  }
  digest.add(from.digest.low());
  digest.add(from.digest.high());
}

// Runs enough that something with odds of 5 % would show itself (but for one case in 3,000).
constexpr uint64_t kEnoughRuns = 150;

void complain(const Scenario& scenario, const CampaignRequest& request, ScenarioCoverage& seen) {
  if (!seen.failures.empty()) return;
  if (scenario.expect.violation) {
    seen.complaints.push_back("never found " + *scenario.expect.violation +
                              ", which this scenario exists to show");
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
  (void)request;
}

bool only_what_it_shows(const Scenario& scenario, const ScenarioCoverage& seen) {
  return std::all_of(seen.failures.begin(), seen.failures.end(), [&](const Failure& failure) {
    return scenario.expect.violation && failure.outcome.violation() == *scenario.expect.violation;
  });
}

}  // namespace

bool CampaignResult::ok() const {
  return std::all_of(scenarios.begin(), scenarios.end(), [](const ScenarioCoverage& seen) {
    return seen.failures.empty() && seen.complaints.empty();
  });
}

CampaignResult explore(const std::vector<Scenario>& scenarios, const CampaignRequest& request) {
  check(!scenarios.empty() && request.jobs > 0, "a campaign needs scenarios and a thread");
  Fleet fleet(scenarios, request);
  fleet.run();

  CampaignResult result;
  Digest whole;
  for (size_t s = 0; s < scenarios.size(); ++s) {
    ScenarioCoverage seen;
    seen.name = scenarios[s].name;
    Digest digest;
    for (size_t b = 0; b < fleet.blocks().size(); ++b) {
      if (fleet.blocks()[b].scenario == s) {
        merge(fleet.results()[b], seen, digest, request.failures_max);
      }
    }
    seen.digest = digest.hex();
    complain(scenarios[s], request, seen);
    if (only_what_it_shows(scenarios[s], seen)) seen.failures.clear();
    result.runs += seen.runs;
    result.restored += seen.restored;
    for (size_t k = 0; k < kFaultKinds; ++k) result.fired[k] += seen.fired[k];
    whole.add(seen.digest);
    result.scenarios.push_back(std::move(seen));
  }
  result.digest = whole.hex();
  return result;
}

}  // namespace leat
