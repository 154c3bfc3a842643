// How far the first operator of a task must have come, by what its channels have brought.
#include "sim/oracle/watermark_floor.h"

#include <gtest/gtest.h>

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
