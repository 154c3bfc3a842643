#include "core/state/key_groups.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/graph/job_graph.h"

namespace leat {
namespace {

uint32_t group_of_int32(int32_t key) {
  return key_group_of(key, 128);
}  // an Integer is its own hash
uint32_t group_of(const Value& key) { return key_group_of(java_hash(key), 128); }

TEST(KeyGroups, VectorsOfFlinksFormula) {
  EXPECT_EQ(group_of_int32(0), 94u);
  EXPECT_EQ(group_of_int32(1), 86u);
  EXPECT_EQ(group_of_int32(2), 127u);
  EXPECT_EQ(group_of_int32(3), 113u);
  EXPECT_EQ(group_of_int32(42), 29u);
  EXPECT_EQ(group_of_int32(-1), 80u);
  EXPECT_EQ(group_of(Value::text("a")), 81u);
  EXPECT_EQ(group_of(Value::text("b")), 22u);
  EXPECT_EQ(group_of(Value::text("key1")), 41u);
  EXPECT_EQ(group_of(Value::text("key2")), 27u);
}

TEST(KeyGroups, RangesOfThreeAndFourSubtasks) {
  EXPECT_EQ(key_group_range(128, 3, 0), (KeyGroupRange{0, 42}));
  EXPECT_EQ(key_group_range(128, 3, 1), (KeyGroupRange{43, 85}));
  EXPECT_EQ(key_group_range(128, 3, 2), (KeyGroupRange{86, 127}));
  EXPECT_EQ(key_group_range(10, 4, 1), (KeyGroupRange{3, 4}));
  EXPECT_EQ(key_group_range(10, 4, 3), (KeyGroupRange{8, 9}));
}

TEST(KeyGroups, JavaHashesOfTextsBeyondAscii) {
  EXPECT_EQ(java_hash(Value::text("")), 0);
  EXPECT_EQ(java_hash(Value::text("AaAa")), java_hash(Value::text("BBBB")));  // Java's famous pair
  EXPECT_EQ(java_hash(Value::text("\xc3\xa9")), 0xe9);                        // e with acute
  EXPECT_EQ(java_hash(Value::text("\xf0\x9f\x98\x80")), 31 * 0xd83d + 0xde00);  // two UTF-16 units
  EXPECT_EQ(java_hash(Value::boolean(true)), 1231);
  EXPECT_NE(java_hash(Value::number(-0.0)), java_hash(Value::number(0.0)));
}

TEST(KeyGroups, NullIsNoKey) { EXPECT_THROW(java_hash(Value::null()), JobError); }

TEST(KeyGroups, DefaultMaximum) {
  EXPECT_EQ(default_max_parallelism(1), 128u);
  EXPECT_EQ(default_max_parallelism(85), 128u);
  EXPECT_EQ(default_max_parallelism(86), 256u);
  EXPECT_EQ(default_max_parallelism(32768), 32768u);
}

RC_GTEST_PROP(KeyGroups, EachGroupBelongsToTheSubtaskWhoseRangeHoldsIt, ()) {
  const auto most = *rc::gen::inRange<uint32_t>(1, 2000);
  const auto parallelism = *rc::gen::inRange<uint32_t>(1, most + 1);
  const auto group = *rc::gen::inRange<uint32_t>(0, most);
  const uint32_t owner = subtask_of(group, most, parallelism);
  for (uint32_t i = 0; i < parallelism; ++i) {
    RC_ASSERT(key_group_range(most, parallelism, i).contains(group) == (i == owner));
  }
}

}  // namespace
}  // namespace leat
