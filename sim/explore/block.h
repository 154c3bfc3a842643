// The unit of work of a campaign: some seeds of one scenario. What a block saw is a line of text,
// so that a campaign can be written down as it goes (a kill loses only blocks that had not ended),
// go on later, be run in shards on several machines, and be merged into one verdict.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "sim/explore/run_once.h"

namespace leat {

struct Failure {
  size_t scenario = 0;  // index into the campaign's scenarios; their number: a generated one
  RunOutcome outcome;
  uint64_t found_after = 0;  // runs of the whole campaign in its order, with this one
  std::shared_ptr<const Scenario> generated;
};

struct StrategyTally {
  uint64_t runs = 0;
  uint64_t failures = 0;
};

// What was seen of one scenario: in a block, or in a campaign.
struct ScenarioCoverage {
  std::string name;
  uint64_t runs = 0;
  uint64_t restored = 0;  // runs
  // Runs in which nothing was wrong but the violation that the scenario exists to show.
  uint64_t shown = 0;
  std::array<uint64_t, kFaultKinds> fired{};  // runs in which the kind really hit
  std::array<uint64_t, kFactKinds> facts{};   // sums
  std::array<StrategyTally, kStrategies> strategies{};
  std::vector<uint64_t> injected;          // by fault of the scenario: runs that had it
  std::map<std::string, uint64_t> judged;  // by oracle, sums
  // Of drawn jobs: how many have each of all_features().
  std::map<std::string, uint64_t> features;
  uint64_t steps = 0;
  uint64_t virtual_ms = 0;
  std::string digest;                   // of all digests, in the order of seeds
  std::vector<Failure> failures;        // in the order of seeds
  std::vector<std::string> complaints;  // of the campaign itself: "never fired", ...
};

struct BlockResult {
  ScenarioCoverage seen;
  uint64_t digest_low = 0;
  uint64_t digest_high = 0;
};

// One line of JSON, and back. A line that was cut off is refused.
std::string to_line(size_t block, const BlockResult& result);
struct NumberedBlock {
  size_t block = 0;
  BlockResult result;
};
Result<NumberedBlock> parse_block(std::string_view line);

}  // namespace leat
