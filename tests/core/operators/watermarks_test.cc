#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "alone.h"
#include "core/operators/source_output.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;

StreamNode assign(WatermarkSpec watermark) {
  AssignSpec spec;
  spec.event_time = read_field(0);
  spec.watermark = watermark;
  StreamNode node;
  node.name = "t";
  node.output.fields.resize(1);
  node.spec = std::move(spec);
  return node;
}

WatermarkSpec bounded(int64_t bound, std::optional<Duration> idle = std::nullopt) {
  WatermarkSpec spec;
  spec.kind = WatermarkSpec::Kind::kBounded;
  spec.bound = {bound};
  spec.idle_after = idle;
  return spec;
}

TEST(TimestampsAndWatermarks, TheWatermarkIsTheLargestTimeMinusTheBoundMinusOneAtTheInterval) {
  Alone t(assign(bounded(10)));
  t.open();
  EXPECT_EQ(t.row({Value::integer(12345)}, std::nullopt), Told{"12345 @12345"});
  t.row({Value::integer(12340)}, std::nullopt);
  EXPECT_EQ(t.clock(200), Told{});
  EXPECT_EQ(t.clock(201), Told{"W 12334"});
}

TEST(TimestampsAndWatermarks, OnlyMaxPassesFromUpstream) {
  Alone t(assign(bounded(10)));
  t.open();
  EXPECT_EQ(t.watermark(7), Told{});
  EXPECT_EQ(t.watermark(EventTime::max().ms), Told{"W MAX"});
}

TEST(TimestampsAndWatermarks, APunctuatedWatermarkFollowsItsOwnRow) {
  WatermarkSpec spec;
  spec.kind = WatermarkSpec::Kind::kPunctuated;
  Alone t(assign(spec));
  t.open();
  EXPECT_EQ(t.row({Value::integer(5)}, std::nullopt), (Told{"5 @5", "W 4"}));
}

// A clock that is moved one ms at a time sees the same with and without a long silence in between
// in which the probes sleep.
TEST(TimestampsAndWatermarks, ProbesSleepInSilenceAndWakeInTheirRhythm) {
  Alone t(assign(bounded(0)));
  t.open();
  t.row({Value::integer(1)}, std::nullopt);
  Told told;
  for (int64_t now = 1; now <= 20000; ++now) {
    const Told one = t.clock(now);
    for (const std::string& line : one) told.push_back(std::to_string(now) + " " + line);
  }
  t.row({Value::integer(50)}, std::nullopt);
  for (int64_t now = 20001; now <= 20400; ++now) {
    for (const std::string& line : t.clock(now)) told.push_back(std::to_string(now) + " " + line);
  }
  EXPECT_EQ(told, (Told{"201 W 0", "20100 W 49"}));  // 20100 = 100 * 201
}

TEST(TimestampsAndWatermarks, IdleOnlyAfterMoreThanTheTimeoutSinceTheFirstQuietProbe) {
  Alone t(assign(bounded(0, Duration{300})));
  t.open();
  t.row({Value::integer(1)}, std::nullopt);
  Told told;
  for (int64_t now = 1; now <= 2000; ++now) {
    for (const std::string& line : t.clock(now)) told.push_back(std::to_string(now) + " " + line);
  }
  // Probes at 201 (a row), 402 (first quiet), 603 (201 ms), 804 (402 ms): idle.
  EXPECT_EQ(told, (Told{"201 W 0", "804 idle"}));
}

// Whatever the row says, and whatever time it had.
TEST(TimestampsAndWatermarks, InIngestionTimeARowIsAsOldAsItsComing) {
  StreamNode node = assign(bounded(0));
  std::get<AssignSpec>(node.spec).event_time = nullptr;
  std::get<AssignSpec>(node.spec).ingestion_time = true;
  Alone t(std::move(node));
  t.open();
  t.clock(40);
  EXPECT_EQ(t.row({Value::integer(7)}, EventTime{1000}), (Told{"7 @40"}));
  t.clock(90);
  EXPECT_EQ(t.row({Value::integer(3)}, std::nullopt), (Told{"3 @90"}));
  EXPECT_EQ(t.clock(201), (Told{"W 89"}));
}

// ---- the output of a source ----

RowBatch times(std::vector<int64_t> values) {
  RowBatch rows(1);
  for (const int64_t value : values) rows.append(Row{Value::integer(value)}, std::nullopt);
  return rows;
}

RC_GTEST_PROP(SourceOutput, WithoutIdlenessTheWatermarkIsTheLeastOfTheSplitsAndFollowsItsRows, ()) {
  Alone ctx(assign({}));
  SourceOutput output(TimestampAssigner(read_field(0)), generator_factory(bounded(3)));
  const uint32_t splits = *rc::gen::inRange<uint32_t>(1, 4);
  std::vector<int64_t> largest(splits, EventTime::min().ms + 4);
  for (uint32_t i = 0; i < splits; ++i) output.add_split(i);
  EventTime last = EventTime::min();
  const auto batches = *rc::gen::container<std::vector<std::pair<uint32_t, std::vector<int64_t>>>>(
      rc::gen::pair(rc::gen::inRange<uint32_t>(0, splits),
                    rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(-50, 50))));
  for (const auto& [split, values] : batches) {
    RowBatch rows = times(values);
    output.emit(split, rows, ctx);
    for (const int64_t value : values) largest[split] = std::max(largest[split], value);
    RC_ASSERT(output.watermark() == last);  // nothing is said before the probe
    output.probe(ctx);
    const int64_t least = *std::min_element(largest.begin(), largest.end());
    RC_ASSERT(output.watermark().ms == least - 4);
    RC_ASSERT(!output.wants_probe());
    RC_ASSERT(output.watermark() >= last);
    last = output.watermark();
  }
}

TEST(SourceOutput, AReleasedSplitHoldsBackNoLongerFromTheNextProbeOn) {
  Alone ctx(assign({}));
  SourceOutput output(TimestampAssigner(read_field(0)), generator_factory(bounded(0)));
  output.add_split(0);
  output.add_split(1);
  RowBatch slow = times({5});
  RowBatch fast = times({50});
  output.emit(0, slow, ctx);
  output.emit(1, fast, ctx);
  output.probe(ctx);
  EXPECT_EQ(output.watermark(), EventTime{4});
  output.release_split(0, ctx);
  EXPECT_EQ(output.watermark(), EventTime{4});
  EXPECT_TRUE(output.wants_probe());
  output.probe(ctx);
  EXPECT_EQ(output.watermark(), EventTime{49});
}

}  // namespace
}  // namespace leat
