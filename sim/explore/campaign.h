// Many runs: seeds times scenarios, over threads.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/explore/block.h"

namespace leat {

// Makes the scenario of a seed, where a campaign explores generated jobs. Called from several
// threads.
using JobOfSeed = std::function<Scenario(uint64_t seed)>;
// Draws and decodes it (generate_job.h).
Scenario generated_scenario(uint64_t seed);

struct CampaignRequest {
  uint64_t runs = 1000;  // in all, dealt evenly to the scenarios
  uint64_t first_seed = 1;
  uint32_t jobs = 1;          // threads
  uint32_t failures_max = 1;  // of one scenario: it is not run further than that
  // Whether a failure of one scenario also ends the others.
  enum class Stop : uint8_t { kEach, kAll } stop = Stop::kEach;
  JobOfSeed generate;                // given: one subject more, after the scenarios
  std::optional<Strategy> strategy;  // none: the portfolio
  std::vector<OracleKind> oracles = all_oracles();
  // Whether some seeds also run with their input, interleaving and functions disturbed.
  enum class Disturb : uint8_t { kSome, kNone } disturb = Disturb::kSome;
  // Whether each run is gone on with from each of its checkpoints (forks.h).
  enum class Forks : uint8_t { kNone, kAll } forks = Forks::kNone;
  std::vector<OracleKind>
      must_judge;                 // of these each has something to judge, or that is a complaint
  std::optional<ProcTime> until;  // no run goes further: then nothing is owed at the end
  // Called now and then, from one thread at a time.
  std::function<void(uint64_t done, uint64_t failed)> progress;
  // Called with each block as it ends, from one thread at a time.
  std::function<void(size_t block, const BlockResult& result)> ended;
  std::map<size_t, BlockResult> known;  // blocks that need not be run
  // Runs blocks number `index`, `index + of`, ... alone; `of` 0: none at all.
  struct Shard {
    uint32_t index = 0;
    uint32_t of = 1;
  } shard;
};

struct CampaignResult {
  std::vector<ScenarioCoverage> scenarios;
  std::string digest;
  uint64_t runs = 0;
  uint64_t restored = 0;                      // runs, over all scenarios
  std::array<uint64_t, kFaultKinds> fired{};  // the same
  std::array<StrategyTally, kStrategies> strategies{};
  size_t missing = 0;                   // blocks that the verdict needs and nobody has run
  std::vector<std::string> complaints;  // of the whole campaign
  bool ok() const;  // no failure but those that scenarios exist to show, and no complaint
};

// REQUIRES: the scenarios outlive the call. The result is a function of scenarios, runs and
// first_seed: threads change nothing.
CampaignResult explore(const std::vector<Scenario>& scenarios, const CampaignRequest& request);

}  // namespace leat
