// What is drawn stays inside the atlas, and every kind is drawn.
#include "sim/world/random_faults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "sim/world/seeded_choices.h"
#include "sim/world/simulation.h"

namespace leat {
namespace {

Scenario scenario_with(uint32_t max, uint32_t attempts) {
  Scenario scenario;
  auto program = std::make_shared<JobProgram>();
  program->graph.config.restart.attempts = attempts;
  program->graph.config.checkpoint.interval = Duration{1000};
  scenario.program = program;
  scenario.cluster = cluster_of(2, 2);
  scenario.random_faults.max = max;
  scenario.random_faults.span = {5000};
  return scenario;
}

std::vector<Fault> drawn(const Scenario& scenario, uint64_t seed) {
  SeededChoices choices(seed);
  return draw_faults(scenario, choices);
}

bool restarts_the_job(FaultKind kind) {
  return kind != FaultKind::kDelay && kind != FaultKind::kStorageSlow && kind != FaultKind::kPause;
}

TEST(RandomFaults, StayInsideTheAtlas) {
  Scenario scenario = scenario_with(8, 6);
  scenario.topics.transaction_timeout = {60000};
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    int64_t outage = 0;
    uint32_t failures = 0;
    for (const Fault& fault : drawn(scenario, seed)) {
      const bool kills = fault.kind == FaultKind::kKill || fault.kind == FaultKind::kKillSilently;
      EXPECT_FALSE(kills && fault.process == scenario.cluster.log) << "the log does not forget";
      EXPECT_TRUE(!fault.peer || *fault.peer != fault.process);
      EXPECT_GT(fault.lasts.ms, 0);
      outage += fault.lasts == kForever ? 0 : fault.lasts.ms;
      failures += restarts_the_job(fault.kind) ? 1 : 0;
      if (const auto* at = std::get_if<AtTime>(&fault.when)) {
        EXPECT_LT(at->time.ms, 5000);
      }
    }
    EXPECT_LE(failures, 3u);
    EXPECT_LT(outage + 1000, 60000);
  }
}

TEST(RandomFaults, EveryKindComesUpAndSomeRunsAreQuiet) {
  std::array<int, kFaultKinds> runs_with{};
  int quiet = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    std::array<bool, kFaultKinds> seen{};
    const auto faults = drawn(scenario_with(4, 20), seed);
    for (const Fault& fault : faults) seen[static_cast<size_t>(fault.kind)] = true;
    for (size_t i = 0; i < kFaultKinds; ++i) runs_with[i] += seen[i] ? 1 : 0;
    quiet += faults.empty() ? 1 : 0;
  }
  for (const int n : runs_with) EXPECT_GT(n, 200);  // 10 %
  EXPECT_GT(quiet, 50);
  EXPECT_LT(quiet, 400);
}

TEST(RandomFaults, InSomeRunsAllThatGoByTheClockComeTogether) {
  int together = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    int64_t first = INT64_MAX;
    int64_t last = 0;
    int timed = 0;
    for (const Fault& fault : drawn(scenario_with(8, 40), seed)) {
      const auto* at = std::get_if<AtTime>(&fault.when);
      if (at == nullptr) continue;
      ++timed;
      first = std::min(first, at->time.ms);
      last = std::max(last, at->time.ms);
    }
    together += timed >= 3 && last - first < 400 ? 1 : 0;
  }
  EXPECT_GT(together, 20);
}

// The job needs as many slots as its widest vertex has subtasks; a worker has two.
TEST(RandomFaults, AsManyWorkersStayAwayAsTheJobCanDoWithout) {
  std::array<size_t, 3> most{};
  for (const uint32_t spare : {0U, 1U, 2U}) {
    Scenario scenario = scenario_with(8, 40);
    auto program = std::make_shared<JobProgram>(*scenario.program);
    JobVertex vertex;
    vertex.parallelism = 4 - 2 * spare + (spare == 2 ? 1 : 0);
    program->job.vertices = {vertex};
    scenario.program = program;
    for (uint64_t seed = 0; seed < 500; ++seed) {
      std::set<ProcessId> away;
      for (const Fault& fault : drawn(scenario, seed)) {
        if (fault.lasts == kForever) away.insert(fault.process);
      }
      EXPECT_EQ(away.count(scenario.cluster.job_manager), 0U);
      most[spare] = std::max(most[spare], away.size());
    }
  }
  EXPECT_EQ(most, (std::array<size_t, 3>{0, 1, 1}));
}

TEST(RandomFaults, AJobThatMayNotRestartIsOnlySlowedDown) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    for (const Fault& fault : drawn(scenario_with(8, 0), seed)) {
      EXPECT_FALSE(restarts_the_job(fault.kind));
    }
  }
}

TEST(RandomFaults, ThePlainAnswersAreNone) {
  PlainChoices plain;
  EXPECT_TRUE(draw_faults(scenario_with(8, 20), plain).empty());
}

// Plain, but for the answers that let faults come at all, and for those of some sites.
class AStorm final : public Choices {
 public:
  explicit AStorm(std::vector<std::string_view> answered) : answered_(std::move(answered)) {}
  uint32_t choose(const Site& site, Entity, uint32_t count) override {
    const bool storm = site.name == "fault.stormy" || site.name == "fault.swarm";
    const bool answered =
        std::find(answered_.begin(), answered_.end(), site.name) != answered_.end();
    return storm || answered ? count - 1 : 0;
  }
  Identity choose_among(const Site&, std::span<const Identity> c) override { return c.front(); }
  void enter_epoch(Entity, uint64_t) override {}

 private:
  std::vector<std::string_view> answered_;
};

// So that a fault that is left out of a recorded run does not come back as another.
TEST(RandomFaults, InAStormTooThePlainAnswerIsNone) {
  AStorm quiet({});
  EXPECT_TRUE(draw_faults(scenario_with(8, 20), quiet).empty());
  AStorm kinds_only({"fault.kind"});
  const std::vector<Fault> plain = draw_faults(scenario_with(8, 20), kinds_only);
  ASSERT_FALSE(plain.empty());
  for (const Fault& fault : plain) {
    EXPECT_EQ(std::get<AtTime>(fault.when).time.ms, 0);
    EXPECT_EQ(fault.lasts.ms, 1);
    EXPECT_EQ(fault.amount.ms, 1);
    EXPECT_EQ(fault.count, 1u);
  }
}

}  // namespace
}  // namespace leat
