// A run beside the marks of another: where they part is found to the fact, or to a few of them.
#include "sim/explore/fact_marks.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

Fact fact(uint64_t i) { return MessageDelivered{ProcessId{1}, ProcessId{2}, 7, i, i * i}; }

FactMarks marks_of(uint64_t facts) {
  FactMarker marker;
  for (uint64_t i = 1; i <= facts; ++i) marker.on_fact({5}, fact(i));
  return marker.marks();
}

// A run of so many facts, of which one is another.
std::optional<FactComparison::Difference> parting(const FactMarks& recorded, uint64_t facts,
                                                  uint64_t other) {
  FactComparison comparison(recorded);
  for (uint64_t i = 1; i <= facts; ++i) comparison.on_fact({5}, fact(i == other ? 0 : i));
  return comparison.difference();
}

TEST(FactMarks, OfAShortRunTellTheVeryFact) {
  const FactMarks recorded = marks_of(100);
  EXPECT_FALSE(parting(recorded, 100, 0));
  for (const uint64_t other : {1, 2, 57, 100}) {
    const auto difference = parting(recorded, 100, other);
    ASSERT_TRUE(difference) << other;
    EXPECT_EQ(difference->first, other);
    EXPECT_EQ(difference->last, other);
    ASSERT_EQ(difference->here.size(), 1U);
    EXPECT_EQ(to_text(difference->here[0].second), to_text(fact(0)));
  }
}

TEST(FactMarks, OfALongRunAreFewAndTellAFewFacts) {
  const FactMarks recorded = marks_of(20'003);
  EXPECT_EQ(recorded.facts, 20'003U);
  EXPECT_EQ(recorded.stride, 8U);
  EXPECT_EQ(recorded.marks.size(), 2'500U);
  EXPECT_FALSE(parting(recorded, 20'003, 0));
  for (const uint64_t other : {1, 8, 9, 12'345, 20'000}) {
    const auto difference = parting(recorded, 20'003, other);
    ASSERT_TRUE(difference) << other;
    EXPECT_LE(difference->first, other);
    EXPECT_GE(difference->last, other);
    EXPECT_EQ(difference->last - difference->first, 7U);
    EXPECT_EQ(difference->here.size(), 8U);
  }
}

TEST(FactMarks, ARunThatGoesOnOrEndsTooEarlyParts) {
  const FactMarks recorded = marks_of(100);
  const auto longer = parting(recorded, 101, 0);
  ASSERT_TRUE(longer);
  EXPECT_EQ(longer->first, 101U);
  EXPECT_EQ(to_text(longer->here.at(0).second), to_text(fact(101)));
  const auto shorter = parting(recorded, 99, 0);
  ASSERT_TRUE(shorter);
  EXPECT_EQ(shorter->last, 100U);
  EXPECT_TRUE(shorter->here.empty());
}

TEST(FactMarks, ComeBackAsTheyWereWritten) {
  const std::string text = to_text(marks_of(20'003));
  const auto again = parse_fact_marks(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, marks_of(20'003));
  for (const size_t cut : {size_t{0}, size_t{3}, size_t{6}, size_t{8}, text.size() - 1})
    EXPECT_FALSE(parse_fact_marks(text.substr(0, cut))) << cut;
  EXPECT_FALSE(parse_fact_marks("1 0 00000000"));
  EXPECT_FALSE(parse_fact_marks("1 1 0000000g"));
}

}  // namespace
}  // namespace leat
