// Many runs: seeds times scenarios, over threads.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/explore/run_once.h"

namespace leat {

struct CampaignRequest {
  uint64_t runs = 1000;  // in all, dealt evenly to the scenarios
  uint64_t first_seed = 1;
  uint32_t jobs = 1;          // threads
  uint32_t failures_max = 1;  // of one scenario: it is not run further than that
  std::vector<OracleKind> oracles = all_oracles();
  // Called now and then, from one thread at a time.
  std::function<void(uint64_t done, uint64_t failed)> progress;
};

struct Failure {
  size_t scenario = 0;  // index into the campaign's scenarios
  RunOutcome outcome;
};

// What a campaign saw of one scenario.
struct ScenarioCoverage {
  std::string name;
  uint64_t runs = 0;
  uint64_t restored = 0;                      // runs
  std::array<uint64_t, kFaultKinds> fired{};  // runs in which the kind really hit
  std::array<uint64_t, kFactKinds> facts{};   // sums
  std::map<std::string, uint64_t> judged;     // by oracle, sums
  uint64_t steps = 0;
  uint64_t virtual_ms = 0;
  std::string digest;                   // of all digests, in the order of seeds
  std::vector<Failure> failures;        // in the order of seeds
  std::vector<std::string> complaints;  // of the campaign itself: "never fired", ...
};

struct CampaignResult {
  std::vector<ScenarioCoverage> scenarios;
  std::string digest;
  uint64_t runs = 0;
  uint64_t restored = 0;                      // runs, over all scenarios
  std::array<uint64_t, kFaultKinds> fired{};  // the same
  bool ok() const;  // no failure but those that scenarios exist to show, and no complaint
};

// REQUIRES: the scenarios outlive the call. The result is a function of scenarios, runs and
// first_seed: threads change nothing.
CampaignResult explore(const std::vector<Scenario>& scenarios, const CampaignRequest& request);

}  // namespace leat
