// What each aggregate keeps is in the recorded cases (tests/conformance/core/running_aggregates);
// here is what a restart keeps, and what is refused.
#include "core/operators/running_aggregate.h"

#include <gtest/gtest.h>

#include "alone.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;
using Kind = RunningAggregateSpec::Kind;

StreamNode node(Kind kind, uint32_t field) {
  StreamNode node;
  node.name = "r";
  node.keyed = true;
  node.key_fields = {0};
  node.output.fields = {{"k", ValueType::kString}, {"v", ValueType::kInt}, {"w", ValueType::kInt}};
  RunningAggregateSpec spec;
  spec.kind = kind;
  spec.field = field;
  spec.label = "aggregate";
  node.spec = std::move(spec);
  return node;
}

Row row(const char* key, int64_t v, int64_t w) {
  return {Value::text(key), Value::integer(v), Value::integer(w)};
}

TEST(RunningAggregate, ASumChangesOneFieldOfTheFirstRow) {
  Alone sum(node(Kind::kSum, 1));
  EXPECT_EQ(sum.row(row("a", 1, 10), EventTime{5}), (Told{"a 1 10 @5"}));
  EXPECT_EQ(sum.row(row("b", 7, 20), EventTime{6}), (Told{"b 7 20 @6"}));
  EXPECT_EQ(sum.row(row("a", 2, 30), EventTime{3}), (Told{"a 3 10 @3"}));
}

TEST(RunningAggregate, AMaxByKeepsTheWholeRow) {
  Alone max_by(node(Kind::kMaxBy, 1));
  max_by.row(row("a", 1, 10), EventTime{5});
  EXPECT_EQ(max_by.row(row("a", 4, 11), EventTime{6}), (Told{"a 4 11 @6"}));
  EXPECT_EQ(max_by.row(row("a", 4, 12), EventTime{7}), (Told{"a 4 11 @7"}));
}

TEST(RunningAggregate, TheKeptRowSurvivesARestart) {
  Alone sum(node(Kind::kSum, 1));
  sum.row(row("a", 1, 10), EventTime{5});
  sum.restart(sum.snapshot());
  EXPECT_EQ(sum.row(row("a", 2, 30), EventTime{6}), (Told{"a 3 10 @6"}));
}

TEST(RunningAggregate, TextIsNotSummed) { EXPECT_THROW(Alone(node(Kind::kSum, 0)), JobError); }

}  // namespace
}  // namespace leat
