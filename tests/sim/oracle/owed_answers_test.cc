// What calls are owed: an answer, or what is said in its place when time is out.
#include "sim/oracle/owed_answers.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

Row row(int64_t n) { return {Value::integer(n)}; }
const Timestamp kTime = EventTime{5};

OwedAnswers::Answer answer(int64_t n, std::optional<int64_t> late, uint64_t rank) {
  std::optional<Row> in_its_place;
  if (late) in_its_place = row(*late);
  return {row(n), in_its_place, kTime, rank};
}

TEST(OwedAnswers, EachCallIsAnsweredOnceByEitherRow) {
  OwedAnswers owed;
  owed.add(answer(1, 10, 0));
  EXPECT_FALSE(owed.take(row(2), kTime));
  EXPECT_FALSE(owed.take(row(1), EventTime{6}));
  EXPECT_TRUE(owed.take(row(10), kTime));
  EXPECT_FALSE(owed.take(row(1), kTime));
  EXPECT_TRUE(owed.empty());
}

TEST(OwedAnswers, WithoutAnAnswerAtATimeoutOnlyTheAnswerCounts) {
  OwedAnswers owed;
  owed.add(answer(1, std::nullopt, 0));
  EXPECT_FALSE(owed.take(row(10), kTime));
  EXPECT_TRUE(owed.take(row(1), kTime));
}

TEST(OwedAnswers, NoneOvertakesAnEarlierRank) {
  OwedAnswers owed;
  owed.add(answer(1, 10, 1));
  owed.add(answer(2, 20, 2));
  EXPECT_FALSE(owed.take(row(20), kTime));
  EXPECT_TRUE(owed.take(row(10), kTime));
  EXPECT_TRUE(owed.take(row(20), kTime));
}

// A row that two calls may have said leaves open which of them still waits; of calls that are alike
// it does not matter.
TEST(OwedAnswers, ARowOfCallsThatDifferMakesUnsureUntilNoneIsOpen) {
  OwedAnswers owed;
  owed.add(answer(1, 10, 0));
  owed.add(answer(1, 10, 0));
  EXPECT_TRUE(owed.take(row(10), kTime));
  EXPECT_FALSE(owed.unsure());
  owed.add(answer(10, 30, 0));
  EXPECT_TRUE(owed.take(row(10), kTime));
  EXPECT_TRUE(owed.unsure());
  EXPECT_TRUE(owed.take(row(30), kTime));
  EXPECT_FALSE(owed.unsure());
}

}  // namespace
}  // namespace leat
