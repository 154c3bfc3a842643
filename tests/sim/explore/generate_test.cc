// Generated jobs: every seed is a scenario, the same everywhere, and a correct engine runs it.
#include <gtest/gtest.h>

#include <set>

#include "sim/explore/campaign.h"
#include "sim/explore/features.h"
#include "sim/explore/generate_job.h"
#include "sim/world/seeded_choices.h"

namespace leat {
namespace {

std::string job(uint64_t seed) {
  SeededChoices choices(seed);
  return generate_job(choices, seed);
}

TEST(GeneratedJobs, ASeedIsAJob) {
  EXPECT_EQ(job(7), job(7));
  std::set<std::string> different;
  for (uint64_t seed = 1; seed <= 100; ++seed) different.insert(job(seed));
  EXPECT_GT(different.size(), 98U);
}

TEST(GeneratedJobs, TheyAreMadeOfEverythingThatAScenarioCanSay) {
  std::set<std::string> found;
  bool without_faults = false;
  bool unchained = false;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    const Scenario scenario = generated_scenario(seed);
    found.merge(features_of(scenario));
    without_faults |= scenario.random_faults.max == 0;
    unchained |= !scenario.program->graph.config.chaining;
  }
  for (const std::string& feature : all_features()) EXPECT_TRUE(found.contains(feature)) << feature;
  EXPECT_EQ(found.size(), all_features().size());
  EXPECT_TRUE(without_faults && unchained);
}

TEST(GeneratedJobs, ACampaignOverThemIsCleanAndTheSameOnAnyThread) {
  CampaignRequest request;
  request.runs = 60;
  request.generate = generated_scenario;
  const CampaignResult alone = explore({}, request);
  EXPECT_TRUE(alone.ok());
  EXPECT_EQ(alone.runs, 60U);
  request.jobs = 2;
  EXPECT_EQ(explore({}, request).digest, alone.digest);
}

TEST(Strategies, EachIsAFunctionOfItsSeedAndHasItsShareOfACampaign) {
  CampaignRequest request;
  request.runs = 60;
  request.generate = generated_scenario;
  const CampaignResult dealt = explore({}, request);
  for (const Strategy strategy : all_strategies()) {
    EXPECT_GT(dealt.strategies[static_cast<size_t>(strategy)].runs, 5U) << name_of(strategy);
    EXPECT_EQ(strategy_named(name_of(strategy)), strategy);
  }
  const Scenario scenario = generated_scenario(3);
  std::set<std::string> digests;
  for (const Strategy strategy : all_strategies()) {
    RunRequest run;
    run.seed = 3;
    run.strategy = strategy;
    run.record = true;
    const Plan plan(*scenario.program);
    const RunOutcome once = run_once(scenario, plan, run);
    EXPECT_EQ(run_once(scenario, plan, run).digest, once.digest);
    // What was recorded says it all: it is repeated without the strategy.
    RunRequest replay;
    replay.replay = &once.choices;
    EXPECT_EQ(run_once(scenario, plan, replay).digest, once.digest) << name_of(strategy);
    digests.insert(once.digest);
  }
  EXPECT_EQ(digests.size(), all_strategies().size());
}

TEST(Campaign, StopsAtTheFirstFailureOfAllAndSaysAfterHowManyRuns) {
  CampaignRequest request;
  request.runs = 400;
  request.generate = [](uint64_t seed) {
    Scenario scenario = generated_scenario(seed);
    // No run may end so early: every one of them is a failure.
    if (seed >= 40) scenario.limits.steps = 3;
    return scenario;
  };
  request.stop = CampaignRequest::Stop::kAll;
  const CampaignResult alone = explore({}, request);
  ASSERT_FALSE(alone.scenarios[0].failures.empty());
  EXPECT_EQ(alone.scenarios[0].failures[0].found_after, 40U);
  request.jobs = 2;
  const CampaignResult together = explore({}, request);
  EXPECT_EQ(together.digest, alone.digest);
  EXPECT_EQ(together.scenarios[0].failures[0].found_after, 40U);
}

}  // namespace
}  // namespace leat
