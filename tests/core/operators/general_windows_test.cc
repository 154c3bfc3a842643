// The window operator with what a job may put into it: sliding windows, sessions, evictors, window
// functions, and triggers and assigners of one's own.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "alone.h"
#include "core/operators/window_operator.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;
using Kind = TriggerSpec::Kind;

AggregateSpec over_v(AggregateSpec::Kind kind) {
  AggregateSpec aggregate;
  aggregate.kind = kind;
  if (kind != AggregateSpec::Kind::kCount) aggregate.argument = read_field(1);
  return aggregate;
}

// Rows [k, v] by k.
StreamNode node_of(WindowSpec spec, AggregateSpec::Kind kind = AggregateSpec::Kind::kCollect) {
  StreamNode node;
  node.name = "w";
  node.key_fields = {0};
  node.keyed = true;
  node.output.fields = {{"k", ValueType::kString}};
  if (!spec.is_global()) {
    node.output.fields.push_back({"s", ValueType::kInt});
    node.output.fields.push_back({"e", ValueType::kInt});
  }
  node.output.fields.push_back({"v", ValueType::kList});
  spec.aggregates.push_back(over_v(kind));
  if (spec.late_to_side) {
    node.sides = {{"late", Schema{{{"k", ValueType::kString}, {"v", ValueType::kInt}}}}};
  }
  node.spec = std::move(spec);
  return node;
}

WindowSpec tumbling(int64_t size) {
  WindowSpec spec;
  spec.size = {size};
  return spec;
}
WindowSpec sliding(int64_t size, int64_t slide) {
  WindowSpec spec = tumbling(size);
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
TriggerSpec count_of(int64_t n) {
  TriggerSpec spec;
  spec.kind = Kind::kCount;
  spec.count = n;
  return spec;
}

Row kv(const char* key, int64_t value) { return {Value::text(key), Value::integer(value)}; }

TEST(SlidingWindows, ARowCountsInEachThatHoldsIt) {
  Alone w(node_of(sliding(10, 5)));
  w.open();
  w.row(kv("a", 1), EventTime{7});
  EXPECT_EQ(w.watermark(20), (Told{"a 0 10 [1] @9", "a 5 15 [1] @14", "W 20"}));
}

TEST(SlidingWindows, ARowIsLateOnlyIfNoWindowTakesIt) {
  WindowSpec spec = sliding(10, 5);
  spec.late_to_side = true;
  Alone w(node_of(spec));
  w.open();
  w.watermark(9);
  EXPECT_EQ(w.row(kv("a", 1), EventTime{7}), Told{});
  EXPECT_EQ(w.row(kv("a", 2), EventTime{3}), Told{"late: a 2 @3"});
}

TEST(Sessions, ABridgeMakesOneOfTwo) {
  Alone w(node_of(session(5)));
  w.open();
  w.row(kv("a", 1), EventTime{0});
  w.row(kv("a", 2), EventTime{9});
  w.row(kv("a", 3), EventTime{4});
  const Told told = w.watermark(13);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_TRUE(told[0].starts_with("a 0 14 ")) << told[0];
}

TEST(Sessions, AnOpenSessionSavesALateRow) {
  WindowSpec spec = session(10);
  spec.late_to_side = true;
  Alone w(node_of(spec, AggregateSpec::Kind::kCount));
  w.open();
  w.watermark(27);
  EXPECT_EQ(w.row(kv("a", 1), EventTime{20}), Told{});
  EXPECT_EQ(w.row(kv("a", 1), EventTime{12}), Told{});
  EXPECT_EQ(w.row(kv("a", 1), EventTime{1}), Told{"late: a 1 @1"});
  EXPECT_EQ(w.watermark(29), (Told{"a 12 30 2 @29", "W 29"}));
}

TEST(CountWindows, ForgetOrSlide) {
  Alone every(node_of(count_windows(2)));
  every.open();
  EXPECT_EQ(every.row(kv("a", 1), EventTime{0}), Told{});
  EXPECT_EQ(every.row(kv("a", 2), EventTime{0}), Told{"a [1, 2] @9223372036854775807"});
  Alone last(node_of(count_windows(3, 2)));
  last.open();
  for (int i = 1; i < 4; ++i) last.row(kv("a", i), EventTime{0});
  EXPECT_EQ(last.row(kv("a", 4), EventTime{0}), Told{"a [2, 3, 4] @9223372036854775807"});
}

TEST(Evictors, WhatGoesBeforeIsNotSeenWhatGoesAfterIsSeenOnce) {
  for (const auto when : {EvictorSpec::When::kBefore, EvictorSpec::When::kAfter}) {
    WindowSpec spec = tumbling(100);
    spec.trigger = count_of(2);
    spec.evictor.kind = EvictorSpec::Kind::kCount;
    spec.evictor.count = 1;
    spec.evictor.when = when;
    Alone w(node_of(spec));
    w.open();
    w.row(kv("a", 1), EventTime{0});
    const bool before = when == EvictorSpec::When::kBefore;
    EXPECT_EQ(w.row(kv("a", 2), EventTime{0}),
              Told{before ? "a 0 100 [2] @99" : "a 0 100 [1, 2] @99"});
    w.row(kv("a", 3), EventTime{0});
    EXPECT_EQ(w.row(kv("a", 4), EventTime{0}),
              Told{before ? "a 0 100 [4] @99" : "a 0 100 [2, 3, 4] @99"});
  }
}

TEST(Triggers, WhatCannotMergeIsRefusedForSessions) {
  WindowSpec spec = session(5);
  spec.trigger.kind = Kind::kDelta;
  spec.trigger.of = read_field(1);
  EXPECT_THROW(WindowOperator{node_of(spec)}, JobError);
  WindowSpec global;
  global.assigner = WindowSpec::Assigner::kGlobal;
  global.trigger.kind = Kind::kEventTime;
  EXPECT_THROW(WindowOperator{node_of(global)}, JobError);
}

TEST(Triggers, ATimeoutAnswersWhatTheCountHasNotReached) {
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kGlobal;
  spec.trigger.kind = Kind::kProcessingTimeout;
  spec.trigger.interval = {10};
  spec.trigger.nested = std::make_shared<TriggerSpec>(count_of(3));
  Alone w(node_of(spec));
  w.open();
  EXPECT_EQ(w.row(kv("a", 1), EventTime{0}), Told{});
  EXPECT_EQ(w.clock(10), Told{});
  EXPECT_EQ(w.clock(11), Told{"a [1] @9223372036854775807"});
}

// Answers when the value is even, and at a time that it asks for.
class OnEven final : public WindowTrigger {
 public:
  void open(TriggerStates& states) override { asked_ = states.named("asked"); }
  TriggerResult on_element(RowView row, Timestamp, TriggerContext& ctx) const override {
    if (row[1].as_int() % 2 == 0) return {.fire = true};
    if (ctx.state(asked_).is_null()) ctx.set_timer(EventTime{ctx.window().start + 3});
    ctx.state(asked_) = Value::boolean(true);
    return {};
  }
  TriggerResult on_event_time(EventTime, TriggerContext&) const override { return {.fire = true}; }
  TriggerResult on_processing_time(ProcTime, TriggerContext&) const override { return {}; }
  void clear(TriggerContext& ctx) const override { ctx.state(asked_) = Value::null(); }

 private:
  uint32_t asked_ = 0;
};

TEST(Triggers, OnesOwn) {
  WindowSpec spec = tumbling(10);
  spec.trigger.kind = Kind::kCustom;
  spec.trigger.custom = [] { return std::make_unique<OnEven>(); };
  Alone w(node_of(spec));
  w.open();
  EXPECT_EQ(w.row(kv("a", 1), EventTime{1}), Told{});
  EXPECT_EQ(w.row(kv("a", 2), EventTime{1}), Told{"a 0 10 [1, 2] @9"});
  EXPECT_EQ(w.watermark(4), (Told{"a 0 10 [1, 2] @9", "W 4"}));
}

// One window for values of each sign.
class BySign final : public WindowAssigner {
 public:
  TimeDomain domain() const override { return TimeDomain::kEvent; }
  void assign(RowView row, Timestamp, AssignerContext&, std::vector<TimeWindow>& out) override {
    out.push_back(row[1].as_int() < 0 ? TimeWindow{0, 10} : TimeWindow{10, 20});
  }
};

TEST(Assigners, OnesOwn) {
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kCustom;
  spec.custom = [] { return std::make_unique<BySign>(); };
  Alone w(node_of(spec));
  w.open();
  w.row(kv("a", -1), EventTime{1});
  w.row(kv("a", 5), EventTime{1});
  EXPECT_EQ(w.watermark(19), (Told{"a 0 10 [-1] @9", "a 10 20 [5] @19", "W 19"}));
}

// Emits the sum that the aggregate made, with the number of calls for the key.
class SumAndCalls final : public WindowFunction {
 public:
  std::vector<StateDescriptor> global_states() const override { return {{"calls"}}; }
  void process(const RowBatch& elements, WindowContext& ctx) const override {
    ValueState& calls = ctx.global_value(0);
    const Value before = calls.get();
    calls.update(Value::integer(before.is_null() ? 1 : before.as_int() + 1));
    ctx.emit(Row{ctx.key()[0], elements.row(0)[0], calls.get(), Value::integer(elements.size())});
  }
  std::unique_ptr<WindowFunction> clone() const override { return std::make_unique<SumAndCalls>(); }
};

TEST(WindowFunctions, SeeTheAggregatesResultAndKeepStateOfTheKey) {
  WindowSpec spec = tumbling(10);
  spec.function = std::make_shared<SumAndCalls>();
  Alone w(node_of(spec, AggregateSpec::Kind::kSum));
  w.open();
  w.row(kv("a", 3), EventTime{1});
  w.row(kv("a", 4), EventTime{2});
  w.row(kv("a", 5), EventTime{12});
  const Bytes bytes = w.snapshot();
  w.restart(bytes);
  EXPECT_EQ(w.snapshot(), bytes);
  w.open();
  EXPECT_EQ(w.watermark(20), (Told{"a 7 1 1 @9", "a 5 2 1 @19", "W 20"}));
}

// ---- laws ----

struct Step {
  int64_t watermark;  // 0: a row
  std::string key;
  int64_t time;
};

std::vector<Step> steps() {
  return *rc::gen::container<std::vector<Step>>(rc::gen::map(
      rc::gen::tuple(rc::gen::inRange<int64_t>(0, 6), rc::gen::inRange<int64_t>(0, 3),
                     rc::gen::inRange<int64_t>(0, 80)),
      [](const auto& t) {
        return Step{std::get<0>(t) == 0 ? std::get<2>(t) + 1 : 0,
                    std::string(1, static_cast<char>('a' + std::get<1>(t))), std::get<2>(t)};
      }));
}

Told drive(const StreamNode& node, const std::vector<Step>& steps, bool restarts) {
  Alone w(node);
  w.open();
  w.tie = *rc::gen::inRange<uint32_t>(0, 2);
  Told all;
  int64_t watermark = EventTime::min().ms;
  for (const Step& step : steps) {
    if (restarts) {
      const Bytes bytes = w.snapshot();
      w.restart(bytes);
      RC_ASSERT(w.snapshot() == bytes);
      w.open();
      if (watermark != EventTime::min().ms) RC_ASSERT(w.watermark(watermark).size() == 1u);
    }
    Told told;
    if (step.watermark > 0) {
      if (step.watermark <= watermark) continue;
      watermark = step.watermark;
      told = w.watermark(watermark);
    } else {
      told = w.row(kv(step.key.c_str(), step.time), EventTime{step.time});
    }
    std::sort(told.begin(), told.end());  // ties are open, and a restore may order them otherwise
    all.insert(all.end(), told.begin(), told.end());
  }
  return all;
}

RC_GTEST_PROP(Sessions, ARestoreInBetweenIsNotSeen, ()) {
  WindowSpec spec = session(*rc::gen::inRange<int64_t>(1, 20));
  spec.allowed_lateness = {*rc::gen::inRange<int64_t>(0, 15)};
  spec.late_to_side = true;
  if (*rc::gen::arbitrary<bool>()) spec.trigger = count_of(2);
  const StreamNode node = node_of(spec, AggregateSpec::Kind::kSum);
  const auto drawn = steps();
  RC_ASSERT(drive(node, drawn, false) == drive(node, drawn, true));
}

// Nothing is late: each row is in one session, and sessions are those of the sorted times.
RC_GTEST_PROP(Sessions, AreChainsOfRowsThatAreNoFurtherApartThanTheGap, ()) {
  const int64_t gap = *rc::gen::inRange<int64_t>(1, 12);
  Alone w(node_of(session(gap), AggregateSpec::Kind::kCount));
  w.open();
  std::map<std::string, std::vector<int64_t>> times;
  for (const Step& step : steps()) {
    w.row(kv(step.key.c_str(), 0), EventTime{step.time});
    times[step.key].push_back(step.time);
  }
  Told expected;
  for (auto& [key, all] : times) {
    std::sort(all.begin(), all.end());
    for (size_t first = 0; first < all.size();) {
      size_t next = first + 1;
      while (next < all.size() && all[next] - all[next - 1] <= gap) ++next;
      const int64_t end = all[next - 1] + gap;
      expected.push_back(key + " " + std::to_string(all[first]) + " " + std::to_string(end) + " " +
                         std::to_string(next - first) + " @" + std::to_string(end - 1));
      first = next;
    }
  }
  expected.push_back("W MAX");
  Told told = w.watermark(EventTime::max().ms);
  std::sort(expected.begin(), expected.end());
  std::sort(told.begin(), told.end());
  RC_ASSERT(told == expected);
  RC_ASSERT(dynamic_cast<WindowOperator&>(w.op()).live_panes() == 0u);
}

}  // namespace
}  // namespace leat
