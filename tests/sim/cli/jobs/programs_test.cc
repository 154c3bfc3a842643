// The tutorial's programs, each as it stands: a thousand seeds of faults in simulation, and on the
// real clock.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/campaign.h"
#include "tests/sim/cli/jobs/real_clock.h"
#include "tests/sim/cli/jobs/shipped.h"

namespace leat {
namespace {

Scenario load(const std::string& name) { return shipped("tutorial", name); }

class Program : public testing::TestWithParam<std::string> {};

TEST_P(Program, IsRightUnderAThousandSeedsOfFaults) {
  const ScenarioCoverage seen = explored(load(GetParam()), 1000);
  expect_clean(seen, 1000);
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

INSTANTIATE_TEST_SUITE_P(Tutorial, Program, testing::ValuesIn(shipped_names("tutorial")),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace leat
