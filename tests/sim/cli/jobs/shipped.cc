#include "tests/sim/cli/jobs/shipped.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "sim/cli/jobs/jobs.h"
#include "sim/scenario/decode.h"

namespace leat {

namespace {
const std::string kScenarios = std::string(LEAT_SOURCE_DIR) + "/scenarios/";
}

std::vector<std::string> shipped_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kScenarios + folder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Scenario shipped(const std::string& folder, const std::string& name) {
  const JobRegistry jobs = shipped_jobs();
  DecodeOptions options;
  options.jobs = &jobs;
  Decoded decoded = load_scenario(kScenarios + folder + "/" + name + ".json", options);
  check(decoded.scenario.has_value(), "a shipped scenario cannot be read");
  return std::move(*decoded.scenario);
}

ScenarioCoverage explored(Scenario scenario, uint64_t runs, CampaignRequest::Disturb disturb) {
  std::vector<Scenario> scenarios;
  scenarios.push_back(std::move(scenario));
  CampaignRequest request;
  request.runs = runs;
  request.jobs = 2;
  request.disturb = disturb;
  return explore(scenarios, request).scenarios[0];
}

void expect_clean(const ScenarioCoverage& seen, uint64_t runs) {
  for (const Failure& failure : seen.failures) {
    const Violation& v = failure.outcome.verdict.violations.front();
    ADD_FAILURE() << "seed " << failure.outcome.seed << ": " << v.name << " at " << v.where
                  << ", expected " << v.expected << ", got " << v.got;
  }
  for (const std::string& complaint : seen.complaints) ADD_FAILURE() << complaint;
  EXPECT_EQ(seen.runs, runs);
}

}  // namespace leat
