// How far the first operator of a task must have come, by what its channels have brought.
#include "sim/oracle/watermark_floor.h"

#include <gtest/gtest.h>

#include <array>

#include "story.h"

namespace leat {
namespace {

// in -> twice (task 0) -> sum[0], sum[1] (tasks 1 and 2).
class Floor : public testing::Test {
 protected:
  void brings(const Control& control, EventTime stands_at = EventTime::min()) {
    floor.on_sent(0, 0, sequence, hash_control(control));
    floor.on_taken(1, 0, sequence++, stands_at);
  }
  JobProgram program = story::window_job({{}, {}});
  Plan plan{program};
  WatermarkFloor floor{plan};
  uint64_t sequence = 0;
};

TEST_F(Floor, IsTheWatermarkThatTheChannelHasBrought) {
  floor.may_be_sent(EventTime{5});
  EXPECT_EQ(floor.owed(1), EventTime::min());
  brings(Watermark{EventTime{5}});
  EXPECT_EQ(floor.owed(1), EventTime{5});
  EXPECT_EQ(floor.owed(2), EventTime::min());
  brings(Watermark{EventTime::max()});
  EXPECT_EQ(floor.owed(1), EventTime::max());
}

TEST_F(Floor, KnowsNothingOfElementsThatNobodyCanHaveSent) {
  brings(Watermark{EventTime{5}});
  EXPECT_EQ(floor.owed(1), EventTime::min());
}

TEST_F(Floor, AWatermarkOfAnIdleChannelCountsForNothing) {
  floor.may_be_sent(EventTime{5});
  brings(StreamStatus::kIdle);
  brings(Watermark{EventTime{5}});
  EXPECT_EQ(floor.owed(1), EventTime::min());
  brings(StreamStatus::kActive);
  EXPECT_EQ(floor.owed(1), EventTime::min());
}

TEST_F(Floor, ANewAttemptOwesNothing) {
  brings(Watermark{EventTime::max()});
  floor.reset(1);
  EXPECT_EQ(floor.owed(1), EventTime::min());
}

// ---- of two channels ----

// The source in two subtasks, so that each sum has a channel of either; or a join in the sums'
// place, each of whose subtasks has two channels of either input.
struct OfTwo {
  enum class Reads : uint8_t { kOneInput, kTwo };
  explicit OfTwo(Reads reads) : program(program_that(reads)), plan(program), floor(plan) {
    for (const int64_t time : {5, 8, 20, 30}) floor.may_be_sent(EventTime{time});
  }
  static JobProgram program_that(Reads reads) {
    StreamGraph graph = story::window_job({{}, {}}).graph;
    graph.nodes[0].parallelism = graph.nodes[1].parallelism = 2;
    StreamNode& sum = graph.nodes[2];
    if (reads == Reads::kTwo) {
      sum.spec = IntervalJoinSpec{};
      sum.inputs.push_back(sum.inputs.front());
      sum.second_key_fields = sum.key_fields;
    }
    auto job = make_job_graph(graph);
    check(job.ok(), "the job has no plan");
    return {std::move(graph), std::move(job.value())};
  }
  // Task 2 is sum[0].
  void brings(uint32_t channel, const Control& control, int64_t stands_at) {
    const Plan::End& from = plan.ins(2)[channel];
    floor.on_sent(from.subtask, from.channel, sequence[channel], hash_control(control));
    floor.on_taken(2, channel, sequence[channel]++, EventTime{stands_at});
  }
  void brings(uint32_t channel, int64_t watermark, int64_t stands_at) {
    brings(channel, Watermark{EventTime{watermark}}, stands_at);
  }
  EventTime owed() const { return floor.owed(2); }

  JobProgram program;
  Plan plan;
  WatermarkFloor floor;
  std::array<uint64_t, 4> sequence{};
};

TEST(FloorOfOneInput, AChannelThatComesBackBehindTheTaskHoldsNothingBack) {
  OfTwo two(OfTwo::Reads::kOneInput);
  ASSERT_EQ(two.plan.ins(2).size(), 2U);
  two.brings(0, StreamStatus::kIdle, EventTime::min().ms);
  two.brings(1, 8, EventTime::min().ms);
  EXPECT_EQ(two.owed(), EventTime{8});
  two.brings(0, StreamStatus::kActive, 8);
  two.brings(0, 5, 8);
  two.brings(1, 20, 8);
  EXPECT_EQ(two.owed(), EventTime{20});
  two.brings(0, 20, 20);
  two.brings(1, 30, 20);
  EXPECT_EQ(two.owed(), EventTime{20}) << "it has caught up, and counts again";
}

TEST(FloorOfTwoInputs, WhereAllAreIdleTheFurthestInputCounts) {
  OfTwo two(OfTwo::Reads::kTwo);
  ASSERT_EQ(two.plan.ins(2).size(), 4U);
  const int64_t nothing = EventTime::min().ms;
  for (const uint32_t channel : {0U, 1U}) two.brings(channel, 5, nothing);
  two.brings(2, 20, nothing);
  two.brings(3, 30, nothing);
  EXPECT_EQ(two.owed(), EventTime{5});
  for (const uint32_t channel : {2U, 3U, 0U}) two.brings(channel, StreamStatus::kIdle, 5);
  EXPECT_EQ(two.owed(), EventTime{5});
  two.brings(1, StreamStatus::kIdle, 5);
  EXPECT_EQ(two.owed(), EventTime{20}) << "both its channels have brought so much";
}

// ---- what it may say at most ----

TEST_F(Floor, ATaskMaySayWhatItsChannelHasBrought) {
  floor.may_be_sent(EventTime{5});
  EXPECT_EQ(floor.ceiling(1, EventTime::min()), EventTime::min());
  brings(Watermark{EventTime{5}});
  EXPECT_EQ(floor.ceiling(1, EventTime::min()), EventTime{5});
}

TEST_F(Floor, AChannelThatComesBackBehindItsTaskCarriesItNowhere) {
  floor.may_be_sent(EventTime{5});
  brings(Watermark{EventTime{5}});
  EXPECT_EQ(floor.ceiling(1, EventTime{8}), EventTime{8});
  brings(StreamStatus::kIdle);
  EXPECT_EQ(floor.ceiling(1, EventTime{3}), EventTime{5});
}

TEST_F(Floor, WhatACheckpointBringsSaysNothingOfTime) {
  floor.on_triggered({7}, ProcTime{100});
  brings(CheckpointBarrier{{7}, ProcTime{100}});
  brings(CancelCheckpointMarker{{7}});
  brings(EndOfData{true});
  EXPECT_EQ(floor.ceiling(1, EventTime::min()), EventTime::min());
}

TEST_F(Floor, OfAChannelThatBroughtSomethingUnknownNothingIsSaid) {
  floor.may_be_sent(EventTime{5});
  brings(Watermark{EventTime{4}});
  EXPECT_EQ(floor.ceiling(1, EventTime::min()), std::nullopt);
  brings(Watermark{EventTime{5}});
  EXPECT_EQ(floor.ceiling(1, EventTime::min()), EventTime{5});
  floor.lose_track(1, 0);
  EXPECT_EQ(floor.ceiling(1, EventTime::min()), std::nullopt);
}

}  // namespace
}  // namespace leat
