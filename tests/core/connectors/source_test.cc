#include <gtest/gtest.h>
//
#include <rapidcheck/gtest.h>

#include "core/connectors/source_events.h"
#include "core/operators/source_output.h"
#include "rim.h"

namespace leat::rim {
namespace {

using Heard = std::vector<std::string>;
using Facts = std::vector<std::string>;

WatermarkSpec bounded(int64_t bound) { return {WatermarkSpec::Kind::kBounded, {bound}, {}}; }
WatermarkSpec punctuated() { return {WatermarkSpec::Kind::kPunctuated, {0}, {}}; }

TEST(TableSource, RecordsAreReadAsTheyArrive) {
  World world;
  Station station(world, source_node(table(splits({{{0, 1}, {0, 2}, {50, 3}}}))), {}, 1);
  station.assign({0});
  world.settle();
  EXPECT_EQ(station.heard, (Heard{"1", "2"}));
  world.run_to(49);
  EXPECT_EQ(station.heard.size(), 2u);
  EXPECT_FALSE(station.source().finished());
  world.run_to(50);
  EXPECT_EQ(station.heard, (Heard{"1", "2", "3"}));
  EXPECT_TRUE(station.source().finished());
  EXPECT_EQ(world.facts, (Facts{"s0 from 0", "s0 read 0+2", "s0 read 2+1", "s0 ends at 3"}));
}

TEST(TableSource, OneReadTakesNoMoreThanItIsAllowed) {
  World world;
  Station station(world, source_node(table(splits({{{0, 1}, {0, 2}, {0, 3}}}))), {}, 1);
  station.rows_max = 2;
  station.assign({0});
  world.settle();
  EXPECT_EQ(world.facts, (Facts{"s0 from 0", "s0 read 0+2", "s0 read 2+1", "s0 ends at 3"}));
}

TEST(TableSource, ItIsFinishedWhenNoMoreSplitsCome) {
  World world;
  Station station(world, source_node(table(splits({{}}))), {}, 1);
  EXPECT_FALSE(station.source().finished());  // it has not heard of its splits yet
  station.assign({0});
  EXPECT_TRUE(station.source().finished());
  EXPECT_EQ(world.facts, (Facts{"s0 from 0", "s0 ends at 0"}));
}

TEST(TableSource, AReaderWithoutSplitsFinishes) {
  World world;
  Station station(world, source_node(table(splits({{}}))), {}, 1);
  station.assign({});
  EXPECT_TRUE(station.source().finished());
}

// Both splits have their outputs before the first row: the second holds the watermark back.
TEST(TableSource, TheWatermarkIsTheSmallestOfTheSplitsThatStillHaveRows) {
  World world;
  const auto data = splits({{{0, 100}, {0, 200}}, {{10, 150}}});
  Station station(world, source_node(table(data, punctuated())), {}, 1);
  station.assign({0, 1});
  world.settle();
  EXPECT_EQ(station.heard, (Heard{"100", "200"}));
  world.run_to(10);
  EXPECT_EQ(station.heard, (Heard{"100", "200", "150", "W 149"}));
}

TEST(TableSource, PeriodicWatermarksComeOnTheGrid) {
  World world;
  const auto data = splits({{{0, 100}, {250, 200}, {1000, 1}}});
  Station station(world, source_node(table(data, bounded(10))), {}, 1);
  station.assign({0});
  world.run_to(199);
  EXPECT_EQ(station.heard, (Heard{"100"}));
  world.run_to(399);
  EXPECT_EQ(station.heard, (Heard{"100", "W 89", "200"}));
  world.run_to(400);
  EXPECT_EQ(station.heard, (Heard{"100", "W 89", "200", "W 189"}));
}

constexpr int64_t kDay = 86'400'000;

// Two quiet networks and a busy one: idleness is said once, and then nothing is looked at.
TEST(TableSource, AWeekOfSilenceCostsNothing) {
  World world;
  WatermarkSpec watermark = bounded(0);
  watermark.idle_after = Duration{3600000};
  const auto data = splits({{{0, 100}, {7 * kDay, 200}}, {{0, 50}, {7 * kDay, 60}}});
  Station station(world, source_node(table(data, watermark)), {}, 1);
  station.assign({0, 1});
  world.run_to(7 * kDay - 1);
  EXPECT_EQ(station.heard, (Heard{"100", "50", "W 49", "W 99", "idle"}));
  EXPECT_LE(station.wakes, 4u);
}

// Split 1 never had a record: quiet since the probe at 1200, it is idle at the first one after
// 1700.
TEST(TableSource, ASplitThatHasHadNoRecordTurnsIdleToo) {
  World world;
  WatermarkSpec watermark = bounded(0);
  watermark.idle_after = Duration{500};
  const auto data = splits({{{0, 100}, {5000, 200}}, {{kDay, 50}}});
  Station station(world, source_node(table(data, watermark)), {}, 1);
  world.run_to(1001);
  station.assign({0, 1});
  world.run_to(1799);
  EXPECT_EQ(station.heard, (Heard{"idle", "100"}));
  world.run_to(1800);
  EXPECT_EQ(station.heard, (Heard{"idle", "100", "active", "W 99"}));
}

TEST(TableSource, ARestoredReaderGoesOnWhereItWasAndItsWatermarkBeginsAnew) {
  World world;
  const auto data = splits({{{0, 1}, {10, 2}, {20, 3}}, {{0, 5}}});
  const StreamNode node = source_node(table(data, punctuated()));
  Bytes snapshot;
  {
    Station station(world, node, {}, 1);
    station.assign({0, 1});
    world.run_to(10);
    snapshot = station.snapshot(1);
    world.run_to(20);
    EXPECT_EQ(station.heard.back(), "W 2");
  }
  world.facts.clear();
  Station station(world, node, {}, 2, snapshot);
  EXPECT_EQ(ReaderStarted::decode(station.to_enumerator.at(0)).splits,
            (std::vector<uint32_t>{0, 1}));
  station.assign({});
  world.settle();
  EXPECT_EQ(world.facts,
            (Facts{"s0 from 2", "s1 from 1", "s1 ends at 1", "s0 read 2+1", "s0 ends at 3"}));
  EXPECT_EQ(station.heard, (Heard{"3", "W 2"}));
  EXPECT_TRUE(station.source().finished());
}

// hazelcast-jet #2747: a split that was given but never read is in the state all the same.
TEST(TableSource, ASplitWithoutRecordsYetIsInTheSnapshot) {
  World world;
  const StreamNode node = source_node(table(splits({{{1000, 1}}})));
  Bytes snapshot;
  {
    Station station(world, node, {}, 1);
    station.assign({0});
    snapshot = station.snapshot(1);
  }
  Station station(world, node, {}, 2, snapshot);
  station.assign({});
  world.run_to(1000);
  EXPECT_EQ(station.heard, Heard{"1"});
}

TEST(TableSource, ASplitThatComesTwiceIsReadOnce) {
  World world;
  Station station(world, source_node(table(splits({{{0, 1}}}))), {}, 1);
  station.assign({0});
  station.assign({0});
  world.settle();
  EXPECT_EQ(world.facts, (Facts{"s0 from 0", "s0 read 0+1", "s0 ends at 1"}));
  EXPECT_TRUE(station.source().finished());
}

// ---- from the log ----

SourceSpec topic(std::shared_ptr<const SplitData> data, WatermarkSpec watermark = {}) {
  SourceSpec spec = table(std::move(data), watermark);
  spec.kind = SourceSpec::Kind::kLog;
  spec.topic = "in";
  spec.group = "g";
  return spec;
}

TEST(LogSource, RecordsAreReadAsTheyArrive) {
  const auto data = splits({{{0, 1}, {0, 2}, {50, 3}}});
  World world({{{"in", data}}, {}});
  Station station(world, source_node(topic(data)), {}, 1);
  station.assign({0});
  world.settle();
  EXPECT_EQ(station.heard, (Heard{"1", "2"}));
  world.run_to(50);
  EXPECT_EQ(station.heard, (Heard{"1", "2", "3"}));
  world.settle();
  EXPECT_TRUE(station.source().finished());
}

TEST(LogSource, WhatWasFetchedIsReadInPortions) {
  const auto data = splits({{{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}}});
  World world({{{"in", data}}, {}});
  Station station(world, source_node(topic(data)), {}, 1);
  station.rows_max = 2;
  station.assign({0});
  world.settle();
  EXPECT_EQ(world.facts,
            (Facts{"s0 from 0", "s0 read 0+2", "s0 read 2+2", "s0 read 4+1", "s0 ends at 5"}));
}

TEST(LogSource, AnEmptyPartitionEnds) {
  const auto data = splits({{}});
  World world({{{"in", data}}, {}});
  Station station(world, source_node(topic(data)), {}, 1);
  station.assign({0});
  EXPECT_FALSE(station.source().finished());
  world.settle();
  EXPECT_TRUE(station.source().finished());
}

// FLINK-17268: what is fetched but not read yet is not part of the position.
TEST(LogSource, ASnapshotSpeaksOfWhatWasEmittedNotOfWhatWasFetched) {
  const auto data = splits({{{0, 1}, {0, 2}, {0, 3}}});
  World world({{{"in", data}}, {}});
  const StreamNode node = source_node(topic(data));
  Station station(world, node, {}, 1);
  station.assign({0});
  station.op().on_external(encode(Fetched{0, 0, 3, rows({1, 2, 3})}), station);
  Station restored(world, node, {}, 2, station.snapshot(1));
  restored.assign({});
  world.settle();
  EXPECT_EQ(restored.heard, (Heard{"1", "2", "3"}));
}

TEST(LogSource, AResetWhileAFetchIsHeldLosesAndDoublesNothing) {
  const auto data = splits({{{0, 1}, {500, 2}}});
  World world({{{"in", data}}, {}});
  Station station(world, source_node(topic(data)), {}, 1);
  station.assign({0});
  world.run_to(300);
  world.cut();
  world.run_to(1000);
  EXPECT_EQ(station.heard, (Heard{"1", "2"}));
}

TEST(LogSource, AFetchThatIsLostInSilenceIsMadeAgain) {
  const auto data = splits({{{0, 1}}});
  World world({{{"in", data}}, {}});
  world.silent_loss = true;
  Station station(world, source_node(topic(data)), {}, 1);
  station.assign({0});
  world.settle();
  world.silent_loss = false;
  world.run_to(89999);
  EXPECT_EQ(station.heard, Heard{});
  world.run_to(90000);
  EXPECT_EQ(station.heard, Heard{"1"});
}

TEST(LogSource, AnAnswerThatComesTwiceIsTakenOnce) {
  const auto data = splits({{{0, 1}, {500, 2}}});
  World world({{{"in", data}}, {}});
  Station station(world, source_node(topic(data)), {}, 1);
  station.assign({0});
  world.settle();
  station.op().on_external(encode(Fetched{0, 0, 2, rows({1})}), station);
  world.run_to(500);
  EXPECT_EQ(station.heard, (Heard{"1", "2"}));
}

TEST(LogSource, AWeekOfSilenceCostsFewMessages) {
  const auto data = splits({{{7 * kDay, 1}}});
  World world({{{"in", data}}, {}});
  Station station(world, source_node(topic(data)), {}, 1);
  station.assign({0});
  world.run_to(7 * kDay);
  EXPECT_EQ(station.heard, Heard{"1"});
  EXPECT_LE(world.messages, 50u);
}

TEST(LogSource, ATopicThatIsNotThereFailsTheTask) {
  World world(LogTopics{});
  Station station(world, source_node(topic(splits({{}}))), {}, 1);
  station.assign({0});
  world.settle();
  EXPECT_NE(station.failure.find("UnknownTopic"), std::string::npos);
}

TEST(LogSource, OffsetsAreCommittedToTheGroupWhenACheckpointHasCompleted) {
  const auto data = splits({{{0, 1}}});
  World world({{{"in", data}}, {}});
  Station station(world, source_node(topic(data)), {}, 1);
  station.assign({0});
  world.settle();
  station.snapshot(1);
  const uint64_t before = world.messages;
  station.complete(1);
  EXPECT_EQ(world.messages, before + 1);
  station.complete(1);
  EXPECT_EQ(world.messages, before + 1);
}

// ---- laws ----

// Arrivals in 3 splits, with silences; never on the grid of the probes, where the order is open.
rc::Gen<std::vector<std::vector<Splits::Record>>> arrivals() {
  const auto record =
      rc::gen::pair(rc::gen::inRange<int64_t>(0, 900), rc::gen::inRange<int64_t>(0, 999));
  const auto split = rc::gen::map(
      rc::gen::container<std::vector<std::pair<int64_t, int64_t>>>(record), [](auto pairs) {
        std::vector<Splits::Record> records;
        int64_t at = 0;
        for (const auto& [gap, value] : pairs)
          records.push_back({2 * (at += gap * (gap % 3)) + 1, value});
        return records;
      });
  return rc::gen::container<std::vector<std::vector<Splits::Record>>>(3, split);
}

WatermarkSpec any_watermark() {
  WatermarkSpec spec = *rc::gen::element(WatermarkSpec{}, bounded(7), punctuated());
  if (*rc::gen::arbitrary<bool>()) spec.idle_after = Duration{*rc::gen::inRange<int64_t>(1, 1500)};
  return spec;
}

// Probing at every point of the grid, as Flink does, changes nothing.
RC_GTEST_PROP(ProbeSchedule, SkippedProbesWouldHaveDoneNothing, ()) {
  const auto data = splits(*arrivals());
  const WatermarkSpec watermark = any_watermark();
  const int64_t assigned_at = 2 * *rc::gen::inRange<int64_t>(0, 3000) + 1;
  const auto listen = [&](bool every_probe) {
    World world;
    Station station(world, source_node(table(data, watermark)), {}, 1);
    Heard heard;
    size_t before = 0;
    const auto note = [&] {
      for (; before < station.heard.size(); ++before) {
        heard.push_back(std::to_string(world.now.ms) + ": " + station.heard[before]);
      }
    };
    world.at({assigned_at}, [&] { station.assign({0, 1, 2}); });
    for (int64_t ms = 0; ms <= 60000; ms += 100) {
      const uint64_t wakes = station.wakes;
      world.run_to(ms);
      if (every_probe && ms % 200 == 0 && ms > 0 && station.wakes == wakes) {
        station.op().on_processing_time({ms - 1}, station);
        station.flush();
      }
      note();
    }
    return heard;
  };
  RC_ASSERT(listen(false) == listen(true));
}

RC_GTEST_PROP(LogSource, DeliversWhatATableDoesWhateverHappensToItsConnection, ()) {
  const auto data = splits(*arrivals());
  World world({{{"in", data}}, {}});
  const StreamNode node = source_node(topic(data));
  auto station = std::make_unique<Station>(world, node, JobConfig{}, 1);
  station->rows_max = *rc::gen::inRange<uint32_t>(1, 5);
  station->assign({0, 1, 2});
  std::multiset<std::string> read;
  const auto take = [&] {
    read.insert(station->heard.begin(), station->heard.end());
    station->heard.clear();
  };
  uint32_t attempt = 1;
  for (const int64_t pause :
       *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(0, 900))) {
    world.run_to(world.now.ms + pause);
    take();
    if (pause % 3 == 0) {
      world.cut();
    } else if (pause % 3 == 1) {
      const Bytes snapshot = station->snapshot(1);
      station = std::make_unique<Station>(world, node, JobConfig{}, ++attempt, snapshot);
      station->assign({});
    }
  }
  world.run_to(10 * kDay);
  take();
  std::multiset<std::string> all;
  for (uint32_t split = 0; split < 3; ++split) {
    RowBatch rows(1);
    data->read(split, 0, static_cast<uint32_t>(data->size(split)), rows);
    for (uint32_t i = 0; i < rows.size(); ++i) all.insert(to_text(RowView(rows.row(i))));
  }
  RC_ASSERT(station->source().finished());
  RC_ASSERT(read == all);
}

WatermarkSpec aligned(Duration every) {
  WatermarkSpec watermark = punctuated();
  watermark.alignment = AlignmentSpec{"g", {0}, every};
  return watermark;
}

// Three reports above the limit stop it; a higher limit lets it go on.
TEST(AlignedSource, WhoIsTooFarAheadReadsNothing) {
  World world;
  const auto data = splits({{{0, 100}, {150, 200}, {450, 300}, {460, 400}}});
  Station station(world, source_node(table(data, aligned({100}))), {}, 1);
  station.assign({0});
  world.run_to(10);
  station.source().on_enumerator_event(AlignmentLimit{{50}}.encode(), station);
  world.run_to(440);
  EXPECT_EQ(station.heard, (Heard{"100", "W 99", "200", "W 199"}));
  const size_t told = station.to_enumerator.size();
  world.run_to(1000);  // at 300 the oldest of three reports was above
  EXPECT_EQ(station.heard.size(), 4u);
  EXPECT_EQ(station.to_enumerator.size(), told);
  EXPECT_FALSE(station.source().finished());
  station.source().on_enumerator_event(AlignmentLimit{{1000}}.encode(), station);
  world.settle();
  EXPECT_EQ(station.heard.size(), 8u);
  EXPECT_TRUE(station.source().finished());
  EXPECT_EQ(ReaderWatermark::decode(station.to_enumerator.back()).time, EventTime::max());
}

TEST(AlignedSource, AWeekOfSilenceCostsNothingWhileItIsAligned) {
  World world;
  const auto data = splits({{{0, 100}, {7 * kDay, 200}}});
  Station station(world, source_node(table(data, aligned({100}))), {}, 1);
  station.assign({0});
  world.run_to(7 * kDay - 1);
  // That it has started, and how far it is.
  EXPECT_EQ(station.to_enumerator.size(), 2u);
}

// The clock of idleness stands still where nothing may be read.
TEST(AlignedSource, WhatMayNotFlowIsNotIdle) {
  World world;
  WatermarkSpec watermark = aligned({10});
  watermark.idle_after = Duration{300};
  const auto data = splits({{{0, 100}, {2000, 200}}});
  Station station(world, source_node(table(data, watermark)), {}, 1);
  station.assign({0});
  station.source().on_enumerator_event(AlignmentLimit{{50}}.encode(), station);
  world.run_to(1900);
  EXPECT_EQ(station.heard, (Heard{"100", "W 99"}));
  station.source().on_enumerator_event(AlignmentLimit{{150}}.encode(), station);
  world.run_to(1999);
  EXPECT_EQ(station.heard, (Heard{"100", "W 99"}));
  world.run_to(3000);
  EXPECT_EQ(station.heard, (Heard{"100", "W 99", "200", "W 199"}));
}

}  // namespace
}  // namespace leat::rim
