#include "core/operators/window_operator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "alone.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;

struct Windows {
  int64_t size = 2000;
  int64_t lateness = 0;
  TriggerSpec::Kind trigger = TriggerSpec::Kind::kDefault;
  int64_t count = 0;
  bool purging = false;
  bool late_to_side = true;
  TimeDomain domain = TimeDomain::kEvent;
  AggregateSpec::Kind aggregate = AggregateSpec::Kind::kSum;
};

// Rows [k, v]: a window of the sum of v by k.
StreamNode node_of(const Windows& windows) {
  WindowSpec spec;
  spec.size = {windows.size};
  spec.allowed_lateness = {windows.lateness};
  spec.late_to_side = windows.late_to_side;
  spec.domain = windows.domain;
  TriggerSpec trigger;
  trigger.kind = windows.trigger;
  trigger.count = windows.count;
  spec.trigger = trigger;
  if (windows.purging) {
    spec.trigger = {};
    spec.trigger.kind = TriggerSpec::Kind::kPurging;
    spec.trigger.nested = std::make_shared<TriggerSpec>(trigger);
  }
  AggregateSpec aggregate;
  aggregate.kind = windows.aggregate;
  if (windows.aggregate != AggregateSpec::Kind::kCount) aggregate.argument = read_field(1);
  spec.aggregates.push_back(std::move(aggregate));

  StreamNode node;
  node.name = "w";
  node.key_fields = {0};
  node.keyed = true;
  node.output.fields = {{"k", ValueType::kString},
                        {"s", ValueType::kInt},
                        {"e", ValueType::kInt},
                        {"v", ValueType::kInt}};
  if (windows.late_to_side) {
    node.sides = {{"late", Schema{{{"k", ValueType::kString}, {"v", ValueType::kInt}}}}};
  }
  node.spec = std::move(spec);
  return node;
}

Row kv(const char* key, int64_t value) { return {Value::text(key), Value::integer(value)}; }

TEST(WindowOperator, FiresAtItsEndAgainForEachLateRowAndThenRowsAreTooLate) {
  Alone w(node_of({.lateness = 500}));
  w.open();
  EXPECT_EQ(w.row(kv("a", 3), EventTime{500}), Told{});
  EXPECT_EQ(w.watermark(1998), Told{"W 1998"});
  EXPECT_EQ(w.watermark(1999), (Told{"a 0 2000 3 @1999", "W 1999"}));
  EXPECT_EQ(w.row(kv("a", 4), EventTime{1300}), Told{"a 0 2000 7 @1999"});
  EXPECT_EQ(w.watermark(2499), Told{"W 2499"});
  EXPECT_EQ(w.row(kv("a", 9), EventTime{1999}), Told{"late: a 9 @1999"});
}

TEST(WindowOperator, APurgingTriggerForgetsWhatItHasSaid) {
  Alone w(node_of({.lateness = 500, .trigger = TriggerSpec::Kind::kEventTime, .purging = true}));
  w.open();
  w.row(kv("a", 1), EventTime{500});
  w.row(kv("a", 1), EventTime{1300});
  EXPECT_EQ(w.watermark(2300), (Told{"a 0 2000 2 @1999", "W 2300"}));
  EXPECT_EQ(w.row(kv("a", 1), EventTime{1997}), Told{"a 0 2000 1 @1999"});
}

TEST(WindowOperator, WhatACountTriggerHasNotSaidIsLostWithItsWindow) {
  Alone w(node_of({.size = 10, .trigger = TriggerSpec::Kind::kCount, .count = 3}));
  w.open();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(w.row(kv("a", 1), EventTime{i}), Told{});
  EXPECT_EQ(w.row(kv("a", 1), EventTime{2}), Told{"a 0 10 3 @9"});
  EXPECT_EQ(w.row(kv("a", 1), EventTime{3}), Told{});
  EXPECT_EQ(w.watermark(9), Told{"W 9"});
  EXPECT_EQ(dynamic_cast<WindowOperator&>(w.op()).live_panes(), 0u);
}

TEST(WindowOperator, ProcessingTimeWindowsFireOnceTheClockHasPassedTheirEnd) {
  Alone w(node_of({.size = 10, .domain = TimeDomain::kProcessing}));
  w.open();
  EXPECT_EQ(w.row(kv("a", 1), std::nullopt), Told{});
  EXPECT_EQ(w.clock(9), Told{});
  EXPECT_EQ(w.clock(10), Told{"a 0 10 1 @9"});
}

TEST(WindowOperator, ARowWithoutATimeFailsTheJob) {
  Alone w(node_of({}));
  w.open();
  EXPECT_THROW(w.row(kv("a", 1), std::nullopt), JobError);
  EXPECT_THROW(w.row(kv("a", 1), EventTime::min()), JobError);
}

TEST(WindowOperator, KeysOfOneTimeFireInTheOrderOfArrivalOrItsReverse) {
  for (const uint32_t tie : {0u, 1u}) {
    Alone w(node_of({.size = 10}));
    w.open();
    w.tie = tie;
    w.row(kv("b", 1), EventTime{1});
    w.row(kv("a", 2), EventTime{2});
    Told expected{"b 0 10 1 @9", "a 0 10 2 @9"};
    if (tie == 1) std::reverse(expected.begin(), expected.end());
    expected.push_back("W 9");
    EXPECT_EQ(w.watermark(9), expected);
  }
}

TEST(WindowOperator, FactsSayWhatFiredAndWhatWasLate) {
  Alone w(node_of({.size = 10, .lateness = 5, .late_to_side = false}));
  w.open();
  w.row(kv("a", 1), EventTime{1});
  w.watermark(9);
  w.row(kv("a", 1), EventTime{2});
  w.watermark(14);
  w.row(kv("a", 1), EventTime{3});
  ASSERT_EQ(w.facts.size(), 3u);
  EXPECT_EQ(std::get<PaneFired>(w.facts[0]).late, 0);
  EXPECT_EQ(std::get<PaneFired>(w.facts[1]).late, 1);
  EXPECT_EQ(std::get<PaneFired>(w.facts[1]).key, Value::text("a").hash());
  EXPECT_EQ(std::get<LateRecord>(w.facts[2]).time, EventTime{3});
  EXPECT_EQ(dynamic_cast<CountsLateRecords&>(w.op()).late_dropped(), 1u);
}

TEST(WindowOperator, AnEmptyStateHasEmptySections) {
  Alone w(node_of({.size = 10}));
  w.open();
  const Bytes empty = w.snapshot();
  w.row(kv("a", 1), EventTime{1});
  EXPECT_NE(w.snapshot(), empty);
  w.watermark(9);
  EXPECT_EQ(w.snapshot(), empty);
}

// ---- laws ----

struct Step {
  int64_t watermark;  // 0: a row
  int64_t key;
  int64_t value;
  int64_t time;
};

std::vector<Step> steps() {
  return *rc::gen::container<std::vector<Step>>(rc::gen::map(
      rc::gen::tuple(rc::gen::inRange<int64_t>(0, 5), rc::gen::inRange<int64_t>(0, 4),
                     rc::gen::inRange<int64_t>(-9, 9), rc::gen::inRange<int64_t>(0, 60)),
      [](const auto& t) {
        return Step{std::get<0>(t) == 0 ? std::get<3>(t) + 1 : 0, std::get<1>(t), std::get<2>(t),
                    std::get<3>(t)};
      }));
}

// Drives the steps; with `restarts`, through a snapshot before each.
Told drive(const Windows& windows, const std::vector<Step>& steps, bool restarts) {
  Alone w(node_of(windows));
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
      const std::string key = std::to_string(step.key);
      told = w.row(kv(key.c_str(), step.value), EventTime{step.time});
    }
    std::sort(told.begin(), told.end());  // ties are open, and a restore may order them otherwise
    all.insert(all.end(), told.begin(), told.end());
  }
  return all;
}

RC_GTEST_PROP(WindowOperator, ARestoreInBetweenIsNotSeen, ()) {
  Windows windows{.size = *rc::gen::inRange<int64_t>(1, 20),
                  .lateness = *rc::gen::inRange<int64_t>(0, 15)};
  windows.purging = *rc::gen::arbitrary<bool>();
  windows.trigger =
      windows.purging ? *rc::gen::element(TriggerSpec::Kind::kEventTime, TriggerSpec::Kind::kCount)
                      : TriggerSpec::Kind::kDefault;
  windows.count = 2;
  windows.aggregate = *rc::gen::element(AggregateSpec::Kind::kSum, AggregateSpec::Kind::kCount,
                                        AggregateSpec::Kind::kCollect, AggregateSpec::Kind::kMin);
  const auto drawn = steps();
  RC_ASSERT(drive(windows, drawn, false) == drive(windows, drawn, true));
}

// The last answer of each pane, and what was late, are exactly the input.
RC_GTEST_PROP(WindowOperator, SumsOfAnswersAndLateRowsAreTheInput, ()) {
  const Windows windows{.size = *rc::gen::inRange<int64_t>(1, 20),
                        .lateness = *rc::gen::inRange<int64_t>(0, 15)};
  Alone w(node_of(windows));
  w.open();
  int64_t watermark = EventTime::min().ms;
  int64_t input = 0;
  std::map<std::string, int64_t> answers;  // by key and window
  int64_t late = 0;
  const auto hear = [&](const Told& told) {
    for (const std::string& line : told) {
      if (line.starts_with("W ")) continue;
      std::vector<std::string> words;
      for (size_t at = 0; at < line.size();) {
        const size_t end = std::min(line.find(' ', at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end + 1;
      }
      if (line.starts_with("late: "))
        late += std::stoll(words[2]);
      else
        answers[words[0] + " " + words[1]] = std::stoll(words[3]);
    }
  };
  for (const Step& step : steps()) {
    if (step.watermark > 0) {
      if (step.watermark <= watermark) continue;
      watermark = step.watermark;
      hear(w.watermark(watermark));
    } else {
      input += step.value;
      const std::string key = std::to_string(step.key);
      hear(w.row(kv(key.c_str(), step.value), EventTime{step.time}));
    }
  }
  hear(w.watermark(EventTime::max().ms));
  for (const auto& [pane, sum] : answers) input -= sum;
  RC_ASSERT(input == late);
  RC_ASSERT(dynamic_cast<WindowOperator&>(w.op()).live_panes() == 0u);
}

}  // namespace
}  // namespace leat
