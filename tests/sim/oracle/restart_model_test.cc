// How many failures a job survives, and how long it waits, by the definition of each strategy.
#include "sim/oracle/restart_model.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

using Kind = RestartConfig::Kind;
using Duty = RestartModel::Duty;

TEST(RestartModel, WithoutRestartsTheFirstFailureIsTheLast) {
  RestartModel model(RestartConfig{});
  EXPECT_EQ(model.on_failure(ProcTime{5}).duty, Duty::kGiveUp);
}

TEST(RestartModel, AFixedDelaySurvivesAsManyFailuresAsItHasAttempts) {
  RestartModel model({.kind = Kind::kFixedDelay, .attempts = 2, .delay = {70}});
  for (int i = 0; i < 2; ++i) {
    const RestartModel::Owed owed = model.on_failure(ProcTime{100});
    EXPECT_EQ(owed.duty, Duty::kRestart);
    EXPECT_EQ(owed.least_delay, Duration{70});
  }
  EXPECT_EQ(model.on_failure(ProcTime{900}).duty, Duty::kGiveUp);
  model.forget();
  EXPECT_EQ(model.on_failure(ProcTime{901}).duty, Duty::kRestart);
}

TEST(RestartModel, ARateCountsWhatLiesWithinItsInterval) {
  RestartConfig config;
  config.kind = Kind::kFailureRate;
  config.max_failures = 2;
  config.interval = {1000};
  RestartModel model(config);
  EXPECT_EQ(model.on_failure(ProcTime{0}).duty, Duty::kRestart);
  EXPECT_EQ(model.on_failure(ProcTime{500}).duty, Duty::kRestart);
  EXPECT_EQ(model.on_failure(ProcTime{1001}).duty, Duty::kRestart);  // the first is over
  EXPECT_EQ(model.on_failure(ProcTime{1500}).duty, Duty::kGiveUp);
}

struct Exponential : testing::Test {
  RestartConfig config{.kind = Kind::kExponentialDelay, .attempts = 2, .delay = {100}};
  Exponential() {
    config.max_delay = {300};
    config.multiplier = 2;
    config.reset_threshold = {1000};
  }
};

TEST_F(Exponential, EachDelayIsLongerUntilACalm) {
  RestartModel model(config);
  EXPECT_GE(model.on_failure(ProcTime{0}).least_delay, Duration{100});
  EXPECT_GE(model.on_failure(ProcTime{150}).least_delay, Duration{199});
  // The restart at 350 is followed by a calm.
  const RestartModel::Owed owed = model.on_failure(ProcTime{1400});
  EXPECT_EQ(owed.duty, Duty::kRestart);
  EXPECT_LT(owed.least_delay, Duration{199});
}

TEST_F(Exponential, WithoutACalmTheAttemptsRunOut) {
  RestartModel model(config);
  model.on_failure(ProcTime{0});
  model.on_failure(ProcTime{150});
  EXPECT_EQ(model.on_failure(ProcTime{600}).duty, Duty::kGiveUp);
}

TEST_F(Exponential, AFailureWhileARestartIsPlannedIsPartOfTheOneBefore) {
  RestartModel model(config);
  model.on_failure(ProcTime{0});
  EXPECT_EQ(model.on_failure(ProcTime{100}).duty, Duty::kEither);
}

TEST_F(Exponential, WhetherACalmWasLongEnoughMayBeUpToTheJitter) {
  config.jitter = 0.5;
  config.attempts = 1;
  RestartModel model(config);
  model.on_failure(ProcTime{0});  // begins anew between 100 and 151
  EXPECT_EQ(model.on_failure(ProcTime{1130}).duty, Duty::kEither);
}

}  // namespace
}  // namespace leat
