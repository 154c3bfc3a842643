// Watermarks and statuses of several inputs, told as text.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "core/operators/combined_watermark_status.h"
#include "core/operators/input_watermarks.h"

namespace leat {
namespace {

std::string told(const WatermarkValve::Output& output) {
  std::string text;
  if (output.watermark) text += "W " + std::to_string(output.watermark->ms);
  if (output.status) text += *output.status == StreamStatus::kIdle ? " idle" : " active";
  return text;
}

TEST(CombinedWatermarkStatus, TheLeastOfTheInputsCountsAndGoesUpOnly) {
  CombinedWatermarkStatus both(2);
  EXPECT_EQ(told(both.on_watermark(0, {7})), "");
  EXPECT_EQ(told(both.on_watermark(1, {3})), "W 3");
  EXPECT_EQ(told(both.on_watermark(1, {2})), "");
  EXPECT_EQ(told(both.on_watermark(1, {9})), "W 7");
}

TEST(CombinedWatermarkStatus, AnInputThatComesBackBehindHoldsTheCombinationBackAtOnce) {
  CombinedWatermarkStatus both(2);
  both.on_watermark(0, {7});
  both.on_watermark(1, {3});
  EXPECT_EQ(told(both.on_status(1, StreamStatus::kIdle)), "W 7");
  EXPECT_EQ(told(both.on_status(1, StreamStatus::kActive)), "");
  EXPECT_EQ(told(both.on_watermark(0, {12})), "");
  EXPECT_EQ(told(both.on_watermark(1, {8})), "W 8");
}

TEST(CombinedWatermarkStatus, TheLastToFallIdleFlushesTheLargest) {
  CombinedWatermarkStatus both(2);
  both.on_watermark(0, {7});
  both.on_watermark(1, {3});
  EXPECT_EQ(told(both.on_status(0, StreamStatus::kIdle)), "");
  EXPECT_EQ(told(both.on_status(1, StreamStatus::kIdle)), "W 7 idle");
}

TEST(CombinedWatermarkStatus, AWatermarkMakesAnIdleInputCountAgain) {
  CombinedWatermarkStatus both(2);
  both.on_watermark(0, {5});
  both.on_status(1, StreamStatus::kIdle);
  both.on_watermark(1, {6});
  EXPECT_EQ(told(both.on_watermark(0, {9})), "W 6");
}

// Whatever the inputs say, the combination never goes back.
RC_GTEST_PROP(CombinedWatermarkStatus, NeverGoesBack, ()) {
  const auto inputs = *rc::gen::inRange<uint32_t>(1, 4);
  CombinedWatermarkStatus all(inputs);
  EventTime last = EventTime::min();
  const auto steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const auto input = *rc::gen::inRange<uint32_t>(0, inputs);
    const auto what = *rc::gen::inRange(-3, 20);
    const WatermarkValve::Output output = what == -3   ? all.on_status(input, StreamStatus::kIdle)
                                          : what == -2 ? all.on_status(input, StreamStatus::kActive)
                                                       : all.on_watermark(input, {what});
    if (!output.watermark) continue;
    RC_ASSERT(*output.watermark > last);
    last = *output.watermark;
  }
  RC_ASSERT(all.watermark() == last);
}

StreamNode node_over(NodeSpec spec) {
  StreamNode node;
  node.spec = std::move(spec);
  return node;
}

std::string all_of(const InputWatermarks::Outputs& outputs) {
  std::string text;
  for (const WatermarkValve::Output& output : outputs) text += told(output);
  return text;
}

// Channels 0 and 1 are the first input, 2 the second.
TEST(InputWatermarks, EachInputHasAValveAndTheInputsCombine) {
  InputWatermarks watermarks(node_over(CoMapSpec{}), {0, 0, 1});
  EXPECT_EQ(all_of(watermarks.on_watermark(0, {5})), "");
  EXPECT_EQ(all_of(watermarks.on_watermark(2, {9})), "");
  EXPECT_EQ(all_of(watermarks.on_watermark(1, {4})), "W 4");
  EXPECT_EQ(all_of(watermarks.on_status(1, StreamStatus::kIdle)), "W 5");
}

// A valve forgets a channel that comes back behind; the combination of inputs would wait for it.
TEST(InputWatermarks, OfAWindowJoinAllChannelsAreOfOneInput) {
  InputWatermarks watermarks(node_over(WindowJoinSpec{}), {0, 1});
  watermarks.on_watermark(0, {7});
  EXPECT_EQ(all_of(watermarks.on_watermark(1, {3})), "W 3");
  EXPECT_EQ(all_of(watermarks.on_status(1, StreamStatus::kIdle)), "W 7");
  EXPECT_EQ(all_of(watermarks.on_status(1, StreamStatus::kActive)), "");
  EXPECT_EQ(all_of(watermarks.on_watermark(0, {12})), "W 12");
}

}  // namespace
}  // namespace leat
