#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <map>

#include "core/window/pane_store.h"
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

WindowSpec sliding(int64_t size, int64_t slide, int64_t offset = 0) {
  WindowSpec spec = tumbling(size, offset);
  spec.assigner = WindowSpec::Assigner::kSliding;
  spec.slide = {slide};
  return spec;
}
WindowSpec session(int64_t gap) {
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kSession;
  spec.gap = {gap};
  return spec;
}

// The clock stands still, and chance always says the same.
class At final : public AssignerContext {
 public:
  explicit At(int64_t now = 0, int64_t chance = 0) : now_(now), chance_(chance) {}
  ProcTime now() const override { return {now_}; }
  int64_t any_below(int64_t n) override { return chance_ % n; }

 private:
  int64_t now_;
  int64_t chance_;
};

std::vector<TimeWindow> windows_of(const WindowSpec& spec, Timestamp time, At at = At{}) {
  std::vector<TimeWindow> windows;
  make_assigner(spec)->assign(Row{Value::integer(4)}, time, at, windows);
  return windows;
}
std::vector<TimeWindow> windows_of(const WindowSpec& spec, int64_t time) {
  return windows_of(spec, EventTime{time});
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

TEST(TumblingWindows, AStaggerShiftsTheGridOnceForAll) {
  WindowSpec spec = tumbling(10, 1);
  spec.stagger = WindowSpec::Stagger::kNatural;
  EXPECT_EQ(windows_of(spec, EventTime{20}, At(33)), (std::vector<TimeWindow>{{14, 24}}));
  spec.stagger = WindowSpec::Stagger::kRandom;
  EXPECT_EQ(windows_of(spec, EventTime{20}, At(33, 7)), (std::vector<TimeWindow>{{18, 28}}));
  const auto assigner = make_assigner(spec);
  std::vector<TimeWindow> windows;
  for (const int64_t chance : {7, 2}) {
    At at(0, chance);
    assigner->assign({}, EventTime{20}, at, windows);
  }
  EXPECT_EQ(windows[0], windows[1]);
}

TEST(SlidingWindows, NewestFirstAndSomeTimesFallIntoNone) {
  EXPECT_EQ(windows_of(sliding(10, 4), 9), (std::vector<TimeWindow>{{8, 18}, {4, 14}, {0, 10}}));
  EXPECT_EQ(windows_of(sliding(10, 4), 10), (std::vector<TimeWindow>{{8, 18}, {4, 14}}));
  EXPECT_EQ(windows_of(sliding(3, 10), 5), std::vector<TimeWindow>{});
}

TEST(SlidingWindows, RefusesWhatFlinkRefuses) {
  EXPECT_THROW(make_assigner(sliding(0, 5)), JobError);
  EXPECT_THROW(make_assigner(sliding(10, 0)), JobError);
  EXPECT_THROW(make_assigner(sliding(10, 5, 5)), JobError);
  EXPECT_THROW(make_assigner(sliding(10'000'001, 1)), JobError);
  WindowSpec by_clock = sliding(10'000'001, 1);
  by_clock.domain = TimeDomain::kProcessing;
  EXPECT_NO_THROW(make_assigner(by_clock));
}

TEST(SessionWindows, AnElementBringsItsOwnGapOrTheCommonOne) {
  EXPECT_EQ(windows_of(session(5), 3), (std::vector<TimeWindow>{{3, 8}}));
  WindowSpec dynamic = session(0);
  dynamic.gap_of = read_field(0);
  EXPECT_EQ(windows_of(dynamic, 3), (std::vector<TimeWindow>{{3, 7}}));
  EXPECT_THROW(make_assigner(session(0)), JobError);
}

TEST(SessionWindows, TakeARowWithoutATimestampAtMin) {
  EXPECT_EQ(windows_of(session(5), std::nullopt)[0].start, EventTime::min().ms);
  EXPECT_THROW(windows_of(sliding(10, 5), std::nullopt), JobError);
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

// Windows of the grid that hold the time, found by trying all.
RC_GTEST_PROP(SlidingWindows, AreExactlyThoseThatHoldTheElement, ()) {
  const auto size = *rc::gen::inRange<int64_t>(1, 40);
  const auto slide = *rc::gen::inRange<int64_t>(1, 20);
  const auto offset = *rc::gen::inRange<int64_t>(1 - slide, slide);
  const auto time = *rc::gen::inRange<int64_t>(-100, 100);
  std::vector<TimeWindow> expected;
  for (int64_t start = time; start > time - size; --start) {
    if ((start - offset) % slide == 0) expected.push_back({start, start + size});
  }
  RC_ASSERT(windows_of(sliding(size, slide, offset), time) == expected);
}

// Java's long wraps, and Flink's loop compares what has wrapped.
TEST(SlidingWindows, NearMinAreWhatFlinksArithmeticMakes) {
  const int64_t min = EventTime::min().ms;
  // Its last start is MIN + 4, and MIN + 5 - 10 lies near MAX.
  EXPECT_EQ(windows_of(sliding(10, 4, 0), min + 5), std::vector<TimeWindow>{});
  // Its last start has wrapped as well.
  EXPECT_EQ(windows_of(sliding(10, 6, 5), min + 1), (std::vector<TimeWindow>{{kMax - 2, min + 7}}));
  // Windows with gaps between them, the last start wrapped, the time in a gap.
  EXPECT_EQ(windows_of(sliding(1, 5, 0), min + 2), std::vector<TimeWindow>{});
  // The first start is above MIN + 10 - 10, the next has wrapped.
  EXPECT_EQ(windows_of(sliding(10, 10, 1), min + 10),
            (std::vector<TimeWindow>{{min + 9, min + 19}}));
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

// Folding parts and merging them is folding all.
RC_GTEST_PROP(WindowAggregate, MergingIsAddingTheRest, ()) {
  using Kind = AggregateSpec::Kind;
  const WindowAggregate aggregate(
      over_field(*rc::gen::element(Kind::kSum, Kind::kMin, Kind::kMax, Kind::kCount)));
  RowBatch all(1);
  Value left = aggregate.create();
  Value right = aggregate.create();
  for (const int64_t value : *rc::gen::arbitrary<std::vector<int64_t>>()) {
    const Row row{Value::integer(value)};
    all.append(row, EventTime{0});
    aggregate.add(value % 3 == 0 ? left : right, row, std::nullopt);
  }
  aggregate.merge(left, right);
  RC_ASSERT(aggregate.result(left) == aggregate.fold(all));
}

// Against a map, with panes that come and go.
RC_GTEST_PROP(PaneStore, FindsEachPaneUntilItIsDropped, ()) {
  PaneStore store({.keys = 1, .accumulators = 1});
  const std::vector<uint32_t> key_fields{0};
  std::map<std::pair<int64_t, int64_t>, int64_t> model;
  const auto steps = *rc::gen::container<std::vector<std::tuple<int64_t, int64_t, bool>>>(
      rc::gen::tuple(rc::gen::inRange<int64_t>(0, 9), rc::gen::inRange<int64_t>(0, 5),
                     rc::gen::arbitrary<bool>()));
  for (const auto& [key, start, drops] : steps) {
    const Row row{Value::integer(key)};
    const auto [pane, added] = store.find_or_add(PaneStore::hash_of_key(row, key_fields), row,
                                                 key_fields, {start, start + 1});
    const bool absent = !model.contains({key, start});
    RC_ASSERT(added == absent);
    Value& count = store.accumulators(pane)[0];
    if (added) RC_ASSERT(count.is_null());
    count = Value::integer(added ? 1 : count.as_int() + 1);
    const int64_t expected = ++model[{key, start}];
    RC_ASSERT(count.as_int() == expected);
    RC_ASSERT(store.key(pane)[0] == row[0]);
    if (drops) {
      const PaneHandle handle = store.handle(pane);
      store.drop(pane);
      RC_ASSERT(!store.is_current(handle));
      model.erase({key, start});
    }
    RC_ASSERT(store.live() == model.size());
  }
}

}  // namespace
}  // namespace leat
