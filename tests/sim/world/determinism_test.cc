// One seed, one run: on any thread, recorded or replayed.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <thread>

#include "sim/world/recorded_choices.h"
#include "sim/world/seeded_choices.h"
#include "tests/sim/world/toys.h"

namespace leat {
namespace {

struct Outcome {
  std::string digest;
  RunEnd end = RunEnd::kStuck;
  uint64_t steps = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  return out << o.digest << " after " << o.steps << " steps, end " << static_cast<int>(o.end);
}

Outcome outcome_of(WorldPlan plan, Choices& choices) {
  World world(std::move(plan), choices);
  const RunStats stats = world.run();
  return {world.trace().digest().hex(), stats.end, stats.steps};
}

// Gossip that is cut, killed (loudly and silently), paused, slowed down and denied its storage.
WorldPlan stormy_gossip() {
  WorldPlan plan = toys::gossip_world(4, 12);
  const auto fault = [&](FaultKind kind, decltype(Fault::when) when, uint32_t a, uint32_t b) {
    Fault f;
    f.kind = kind;
    f.when = when;
    f.process = {a};
    f.peer = ProcessId{b};
    f.lasts = {25};
    f.amount = {15};
    plan.faults.push_back(f);
  };
  fault(FaultKind::kReset, AfterFact{kind_of<MessageDelivered>(), 7}, 0, 1);
  fault(FaultKind::kKill, AtTime{{35}}, 1, 0);
  fault(FaultKind::kKillSilently, AfterFact{kind_of<BlobWritten>(), 9}, 2, 0);
  fault(FaultKind::kPartition, AtTime{{41}}, 0, 3);
  fault(FaultKind::kPause, AtTime{{52}}, 3, 0);
  fault(FaultKind::kDelay, AtTime{{60}}, 0, 2);
  fault(FaultKind::kStorageFail, AtTime{{20}}, 0, 0);
  fault(FaultKind::kStorageSlow, AtTime{{70}}, 0, 0);
  return plan;
}

Outcome seeded(uint64_t seed) {
  SeededChoices choices(seed);
  return outcome_of(stormy_gossip(), choices);
}

TEST(Determinism, TheSameSeedGivesTheSameRunAndAnotherSeedAnother) {
  EXPECT_EQ(seeded(1), seeded(1));
  EXPECT_NE(seeded(1).digest, seeded(2).digest);
  EXPECT_EQ(seeded(1).end, RunEnd::kFinished);
}

TEST(Determinism, ThreadsDoNotMatter) {
  constexpr size_t kThreads = 4;
  std::vector<Outcome> outcomes(kThreads);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&outcomes, i] { outcomes[i] = seeded(5); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Outcome& outcome : outcomes) EXPECT_EQ(outcome, seeded(5));
}

TEST(Determinism, EveryFaultKindHitsInTheStorm) {
  SeededChoices choices(1);
  World world(stormy_gossip(), choices);
  const RunStats stats = world.run();
  for (uint32_t kind = 0; kind < kFaultKinds; ++kind) {
    EXPECT_EQ(stats.faults_fired[kind], 1u) << "kind " << kind;
  }
}

RC_GTEST_PROP(Determinism, ARecordedRunIsReplayedBitForBit, (uint64_t seed)) {
  SeededChoices plain_seed(seed);
  const Outcome unrecorded = outcome_of(stormy_gossip(), plain_seed);

  SeededChoices again(seed);
  RecordingChoices recorder(again);
  RC_ASSERT(outcome_of(stormy_gossip(), recorder) == unrecorded);

  const Result<ChoiceMap> parsed = parse_choice_map(to_text(recorder.map()));
  RC_ASSERT(parsed.ok());
  RC_ASSERT(parsed.value().answers == recorder.map().answers);
  RC_ASSERT(parsed.value().turns == recorder.map().turns);

  ReplayChoices replay(parsed.value());
  RC_ASSERT(outcome_of(stormy_gossip(), replay) == unrecorded);
  RC_ASSERT(replay.mapped().drift() == "");
}

TEST(Determinism, WithoutDisorderEverySeedIsThePlainRun) {
  const auto quiet = [](uint64_t seed) {
    SeededChoices choices(seed);
    WorldPlan plan = stormy_gossip();
    plan.config.disorder = false;
    return outcome_of(std::move(plan), choices);
  };
  EXPECT_EQ(quiet(1), quiet(2));
  PlainChoices plain;
  EXPECT_EQ(outcome_of(stormy_gossip(), plain), quiet(1));
}

TEST(Determinism, OneBitOfOneMessageChangesTheDigest) {
  const auto digest_of = [](char body) {
    toys::Script sender;
    sender.start = [body](Env& env) {
      env.send(toys::message(env, 1, std::string(20, 'x') + body));
    };
    const toys::Script receiver;
    PlainChoices choices;
    WorldPlan plan;
    plan.processes = {toys::plan_for("a", sender), toys::plan_for("b", receiver)};
    World world(plan, choices);
    world.run();
    return world.trace().digest().hex();
  };
  EXPECT_EQ(digest_of('a'), digest_of('a'));
  EXPECT_NE(digest_of('a'), digest_of('a' ^ 1));
}

}  // namespace
}  // namespace leat
