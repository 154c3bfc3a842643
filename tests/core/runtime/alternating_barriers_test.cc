// Checkpoints that begin aligned and may turn unaligned. The numbers are the recorded cases of
// machine/barriers that show the same.
#include "core/runtime/alternating_barriers.h"

#include <gtest/gtest.h>

#include <string>

#include "core/runtime/barrier_tracker.h"
#include "core/runtime/channel_saver.h"

namespace leat {
namespace {

class Story : public BarrierEffects {
 public:
  explicit Story(uint32_t channels) : handler(channels, AfterTasksFinish::kGoOn, *this) {}

  void block(uint32_t c) override { say("block " + std::to_string(c)); }
  void unblock(uint32_t c) override { say("unblock " + std::to_string(c)); }
  void trigger(CheckpointId id, Alignment how) override {
    say((how == Alignment::kUnaligned ? "unaligned " : "aligned ") + std::to_string(id.value));
  }
  void abort(CheckpointId id, BarrierAbort) override { say("abort " + std::to_string(id.value)); }
  void all_barriers(CheckpointId id) override { say("all " + std::to_string(id.value)); }
  bool start_saving(CheckpointId id) override {
    say("save " + std::to_string(id.value));
    return can_save;
  }
  void stop_saving(CheckpointId) override { say("stop saving"); }
  void overtake(uint32_t c) override { say("overtake " + std::to_string(c)); }

  std::string did() { return std::exchange(text_, ""); }

  bool can_save = true;
  AlternatingBarriers handler;

 private:
  void say(const std::string& what) { text_ += (text_.empty() ? "" : ", ") + what; }
  std::string text_;
};

IncomingBarrier unaligned(uint64_t id) { return {{id}, IncomingBarrier::As::kUnaligned, {0}, {0}}; }
IncomingBarrier timeout_100(uint64_t id) {
  return {{id}, IncomingBarrier::As::kTimeout, {0}, {100}};
}

TEST(UnalignedBarriers, TheFirstTriggersAtOnceTheLastEndsTheSaving) {  // 0042
  Story s(2);
  s.handler.on_barrier(0, unaligned(1), {0});
  EXPECT_EQ(s.did(), "save 1, unaligned 1");
  s.handler.on_barrier(1, unaligned(1), {0});
  EXPECT_EQ(s.did(), "stop saving, all 1");
}

TEST(UnalignedBarriers, AtTheTimeoutWhatIsBlockedStaysBlockedUntilTheLastBarrier) {  // 0057
  Story s(2);
  s.handler.on_announcement(0, timeout_100(1), {0});
  s.handler.on_barrier(0, timeout_100(1), {0});
  EXPECT_EQ(s.did(), "block 0");
  EXPECT_EQ(s.handler.next_due(), ProcTime{101});
  s.handler.on_time({100});
  EXPECT_EQ(s.did(), "");
  s.handler.on_time({101});
  EXPECT_EQ(s.did(), "save 1, unaligned 1");
  s.handler.on_announcement(1, timeout_100(1), {110});
  EXPECT_EQ(s.did(), "overtake 1");
  s.handler.on_barrier(1, timeout_100(1), {110});
  EXPECT_EQ(s.did(), "block 1, stop saving, unblock 0, unblock 1, all 1");
}

TEST(UnalignedBarriers, ACancelOfWhatIsOnlyAnnouncedIsIgnored) {  // 0068
  Story s(2);
  s.handler.on_announcement(0, timeout_100(1), {0});
  s.handler.on_cancel({1});
  EXPECT_EQ(s.did(), "");
  s.handler.on_barrier(0, timeout_100(1), {0});
  s.handler.on_cancel({1});
  EXPECT_EQ(s.did(), "block 0, unblock 0, abort 1");
}

TEST(UnalignedBarriers, WhereALaterBarrierWaitsInAQueueTheCheckpointIsGivenUp) {  // 0103
  Story s(2);
  s.can_save = false;
  s.handler.on_barrier(0, unaligned(1), {0});
  EXPECT_EQ(s.did(), "save 1, abort 1");
}

TEST(ChannelSaver, SavesWhatStandsBeforeTheBarrierAndWhatComesBeforeIt) {
  ChannelSaver saver;
  EXPECT_FALSE(saver.on_data());
  EXPECT_TRUE(saver.start({1}));
  EXPECT_EQ(saver.on_data(), CheckpointId{1});
  EXPECT_TRUE(saver.saves_queued(0));
  saver.on_barrier({1}, 5);
  EXPECT_FALSE(saver.on_data());
  EXPECT_TRUE(saver.saves_queued(4));
  EXPECT_FALSE(saver.saves_queued(5));
  saver.on_barrier({3}, 9);
  EXPECT_FALSE(saver.start({2}));
}

TEST(AtLeastOnce, TheFullOneTriggersAndThoseBeforeItVanish) {  // 0026
  BarrierTracker tracker(2);
  EXPECT_TRUE(tracker.on_barrier(0, {1}).empty());
  EXPECT_TRUE(tracker.on_barrier(0, {2}).empty());
  const auto& actions = tracker.on_barrier(1, {2});
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].kind, BarrierAction::Kind::kTrigger);
  EXPECT_TRUE(tracker.on_barrier(1, {1}).empty());
}

}  // namespace
}  // namespace leat
