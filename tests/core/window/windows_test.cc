#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>

#include "core/window/pane_table.h"
#include "core/window/window_aggregate.h"
#include "core/window/window_assigner.h"

namespace leat {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

WindowSpec tumbling(int64_t size, int64_t offset = 0) {
  WindowSpec spec;
  spec.size = {size};
  spec.offset = {offset};
  return spec;
}

std::vector<TimeWindow> windows_of(const WindowSpec& spec, int64_t time) {
  std::vector<TimeWindow> windows;
  make_assigner(spec)->assign(time, windows);
  return windows;
}

TEST(WindowStart, IsTheFloorAlsoOfNegativeTimes) {
  EXPECT_EQ(window_start(-8, 0, 7), -14);
  EXPECT_EQ(window_start(-7, 0, 7), -7);
  EXPECT_EQ(window_start(-1, 0, 7), -7);
  EXPECT_EQ(window_start(6, 0, 7), 0);
  EXPECT_EQ(window_start(-1, 3, 7), -4);
  EXPECT_EQ(window_start(3, 3, 7), 3);
  EXPECT_EQ(window_start(-3, -2, 7), -9);
  EXPECT_EQ(window_start(12, -2, 7), 12);
}

TEST(TumblingWindows, AnElementFallsIntoOne) {
  EXPECT_EQ(windows_of(tumbling(2000), 500), (std::vector<TimeWindow>{{0, 2000}}));
  EXPECT_EQ(windows_of(tumbling(7, 3), -1), (std::vector<TimeWindow>{{-4, 3}}));
}

TEST(TumblingWindows, RefusesWhatFlinkRefuses) {
  EXPECT_THROW(make_assigner(tumbling(0)), JobError);
  EXPECT_THROW(make_assigner(tumbling(-5)), JobError);
  EXPECT_THROW(make_assigner(tumbling(5, 5)), JobError);
  EXPECT_THROW(make_assigner(tumbling(5, -5)), JobError);
}

TEST(CleanupTime, OverflowMeansNever) {
  const TimeWindow last{kMax - 2000, kMax - 1000};
  EXPECT_EQ(cleanup_time({0, 10}, WindowTime::kEvent, 5), 14);
  EXPECT_EQ(cleanup_time(last, WindowTime::kEvent, 2000), kMax);
  EXPECT_EQ(cleanup_time(last, WindowTime::kProcessing, 2000), last.max_timestamp());
}

RC_GTEST_PROP(TumblingWindows, TheWindowHoldsItsElementAndBeginsOnTheGrid, ()) {
  const auto size = *rc::gen::inRange<int64_t>(1, 5000);
  const auto offset = *rc::gen::inRange<int64_t>(1 - size, size);
  const auto time = *rc::gen::inRange<int64_t>(-1000000, 1000000);
  const auto windows = windows_of(tumbling(size, offset), time);
  RC_ASSERT(windows.size() == 1u);
  RC_ASSERT(windows[0].start <= time && time < windows[0].end);
  RC_ASSERT(windows[0].end - windows[0].start == size);
  RC_ASSERT((windows[0].start - offset) % size == 0);
}

AggregateSpec over_field(AggregateSpec::Kind kind) {
  AggregateSpec spec;
  spec.kind = kind;
  if (kind != AggregateSpec::Kind::kCount) spec.argument = read_field(0);
  return spec;
}

Value aggregate(AggregateSpec::Kind kind, const std::vector<Value>& values) {
  const WindowAggregate aggregate(over_field(kind));
  Value accumulator = aggregate.create();
  for (const Value& value : values) aggregate.add(accumulator, Row{value}, std::nullopt);
  return aggregate.result(accumulator);
}

TEST(WindowAggregate, OverNothingIsNullAndZero) {
  using Kind = AggregateSpec::Kind;
  EXPECT_TRUE(aggregate(Kind::kSum, {}).is_null());
  EXPECT_TRUE(aggregate(Kind::kMax, {}).is_null());
  EXPECT_EQ(aggregate(Kind::kCount, {}), Value::integer(0));
}

TEST(WindowAggregate, SumsWrapAndDoublesKeepTheirOrder) {
  using Kind = AggregateSpec::Kind;
  EXPECT_EQ(aggregate(Kind::kSum, {Value::integer(kMax), Value::integer(1)}),
            Value::integer(-kMax - 1));
  EXPECT_EQ(aggregate(Kind::kSum, {Value::number(1e16), Value::number(1), Value::number(-1e16)}),
            Value::number(0));
  EXPECT_EQ(aggregate(Kind::kSum, {Value::number(1e16), Value::number(-1e16), Value::number(1)}),
            Value::number(1));
}

TEST(WindowAggregate, TheOrderOfDoublesIsJavas) {
  using Kind = AggregateSpec::Kind;
  const Value nan = Value::number(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(aggregate(Kind::kMax, {Value::number(5), nan, Value::number(7)}), nan);
  EXPECT_EQ(aggregate(Kind::kMin, {Value::number(0.0), Value::number(-0.0)}), Value::number(-0.0));
}

TEST(WindowAggregate, TextsCannotBeAdded) {
  EXPECT_THROW(aggregate(AggregateSpec::Kind::kSum, {Value::integer(1), Value::text("x")}),
               JobError);
}

RC_GTEST_PROP(PaneTable, FindsEachKeyAtTheNumberOfItsFirstArrival, ()) {
  PaneTable table({.keys = 1, .accumulators = 1});
  const std::vector<uint32_t> key_fields{0};
  for (int window = 0; window < 3; ++window) {
    table.reset({window, window + 1}, window);
    std::map<int64_t, uint32_t> model;
    for (const int64_t key :
         *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 200))) {
      const auto [pane, added] = table.find_or_add(Row{Value::integer(key)}, key_fields);
      RC_ASSERT(added == model.emplace(key, pane).second);
      RC_ASSERT(pane == model[key]);
      if (added) RC_ASSERT(pane == model.size() - 1);
      Value& count = table.accumulators(pane)[0];
      count = Value::integer(count.is_null() ? 1 : count.as_int() + 1);
    }
    RC_ASSERT(table.live() == model.size());
    for (const auto& [key, pane] : model) RC_ASSERT(table.key(pane)[0] == Value::integer(key));
  }
}

}  // namespace
}  // namespace leat
