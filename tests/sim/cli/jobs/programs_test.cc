// The tutorial's programs, each as it stands: a thousand seeds of faults in simulation, and on the
// real clock.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "sim/cli/jobs/jobs.h"
#include "sim/explore/campaign.h"
#include "sim/scenario/decode.h"
#include "tests/sim/cli/jobs/real_clock.h"

namespace leat {
namespace {

const std::string kFolder = std::string(LEAT_SOURCE_DIR) + "/scenarios/tutorial";

Scenario load(const std::string& name) {
  const JobRegistry jobs = shipped_jobs();
  DecodeOptions options;
  options.jobs = &jobs;
  Decoded decoded = load_scenario(kFolder + "/" + name + ".json", options);
  check(decoded.scenario.has_value(), "a shipped scenario cannot be read");
  return std::move(*decoded.scenario);
}

std::vector<std::string> programs() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Program : public testing::TestWithParam<std::string> {};

TEST_P(Program, IsRightUnderAThousandSeedsOfFaults) {
  std::vector<Scenario> scenarios;
  scenarios.push_back(load(GetParam()));
  CampaignRequest request;
  request.runs = 1000;
  request.jobs = 2;
  const CampaignResult result = explore(scenarios, request);
  const ScenarioCoverage& seen = result.scenarios[0];
  for (const Failure& failure : seen.failures) {
    const Violation& v = failure.outcome.verdict.violations.front();
    ADD_FAILURE() << "seed " << failure.outcome.seed << ": " << v.name << " at " << v.where
                  << ", expected " << v.expected << ", got " << v.got;
  }
  for (const std::string& complaint : seen.complaints) ADD_FAILURE() << complaint;
  EXPECT_EQ(seen.runs, 1000u);
  EXPECT_GT(seen.restored, 10u);
}

// Where the scenario says which rows come, these come; otherwise all that it can say is that the
// job ends.
TEST_P(Program, DoesTheSameOnTheRealClock) {
  const RealResult result =
      run_on_the_real_clock([name = GetParam()] { return load(name); }, GetParam(), 20);
  EXPECT_TRUE(result.finished);
  const Scenario scenario = load(GetParam());
  for (const auto& [sink, expected] : scenario.expect.rows) {
    std::multiset<std::string> wanted;
    for (const Row& row : expected.rows) wanted.insert(to_text(RowView(row)));
    const StreamGraph& graph = scenario.program->graph;
    const auto& topic = std::get<SinkSpec>(graph.node(*graph.find(sink)).spec).topic;
    EXPECT_EQ(result.rows.at(topic), wanted) << sink;
  }
}

INSTANTIATE_TEST_SUITE_P(Tutorial, Program, testing::ValuesIn(programs()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace leat
