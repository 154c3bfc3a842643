#include "core/operators/watermark_valve.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace leat {
namespace {

std::string told(const WatermarkValve::Output& output) {
  std::string text;
  if (output.watermark) text += to_text(Control(Watermark{*output.watermark}));
  if (output.status) text += (text.empty() ? "" : ", ") + to_text(Control(*output.status));
  return text;
}

constexpr StreamStatus kIdle = StreamStatus::kIdle;
constexpr StreamStatus kActive = StreamStatus::kActive;

WatermarkValve valve_at(int64_t a, int64_t b, int64_t c) {
  WatermarkValve valve(3);
  valve.on_watermark(0, {a});
  valve.on_watermark(1, {b});
  valve.on_watermark(2, {c});
  return valve;
}

TEST(WatermarkValve, TheLastToTurnIdleFlushesTheLargestOnlyFromTheOutput) {
  WatermarkValve valve = valve_at(10, 5, 3);
  EXPECT_EQ(told(valve.on_status(0, kIdle)), "");
  EXPECT_EQ(told(valve.on_status(1, kIdle)), "");
  EXPECT_EQ(told(valve.on_status(2, kIdle)), "W 10, idle");

  WatermarkValve other = valve_at(10, 5, 3);
  EXPECT_EQ(told(other.on_status(2, kIdle)), "W 5");
  EXPECT_EQ(told(other.on_status(1, kIdle)), "W 10");
  EXPECT_EQ(told(other.on_status(0, kIdle)), "idle");
}

TEST(WatermarkValve, AChannelThatComesBackBehindIsLeftOutUntilItHasCaughtUp) {
  WatermarkValve valve = valve_at(10, 7, 3);
  EXPECT_EQ(told(valve.on_status(2, kIdle)), "W 7");
  EXPECT_EQ(told(valve.on_status(2, kActive)), "");
  EXPECT_EQ(told(valve.on_watermark(2, {5})), "");
  EXPECT_EQ(told(valve.on_watermark(2, {9})), "");
  EXPECT_EQ(told(valve.on_watermark(1, {12})), "W 9");
}

TEST(WatermarkValve, WhatAnIdleChannelSaysIsLost) {
  WatermarkValve valve(1);
  EXPECT_EQ(told(valve.on_status(0, kIdle)), "idle");
  EXPECT_EQ(told(valve.on_watermark(0, {5})), "");
  EXPECT_EQ(told(valve.on_status(0, kActive)), "active");
  EXPECT_EQ(valve.watermark(), EventTime::min());
}

struct Event {
  uint32_t channel;
  int64_t time;  // below 0: idle; 0: active
};

RC_GTEST_PROP(WatermarkValve, NeverGoesBackNeverRunsAheadAndRepeatsNoStatus, ()) {
  const auto channels = *rc::gen::inRange<uint32_t>(1, 5);
  WatermarkValve valve(channels);
  std::vector<int64_t> largest(channels, EventTime::min().ms);
  std::vector<bool> idle(channels, false);
  EventTime last = EventTime::min();
  StreamStatus status = kActive;
  const auto steps = *rc::gen::container<std::vector<std::pair<uint32_t, int64_t>>>(
      rc::gen::pair(rc::gen::inRange<uint32_t>(0, channels), rc::gen::inRange<int64_t>(-3, 20)));
  for (const auto& [channel, time] : steps) {
    WatermarkValve::Output output;
    if (time > 0) {
      output = valve.on_watermark(channel, {time});
      if (!idle[channel]) largest[channel] = std::max(largest[channel], time);
    } else {
      idle[channel] = time < 0;
      output = valve.on_status(channel, idle[channel] ? kIdle : kActive);
    }
    const bool all_idle = std::find(idle.begin(), idle.end(), false) == idle.end();
    if (output.watermark) {
      RC_ASSERT(*output.watermark > last);
      last = *output.watermark;
      // No channel that counts stands below what goes out, unless it lagged behind the last output.
      RC_ASSERT(last.ms <= *std::max_element(largest.begin(), largest.end()));
    }
    if (output.status) {
      RC_ASSERT(*output.status != status);
      status = *output.status;
    }
    RC_ASSERT((status == kIdle) == all_idle);
  }
}

RC_GTEST_PROP(WatermarkValve, WithoutIdlenessTheOutputIsTheLeastOfTheChannels, ()) {
  WatermarkValve valve(4);
  std::vector<int64_t> largest(4, EventTime::min().ms);
  const auto steps = *rc::gen::container<std::vector<std::pair<uint32_t, int64_t>>>(
      rc::gen::pair(rc::gen::inRange<uint32_t>(0, 4), rc::gen::arbitrary<int64_t>()));
  for (const auto& [channel, time] : steps) {
    valve.on_watermark(channel, {time});
    largest[channel] = std::max(largest[channel], time);
    RC_ASSERT(valve.watermark().ms == *std::min_element(largest.begin(), largest.end()));
  }
}

}  // namespace
}  // namespace leat
