#include "core/operators/aligned_window_operator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "alone.h"
#include "core/operators/window_operator.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;
using Kind = AggregateSpec::Kind;

struct Windows {
  int64_t size = 2000;
  int64_t lateness = 0;
  std::vector<Kind> aggregates{Kind::kSum};
  bool late_to_side = true;
};

// Rows [k, v]: windows over v by k.
StreamNode node_of(const Windows& windows) {
  WindowSpec spec;
  spec.size = {windows.size};
  spec.allowed_lateness = {windows.lateness};
  spec.late_to_side = windows.late_to_side;
  StreamNode node;
  node.name = "w";
  node.key_fields = {0};
  node.keyed = true;
  node.output.fields = {{"k", ValueType::kInt}, {"s", ValueType::kInt}, {"e", ValueType::kInt}};
  for (const Kind kind : windows.aggregates) {
    AggregateSpec aggregate;
    aggregate.kind = kind;
    if (kind != Kind::kCount) aggregate.argument = read_field(1);
    aggregate.argument_type = ValueType::kInt;
    spec.aggregates.push_back(std::move(aggregate));
    node.output.fields.push_back({"v", ValueType::kInt});
  }
  if (windows.late_to_side) {
    node.sides = {{"late", Schema{{{"k", ValueType::kInt}, {"v", ValueType::kInt}}}}};
  }
  node.spec = std::move(spec);
  return node;
}

Row kv(int64_t key, int64_t value) { return {Value::integer(key), Value::integer(value)}; }

TEST(AlignedWindowOperator, FiresAtItsEndAgainForEachLateRowAndThenRowsAreTooLate) {
  Alone w(node_of({.lateness = 500}));
  ASSERT_NE(dynamic_cast<AlignedWindowOperator*>(&w.op()), nullptr);
  w.open();
  EXPECT_EQ(w.row(kv(1, 3), EventTime{500}), Told{});
  EXPECT_EQ(w.watermark(1998), Told{"W 1998"});
  EXPECT_EQ(w.watermark(1999), (Told{"1 0 2000 3 @1999", "W 1999"}));
  EXPECT_EQ(w.row(kv(1, 4), EventTime{1300}), Told{"1 0 2000 7 @1999"});
  EXPECT_EQ(w.watermark(2499), Told{"W 2499"});
  EXPECT_EQ(w.row(kv(1, 9), EventTime{1999}), Told{"late: 1 9 @1999"});
}

// The watermark begins again at MIN: what had answered answers again only if a row comes.
TEST(AlignedWindowOperator, AfterARestoreOnlyPanesThatGetARowAnswerAgain) {
  Alone w(node_of({.lateness = 500}));
  w.open();
  w.row(kv(1, 3), EventTime{500});
  w.row(kv(2, 5), EventTime{500});
  w.watermark(1999);
  w.restart(w.snapshot());
  w.open();
  EXPECT_EQ(w.row(kv(2, 1), EventTime{600}), Told{});
  EXPECT_EQ(w.watermark(1999), (Told{"2 0 2000 6 @1999", "W 1999"}));
}

TEST(AlignedWindowOperator, ARowWithoutATimeFailsTheJob) {
  Alone w(node_of({}));
  w.open();
  EXPECT_THROW(w.row(kv(1, 1), std::nullopt), JobError);
  EXPECT_THROW(w.row(kv(1, 1), EventTime::min()), JobError);
}

TEST(AlignedWindowOperator, ATextInANumberFieldFailsTheJob) {
  Alone w(node_of({.aggregates = {Kind::kMax}}));
  w.open();
  EXPECT_THROW(w.row({Value::integer(1), Value::text("seven")}, EventTime{1}), JobError);
}

TEST(AlignedWindowOperator, ASumOverNullsIsNullAndCountsThemAll) {
  Alone w(node_of({.size = 10, .aggregates = {Kind::kSum, Kind::kCount}}));
  w.open();
  for (int i = 0; i < 2; ++i) w.row({Value::integer(1), Value::null()}, EventTime{1});
  EXPECT_EQ(w.watermark(9), (Told{"1 0 10 null 2 @9", "W 9"}));
}

TEST(AlignedWindowOperator, AWindowWhoseCleanupOverflowsStays) {
  const int64_t last = EventTime::max().ms - 5;
  Alone w(node_of({.size = 1000, .lateness = EventTime::max().ms}));
  w.open();
  w.row(kv(1, 1), EventTime{5});
  EXPECT_EQ(w.watermark(last).size(), 2u);
  EXPECT_EQ(w.row(kv(1, 1), EventTime{6}), Told{"1 0 1000 2 @999"});
}

// ---- the law: as the general operator ----

struct Step {
  int64_t watermark = 0;  // 0: a row
  Row row;
  int64_t time = 0;
};

std::vector<Step> steps(bool texts) {
  const auto raw = *rc::gen::container<std::vector<std::tuple<int64_t, int64_t, int64_t, int64_t>>>(
      rc::gen::tuple(rc::gen::inRange<int64_t>(0, 5), rc::gen::inRange<int64_t>(0, 40),
                     rc::gen::inRange<int64_t>(-9, 9), rc::gen::inRange<int64_t>(0, 60)));
  std::vector<Step> all;
  for (const auto& [kind, key, value, time] : raw) {
    Step step;
    step.watermark = kind == 0 ? time + 1 : 0;
    const Value v = value == 9 ? Value::null() : Value::integer(value);
    step.row = {texts ? Value::text("key " + std::to_string(key)) : Value::integer(key), v};
    step.time = time;
    all.push_back(std::move(step));
  }
  return all;
}

Told drive(const StreamNode& node, const std::vector<Step>& steps, bool restarts, size_t& facts) {
  Alone w(node);
  w.open();
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
      told = w.row(step.row, EventTime{step.time});
    }
    for (const std::string& line : told) {
      all.push_back(std::to_string(&step - steps.data()) + ": " + line);
    }
  }
  facts = w.facts.size();
  return all;
}

RC_GTEST_PROP(AlignedWindowOperator, AnswersAsTheGeneralOperatorDoesAlsoAcrossRestores, ()) {
  Windows windows{.size = *rc::gen::inRange<int64_t>(1, 20),
                  .lateness = *rc::gen::inRange<int64_t>(0, 15)};
  windows.aggregates = *rc::gen::nonEmpty(rc::gen::container<std::vector<Kind>>(
      rc::gen::element(Kind::kSum, Kind::kMin, Kind::kMax, Kind::kCount)));
  windows.late_to_side = *rc::gen::arbitrary<bool>();
  const auto drawn = steps(*rc::gen::arbitrary<bool>());
  StreamNode general = node_of(windows);
  AggregateSpec all;
  all.kind = Kind::kCollect;
  all.argument = read_field(1);
  std::get<WindowSpec>(general.spec).aggregates.push_back(std::move(all));
  general.output.fields.push_back({"all", ValueType::kList});
  RC_ASSERT(AlignedWindowOperator::fits(node_of(windows)));
  RC_ASSERT(!AlignedWindowOperator::fits(general));
  const bool restarts = *rc::gen::arbitrary<bool>();
  size_t facts = 0;
  size_t general_facts = 0;
  Told told = drive(node_of(windows), drawn, restarts, facts);
  Told expected = drive(general, drawn, restarts, general_facts);
  for (std::string& line : expected) {  // without the list that made it general
    const size_t from = line.find(" [");
    if (from != std::string::npos) line.erase(from, line.find(']') + 1 - from);
  }
  std::sort(told.begin(), told.end());  // the order inside a step is open
  std::sort(expected.begin(), expected.end());
  RC_ASSERT(told == expected);
  RC_ASSERT(facts == general_facts);
}

}  // namespace
}  // namespace leat
