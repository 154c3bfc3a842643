// How a run goes and how it ends.
#include <gtest/gtest.h>

#include <map>

#include "sim/world/seeded_choices.h"
#include "tests/sim/world/toys.h"

namespace leat {
namespace {

WorldPlan alone(const toys::Script& script) {
  WorldPlan plan;
  plan.processes = {toys::plan_for("alone", script)};
  return plan;
}

RunStats run(const WorldPlan& plan, uint64_t seed = 1) {
  SeededChoices choices(seed);
  World world(plan, choices);
  return world.run();
}

TEST(World, EndsAtRestOnceTheJobHasEnded) {
  toys::Script script;
  bool landed = false;
  script.start = [](Env& env) {
    env.call_at({100}, {entity("heartbeat"), 0, 0, 0});
    env.call_at({50}, {entity("end"), 0, 1, 0});
  };
  script.timer = [](Env& env, const TimerTag& tag) {
    if (tag.kind == 0) env.call_at(env.now() + Duration{100}, tag);
    if (tag.kind == 1) {
      toys::finish(env);
      env.blobs().put({}, "last words", "x");
    }
  };
  script.blob = [&](Env&, const BlobReply& reply) { landed = reply.ok; };
  const RunStats stats = run(alone(script));
  EXPECT_EQ(stats.end, RunEnd::kFinished);
  EXPECT_TRUE(landed);
  EXPECT_LE(stats.ended_at.ms, 100);
}

TEST(World, ALivelockIsCaughtByTheStepsOfOneInstant) {
  toys::Script script;
  script.start = [](Env& env) { env.call_at({5}, {entity("t"), 0, 0, 0}); };
  script.timer = [](Env& env, const TimerTag& tag) { env.call_at(env.now(), tag); };
  const RunStats stats = run(alone(script));
  EXPECT_EQ(stats.end, RunEnd::kOutOfSteps);
  EXPECT_EQ(stats.ended_at.ms, 5);
  EXPECT_EQ(stats.steps, 200'001u);
}

TEST(World, TimeAndSilenceAreLimitsToo) {
  toys::Script ticking;
  ticking.start = [](Env& env) { env.call_at({1000}, {entity("t"), 0, 0, 0}); };
  ticking.timer = [](Env& env, const TimerTag& tag) {
    env.call_at(env.now() + Duration{86400000}, tag);
  };
  EXPECT_EQ(run(alone(ticking)).end, RunEnd::kOutOfTime);
  const toys::Script silent;
  const RunStats stuck = run(alone(silent));
  EXPECT_EQ(stuck.end, RunEnd::kStuck);
  EXPECT_NE(stuck.waits_for.find("alone: alive"), std::string::npos) << stuck.waits_for;
}

TEST(World, ABrokenInvariantIsTheVerdictAndNoCrash) {
  toys::Script script;
  script.start = [](Env&) { check(false, "two and two are five"); };
  const RunStats stats = run(alone(script));
  EXPECT_EQ(stats.end, RunEnd::kBroken);
  EXPECT_NE(stats.broken.find("two and two are five"), std::string::npos);
}

TEST(World, StopsWhereItIsToldAndGoesOn) {
  toys::Script script;
  script.start = [](Env& env) {
    for (const int64_t at : {10, 20, 30}) env.call_at({at}, {entity("t"), 0, 0, 0});
  };
  script.timer = [](Env& env, const TimerTag&) {
    if (env.now().ms == 30) toys::finish(env);
  };
  SeededChoices choices(1);
  World world(alone(script), choices);
  EXPECT_EQ(world.run(ProcTime{20}).end, RunEnd::kStopped);
  EXPECT_EQ(world.now().ms, 20);
  EXPECT_TRUE(world.step());
  EXPECT_FALSE(world.step());
  EXPECT_EQ(world.run().end, RunEnd::kFinished);
}

// Always the last answer: every step takes as long as it may.
class Greatest final : public Choices {
 public:
  uint32_t choose(const Site&, Entity, uint32_t count) override { return count - 1; }
  Identity choose_among(const Site&, std::span<const Identity> c) override { return c.back(); }
  void enter_epoch(Entity, uint64_t) override {}
};

TEST(World, StepsOfATaskNeverOverlapAndTasksAreFree) {
  toys::Script script;
  std::map<uint32_t, std::vector<int64_t>> steps;
  script.start = [](Env& env) {
    for (uint32_t i = 0; i < 8; ++i) {
      env.make_ready({entity(entity("c"), i), i % 2, i}, env.now());
    }
  };
  script.run = [&](Env& env, const RunTag& tag) { steps[tag.task].push_back(env.now().ms); };
  WorldPlan plan = alone(script);
  plan.config.step_cost_max = {5};
  Greatest choices;
  World(plan, choices).run();
  EXPECT_EQ(steps[0], (std::vector<int64_t>{0, 5, 10, 15}));
  EXPECT_EQ(steps[1], (std::vector<int64_t>{0, 5, 10, 15}));
}

TEST(World, APauseHoldsEverythingUp) {
  toys::Script script;
  std::vector<int64_t> times;
  script.start = [](Env& env) {
    for (const int64_t at : {10, 30, 200}) env.call_at({at}, {entity("t"), 0, 0, 0});
  };
  script.timer = [&](Env& env, const TimerTag&) { times.push_back(env.now().ms); };
  WorldPlan plan = alone(script);
  Fault pause;
  pause.kind = FaultKind::kPause;
  pause.when = AtTime{{20}};
  pause.lasts = {100};
  plan.faults = {pause};
  EXPECT_EQ(run(plan).faults_fired[static_cast<size_t>(FaultKind::kPause)], 1u);
  EXPECT_EQ(times, (std::vector<int64_t>{10, 120, 200}));
}

TEST(World, CancelledTimersDoNotFire) {
  toys::Script script;
  int fired = 0;
  script.start = [](Env& env) {
    env.cancel(env.call_at({10}, {entity("t"), 0, 0, 0}));
    env.cancel({});
  };
  script.timer = [&](Env&, const TimerTag&) { ++fired; };
  run(alone(script));
  EXPECT_EQ(fired, 0);
}

// A fault that waits for a fact acts right after the step in which the fact came, never inside it.
TEST(Faults, FireExactlyWhereTheyAreTold) {
  const ExecutionId other{{{1}, 0}, 1};
  const ExecutionId meant{{{1}, 1}, 1};
  bool inside = false;
  toys::Script script;
  script.start = [](Env& env) {
    if (env.incarnation() > 1) return;
    for (uint64_t i = 1; i <= 5; ++i) {
      env.call_at({static_cast<int64_t>(i)}, {entity("t"), 0, 0, i});
    }
  };
  std::vector<uint64_t> steps;
  script.timer = [&](Env& env, const TimerTag& tag) {
    inside = true;
    env.trace().add(env.now(), BarrierAligned{tag.arg == 1 ? other : meant, {tag.arg}});
    steps.push_back(tag.arg);
    inside = false;
  };
  const auto steps_before_the_kill = [&](decltype(Fault::when) when) {
    steps.clear();
    WorldPlan plan = alone(script);
    Fault kill;
    kill.when = when;
    plan.faults = {kill};
    run(plan);
    EXPECT_FALSE(inside);
    return steps.size();
  };
  constexpr uint32_t kAligned = kind_of<BarrierAligned>();
  EXPECT_EQ(steps_before_the_kill(AfterFact{kAligned, 4}), 4u);
  EXPECT_EQ(steps_before_the_kill(AfterFact{std::nullopt, 4}), 3u);  // ProcessStarted is the first
  EXPECT_EQ(steps_before_the_kill(AtMoment{kAligned, {}, {}}), 1u);
  EXPECT_EQ(steps_before_the_kill(AtMoment{kAligned, meant.subtask, {}}), 2u);
  EXPECT_EQ(steps_before_the_kill(AtMoment{kAligned, meant.subtask, CheckpointId{5}}), 5u);
  EXPECT_EQ(steps_before_the_kill(AtMoment{kAligned, other.subtask, CheckpointId{5}}), 5u);
  EXPECT_EQ(steps_before_the_kill(AfterFact{kAligned, 99}), 5u);
}

}  // namespace
}  // namespace leat
