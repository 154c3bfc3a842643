// Classic mistakes: each found, by its name, by checks that know nothing of the job; and its mended
// twin passes the same checks.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/explore/campaign.h"
#include "sim/explore/invariance.h"
#include "tests/sim/cli/jobs/shipped.h"

namespace leat {
namespace {

Scenario load(const std::string& name) { return shipped("mistakes", name); }

std::vector<std::string> mistakes() {
  std::vector<std::string> names = shipped_names("mistakes");
  std::erase_if(names, [](const std::string& name) { return name.ends_with("-mended"); });
  return names;
}

// Enough for each; fewer where a run has ten times as many steps as the others.
uint64_t seeds_of(const std::string& name) {
  if (name == "hot-key") return 200;
  return name == "growing-state" ? 400 : 1000;
}

class Mistake : public testing::TestWithParam<std::string> {};

TEST_P(Mistake, IsFoundWithin200Seeds) {
  ASSERT_TRUE(load(GetParam()).expect.violation);
  const ScenarioCoverage seen = explored(load(GetParam()), 200);
  EXPECT_GT(seen.shown, 0u);
  // What is left is another violation than the one that the scenario says.
  for (const Failure& failure : seen.failures)
    ADD_FAILURE() << failure.outcome.violation() << " with seed " << failure.outcome.seed;
  EXPECT_TRUE(seen.complaints.empty()) << seen.complaints.front();
}

// `leat run` as it stands: with the seed of the file.
TEST_P(Mistake, IsShownByTheSeedOfItsFile) {
  const Scenario scenario = load(GetParam());
  const InvarianceVerdict said = check_invariance(scenario, scenario.seed);
  ASSERT_FALSE(said.violations.empty());
  EXPECT_EQ(said.violations[0].name, *scenario.expect.violation);
  EXPECT_NE(said.violations[0].rule.find("repair: "), std::string::npos);
}

TEST_P(Mistake, MendedItIsClean) {
  const ScenarioCoverage seen = explored(load(GetParam() + "-mended"), seeds_of(GetParam()));
  expect_clean(seen, seeds_of(GetParam()));
  EXPECT_GT(seen.judged.at("invariance"), seeds_of(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Classic, Mistake, testing::ValuesIn(mistakes()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace leat
