// An answer belongs to its key, and the keys mean something.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sim/world/recorded_choices.h"
#include "sim/world/seeded_choices.h"

namespace leat {
namespace {

constexpr Site kLatency{"test.latency"};
constexpr Site kOther{"test.other"};
constexpr uint32_t kMany = 1'000'000'000;
const Entity kA = entity("a");
const Entity kB = entity("b");

std::vector<uint32_t> ask(Choices& choices, Entity who, int times) {
  std::vector<uint32_t> answers;
  for (int i = 0; i < times; ++i) answers.push_back(choices.choose(kLatency, who, kMany));
  return answers;
}

TEST(SeededChoices, OneMoreChoicePointMovesNoOtherAnswer) {
  SeededChoices before(7);
  SeededChoices after(7);
  for (int i = 0; i < 100; ++i) {
    const uint32_t was = before.choose(kLatency, kA, kMany);
    after.choose(kOther, kA, 3);
    after.choose(kLatency, kB, 3);
    EXPECT_EQ(after.choose(kLatency, kA, kMany), was);
  }
}

TEST(SeededChoices, CountsBeginAnewInEachEpoch) {
  SeededChoices one_more(7);
  SeededChoices one_less(7);
  ask(one_more, kA, 6);
  ask(one_less, kA, 5);
  one_more.enter_epoch(kA, 1);
  one_less.enter_epoch(kA, 1);
  EXPECT_EQ(ask(one_more, kA, 5), ask(one_less, kA, 5));
}

TEST(SeededChoices, ReplayedWorkHasKeysOfItsOwn) {
  SeededChoices choices(7);
  choices.enter_epoch(kA, 1);
  const auto first = ask(choices, kA, 5);
  choices.enter_epoch(kA, 2);
  choices.enter_epoch(kA, 1);
  EXPECT_NE(ask(choices, kA, 5), first);
}

TEST(SeededChoices, ToSayThatOneIsInEpochZeroChangesNothing) {
  SeededChoices told(7);
  SeededChoices untold(7);
  ask(told, kA, 2);
  ask(untold, kA, 2);
  told.enter_epoch(kA, 0);
  EXPECT_EQ(ask(told, kA, 3), ask(untold, kA, 3));
  told.enter_epoch(kA, 0);  // restored from nothing: the second time
  SeededChoices fresh(7);
  EXPECT_NE(ask(told, kA, 3), ask(fresh, kA, 3));
}

TEST(SeededChoices, AnswersAreSpreadEvenly) {
  SeededChoices choices(7);
  std::array<int, 10> seen{};
  for (int i = 0; i < 10000; ++i) ++seen[choices.choose(kLatency, entity(kA, i % 50), 10)];
  for (const int n : seen) EXPECT_NEAR(n, 1000, 150);
}

TEST(SeededChoices, WhoIsChosenDoesNotDependOnWhoElseIsThere) {
  const SeededChoices seeded(7);
  SeededChoices choices(7);
  std::vector<Identity> all;
  for (uint64_t i = 0; i < 20; ++i) all.push_back({mix(i), 0, i});
  std::vector<Identity> order;
  while (!all.empty()) {
    order.push_back(choices.choose_among(kLatency, all));
    std::erase(all, order.back());
  }
  for (size_t i = 1; i < order.size(); ++i) {
    EXPECT_EQ(choices.choose_among(kLatency, std::vector{order[i], order[i - 1]}), order[i - 1]);
    EXPECT_LE(seeded.order_key(kLatency, order[i - 1]), seeded.order_key(kLatency, order[i]));
  }
}

// A map with one answer: the third question of `a` in epoch 1 was answered 9.
ChoiceMap one_answer(uint64_t ordinal) {
  ChoiceMap map;
  map.answers[{kLatency.key, kA.key, 1, ordinal, 2}] = {9, 10};
  return map;
}

TEST(ReplayChoices, AKeyThatDoesNotComeUpInItsOrdinalFallsBackToTheFirst) {
  const ChoiceMap map = one_answer(0);
  ReplayChoices replay(map);
  replay.enter_epoch(kA, 1);
  EXPECT_EQ(ask(replay, kA, 4), (std::vector<uint32_t>{0, 0, 9, 0}));
  replay.enter_epoch(kA, 1);
  EXPECT_EQ(ask(replay, kA, 4), (std::vector<uint32_t>{0, 0, 9, 0}));
  EXPECT_EQ(replay.mapped().unused(), 0u);
}

TEST(ReplayChoices, AnswersThatNobodyAskedForAreReportedAsDrift) {
  ChoiceMap map = one_answer(3);
  map.sites[kLatency.key] = "test.latency";
  ReplayChoices replay(map);
  ask(replay, kA, 4);
  EXPECT_EQ(replay.mapped().unused(), 1u);
  EXPECT_EQ(replay.mapped().drift(), to_text(map));
  EXPECT_NE(replay.mapped().drift().find("choose test.latency"), std::string::npos);
}

TEST(ReplayChoices, AnAnswerBeyondTheRangeIsTheLast) {
  const ChoiceMap map = one_answer(0);
  ReplayChoices replay(map);
  replay.enter_epoch(kA, 1);
  for (int i = 0; i < 2; ++i) replay.choose(kLatency, kA, 4);
  EXPECT_EQ(replay.choose(kLatency, kA, 4), 3u);
}

TEST(MappedChoices, OverASeedAreThatSeedWithSomeAnswersEdited) {
  SeededChoices seeded(7);
  SeededChoices below(7);
  const ChoiceMap map = one_answer(0);
  MappedChoices edited(map, below);
  seeded.enter_epoch(kA, 1);
  edited.enter_epoch(kA, 1);
  auto expected = ask(seeded, kA, 5);
  expected[2] = 9;
  EXPECT_EQ(ask(edited, kA, 5), expected);
}

TEST(ChoiceMap, TextThatIsNoMapIsRefusedWithItsLine) {
  for (const char* bad :
       {"choose x 1 epoch 0.0 #0 = 1", "turn x 1:0.0:0 = 1:0.0:0", "nonsense",
        "choose x zz epoch 0.0 #0 = 1 of 2", "choose x 1 epoch 0.0 #0 = 99999999999 of 2"}) {
    const auto parsed = parse_choice_map("\n" + std::string(bad) + "\n");
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_NE(parsed.error().find("line 2"), std::string::npos) << parsed.error();
  }
}

// The recorder and the replay agree whatever is asked, also where epochs are entered again.
RC_GTEST_PROP(RecordingChoices, ReplayGivesWhatWasRecorded,
              (uint64_t seed, const std::vector<std::pair<uint8_t, uint8_t>>& questions)) {
  const auto run = [&](Choices& choices) {
    std::vector<uint32_t> answers;
    for (const auto& [what, arg] : questions) {
      const Entity who = entity(kA, what % 3);
      if (what % 5 == 4) {
        choices.enter_epoch(who, arg % 3);
      } else {
        answers.push_back(choices.choose(what % 2 == 0 ? kLatency : kOther, who, 1 + arg % 4));
      }
    }
    return answers;
  };
  SeededChoices seeded(seed);
  RecordingChoices recorder(seeded);
  const auto recorded = run(recorder);
  ReplayChoices replay(recorder.map());
  RC_ASSERT(run(replay) == recorded);
  RC_ASSERT(replay.mapped().unused() == 0u);
}

}  // namespace
}  // namespace leat
