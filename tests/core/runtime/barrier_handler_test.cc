#include "core/runtime/barrier_handler.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/base/check.h"

namespace leat {
namespace {

using Kind = BarrierAction::Kind;

std::string told(const std::vector<BarrierAction>& actions) {
  std::string text;
  for (const BarrierAction& action : actions) {
    const std::string id = std::to_string(action.checkpoint.value);
    const std::string channel = std::to_string(action.channel);
    if (!text.empty()) text += ", ";
    switch (action.kind) {
      case Kind::kBlock:
        text += "block " + channel;
        break;
      case Kind::kTrigger:
        text += "trigger " + id;
        break;
      case Kind::kAbortSubsumed:
        text += "subsumed " + id;
        break;
      case Kind::kAbortCancelled:
        text += "cancelled " + id;
        break;
      case Kind::kAbortInputEnded:
        text += "ended " + id;
        break;
      case Kind::kUnblock:
        text += "unblock " + channel;
        break;
    }
  }
  return text;
}

class Barriers {
 public:
  explicit Barriers(uint32_t channels) : handler_(channels) {}
  std::string barrier(uint32_t c, uint64_t id) { return told(handler_.on_barrier(c, {id})); }
  std::string cancel(uint64_t id) { return told(handler_.on_cancel({id})); }
  std::string end(uint32_t c) { return told(handler_.on_end(c)); }

 private:
  BarrierHandler handler_;
};

// The numbers are the recorded cases of machine/barriers that show the same.

TEST(AlignedBarriers, OneChannelTriggersAtOnce) {  // 0001
  Barriers b(1);
  EXPECT_EQ(b.barrier(0, 1), "block 0, trigger 1, unblock 0");
}

TEST(AlignedBarriers, ChannelsAreBlockedUntilAllHaveGivenTheirs) {  // 0002, 0003
  Barriers b(3);
  EXPECT_EQ(b.barrier(0, 1), "block 0");
  EXPECT_EQ(b.barrier(2, 1), "block 2");
  EXPECT_EQ(b.barrier(1, 1), "block 1, trigger 1, unblock 0, unblock 1, unblock 2");
}

TEST(AlignedBarriers, AHigherOneAbortsThePendingAndTheLateLowerOneIsObsolete) {  // 0005, 0006
  Barriers b(3);
  EXPECT_EQ(b.barrier(0, 1), "block 0");
  EXPECT_EQ(b.barrier(1, 2), "unblock 0, subsumed 1, block 1");
  EXPECT_EQ(b.barrier(2, 1), "unblock 2");
  EXPECT_EQ(b.barrier(2, 2), "block 2");
  EXPECT_EQ(b.barrier(0, 2), "block 0, trigger 2, unblock 0, unblock 1, unblock 2");
  EXPECT_EQ(b.barrier(0, 2), "unblock 0");  // 0008: done already
}

TEST(AlignedBarriers, ACancelLetsGoAndItsIdNeverComesAgain) {  // 0009, 0010, 0011
  Barriers b(2);
  EXPECT_EQ(b.barrier(0, 1), "block 0");
  EXPECT_EQ(b.cancel(1), "unblock 0, cancelled 1");
  EXPECT_EQ(b.cancel(1), "");
  EXPECT_EQ(b.barrier(1, 1), "unblock 1");
  EXPECT_EQ(b.barrier(1, 2), "block 1");
  EXPECT_EQ(b.cancel(1), "");  // 0013: of a lower one than the pending
}

TEST(AlignedBarriers, ACancelOfAHigherOneSaysNothingOfThePending) {  // 0012
  Barriers b(2);
  EXPECT_EQ(b.barrier(0, 1), "block 0");
  EXPECT_EQ(b.cancel(2), "unblock 0, cancelled 2");
  EXPECT_EQ(b.barrier(1, 1), "unblock 1");
}

TEST(AlignedBarriers, TheEndOfAChannelCountsAsItsBarrier) {
  Barriers b(2);
  EXPECT_EQ(b.barrier(0, 1), "block 0");
  EXPECT_EQ(b.end(1), "trigger 1, unblock 0");
  EXPECT_EQ(b.barrier(0, 2), "block 0, trigger 2, unblock 0");
  EXPECT_EQ(b.end(0), "");
}

TEST(AlignedBarriers, TheCoordinatorMaySpeakForABlockedChannel) {
  Barriers b(2);
  EXPECT_EQ(b.barrier(0, 1), "block 0");
  EXPECT_THROW(b.barrier(0, 1), InvariantViolation);
  EXPECT_EQ(b.barrier(0, 2), "unblock 0, subsumed 1, block 0");
}

// Any stream of barriers, cancels and ends in any order: what is triggered or aborted rises and
// comes once, and a channel is blocked exactly while its checkpoint is pending.
RC_GTEST_PROP(AlignedBarriers, SettleEachCheckpointOnceAndBlockNobodyForEver, ()) {
  const auto channels = *rc::gen::inRange<uint32_t>(1, 5);
  BarrierHandler handler(channels);
  std::vector<uint64_t> next(channels, 1);  // each channel's barriers rise
  std::vector<bool> blocked(channels, false);
  std::vector<bool> open(channels, true);
  uint64_t settled = 0;
  const auto apply = [&](const std::vector<BarrierAction>& actions) {
    for (const BarrierAction& action : actions) {
      switch (action.kind) {
        case Kind::kBlock:
          blocked[action.channel] = true;
          break;
        case Kind::kUnblock:
          blocked[action.channel] = false;
          break;
        case Kind::kTrigger:
          RC_ASSERT(action.checkpoint.value > settled);
          settled = action.checkpoint.value;
          for (uint32_t c = 0; c < channels; ++c) RC_ASSERT(blocked[c] || !open[c]);
          break;
        case Kind::kAbortSubsumed:
        case Kind::kAbortCancelled:
          RC_ASSERT(action.checkpoint.value > settled);
          settled = action.checkpoint.value;
          break;
      }
    }
  };
  const auto steps = *rc::gen::container<std::vector<std::pair<uint32_t, uint32_t>>>(
      rc::gen::pair(rc::gen::inRange<uint32_t>(0, channels), rc::gen::inRange<uint32_t>(0, 12)));
  for (const auto& [c, what] : steps) {
    if (!open[c] || blocked[c]) continue;
    if (what == 0) {
      open[c] = false;
      apply(handler.on_end(c));
    } else if (what == 1) {
      apply(handler.on_cancel({next[c]++}));
    } else {
      next[c] += what == 2 ? 1 : 0;  // some channels miss a checkpoint
      apply(handler.on_barrier(c, {next[c]++}));
    }
  }
  const bool all_waiting = [&] {
    for (uint32_t c = 0; c < channels; ++c) {
      if (open[c] && !blocked[c]) return false;
    }
    return true;
  }();
  if (all_waiting) RC_ASSERT(std::count(blocked.begin(), blocked.end(), true) == 0);
}

}  // namespace
}  // namespace leat
