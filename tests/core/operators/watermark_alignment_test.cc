#include "core/operators/watermark_alignment.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/check.h"

namespace leat {
namespace {

using Pausing = WatermarkAlignment::Pausing;

TEST(WatermarkAlignment, ItTakesThreeReportsAboveTheLimitToStopASource) {
  WatermarkAlignment alignment(3, Pausing::kAllowed);
  alignment.set_limit({10});
  alignment.on_watermark({20});
  for (int report = 1; report <= 3; ++report) {
    EXPECT_FALSE(alignment.waiting());
    EXPECT_EQ(alignment.report(), EventTime{20});
  }
  EXPECT_TRUE(alignment.waiting());
  alignment.set_limit({20});  // at the limit it goes on
  EXPECT_FALSE(alignment.waiting());
}

TEST(WatermarkAlignment, ASplitIsResumedOnlyAtAReportOrAnAnnouncement) {
  WatermarkAlignment alignment(0, Pausing::kAllowed);
  alignment.add_split(1);
  alignment.set_limit({10});
  alignment.on_split_watermark(1, {11});
  EXPECT_TRUE(alignment.paused(1));
  alignment.set_limit({11});
  EXPECT_FALSE(alignment.paused(1));
}

TEST(WatermarkAlignment, ASplitThatWasPausedWhenItsTimeOfSilenceHadRunOutIsResumedAllTheSame) {
  WatermarkAlignment alignment(0, Pausing::kAllowed);
  alignment.add_split(1);
  alignment.set_limit({10});
  alignment.on_split_watermark(1, {11});
  alignment.on_split_idle(1, true);
  EXPECT_TRUE(alignment.paused(1));
  alignment.set_limit({11});
  EXPECT_FALSE(alignment.paused(1));
  alignment.set_limit({10});  // and is not paused again while it is idle
  EXPECT_FALSE(alignment.paused(1));
}

TEST(WatermarkAlignment, AReaderThatCannotPauseFailsUnlessThatIsAllowed) {
  WatermarkAlignment refused(0, Pausing::kRefused);
  WatermarkAlignment ignored(0, Pausing::kIgnored);
  for (WatermarkAlignment* each : {&refused, &ignored}) {
    each->add_split(1);
    each->set_limit({10});
  }
  EXPECT_THROW(refused.on_split_watermark(1, {11}), JobError);
  ignored.on_split_watermark(1, {11});
  EXPECT_FALSE(ignored.paused(1));
}

// Whatever was announced before: as long as every sample is within the limit nothing waits.
RC_GTEST_PROP(WatermarkAlignment, WithinTheLimitNothingWaits, (std::vector<int16_t> times)) {
  WatermarkAlignment alignment(*rc::gen::inRange<uint32_t>(0, 4), Pausing::kAllowed);
  alignment.add_split(0);
  for (const int64_t time : times) {
    alignment.on_split_watermark(0, {time});
    alignment.on_watermark({time});
    alignment.report();
    alignment.set_limit({int64_t{INT16_MAX}});
    RC_ASSERT(!alignment.waiting());
    RC_ASSERT(!alignment.paused(0));
  }
}

}  // namespace
}  // namespace leat
