#include "tests/sim/scenario/committed_rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"

namespace leat {

Rows committed_under_seeds(const std::string& text, uint64_t seeds) {
  const Decoded decoded = decode_scenario(text, "scenario.json");
  EXPECT_TRUE(decoded.scenario) << decoded.report;
  if (!decoded.scenario) return {};
  const Plan plan(*decoded.scenario->program);
  Rows first;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CommittedRows committed;
    RunRequest request;
    request.seed = seed;
    request.taps.push_back(&committed);
    const RunOutcome outcome = run_once(*decoded.scenario, plan, request);
    EXPECT_TRUE(outcome.verdict.ok()) << "seed " << seed << ": " << outcome.violation();
    EXPECT_GT(outcome.verdict.judged.at("operators"), 0u);
    std::sort(committed.rows.begin(), committed.rows.end());
    if (seed == 1) first = committed.rows;
    EXPECT_EQ(committed.rows, first) << seed;
  }
  return first;
}

}  // namespace leat
