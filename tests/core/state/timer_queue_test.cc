#include "core/state/timer_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

namespace leat {
namespace {

constexpr int64_t kAlways = std::numeric_limits<int64_t>::max();

Value key(const char* name) { return Value::text(name); }

std::vector<std::pair<int64_t, std::string>> drain(TimerQueue& queue, int64_t until) {
  std::vector<std::pair<int64_t, std::string>> fired;
  while (auto timer = queue.pop(until)) fired.emplace_back(timer->time, timer->key.to_text());
  return fired;
}

Bytes bytes_of(const TimerQueue& queue) {
  KeyedBytesWriter sections(128);
  queue.snapshot(0, sections);
  ByteWriter out;
  sections.write(out);
  return out.take();
}

TimerQueue restored(const Bytes& bytes) {
  TimerQueue queue;
  ByteReader in(bytes);
  read_keyed_bytes(in, [&](uint32_t, ByteReader& section) {
    while (!section.at_end()) {
      (void)section.varint();
      queue.restore_timer(section);
    }
  });
  return queue;
}

TEST(TimerQueue, SetThreeTimesAndDeletedOnceIsGone) {
  TimerQueue queue;
  EXPECT_TRUE(queue.set(10, key("a")));
  EXPECT_FALSE(queue.set(10, key("a")));
  EXPECT_FALSE(queue.set(10, key("a")));
  EXPECT_TRUE(queue.remove(10, key("a")));
  EXPECT_FALSE(queue.remove(10, key("a")));
  EXPECT_TRUE(queue.empty());
}

TEST(TimerQueue, TimersLeaveByTimeAndOnlyUpToTheLimit) {
  TimerQueue queue;
  queue.set(30, key("c"));
  queue.set(-5, key("b"));
  queue.set(20, key("a"));
  using Fired = std::vector<std::pair<int64_t, std::string>>;
  EXPECT_EQ(drain(queue, 20), (Fired{{-5, "b"}, {20, "a"}}));
  EXPECT_EQ(queue.head(), 30);
}

TEST(TimerQueue, TiesLeaveInTheOrderOfSettingOrTheReverse) {
  TimerQueue queue;
  for (const char* name : {"a", "b", "c"}) queue.set(1, key(name));
  EXPECT_EQ(queue.at_head(), 3u);
  EXPECT_EQ(queue.pop(1, TimerQueue::Tie::kLastSet)->key, key("c"));
  EXPECT_EQ(queue.pop(1, TimerQueue::Tie::kFirstSet)->key, key("a"));
}

TEST(TimerQueue, ATimerSetAgainAfterDeletionComesWhereItWasSetLast) {
  TimerQueue queue;
  queue.set(1, key("a"));
  queue.set(1, key("b"));
  queue.remove(1, key("a"));
  queue.set(1, key("a"));
  using Fired = std::vector<std::pair<int64_t, std::string>>;
  EXPECT_EQ(drain(queue, 1), (Fired{{1, "b"}, {1, "a"}}));
}

TEST(TimerQueue, SpacesOfOneKeyAreTimersOfTheirOwn) {
  TimerQueue queue;
  EXPECT_TRUE(queue.set(1, key("a"), Value::text("left")));
  EXPECT_TRUE(queue.set(1, key("a"), Value::text("right")));
  EXPECT_TRUE(queue.remove(1, key("a"), Value::text("left")));
  EXPECT_EQ(queue.size(), 1u);
}

RC_GTEST_PROP(TimerQueue, IsASetThatLeavesSorted, ()) {
  TimerQueue queue;
  std::set<std::pair<int64_t, int64_t>> model;
  const auto operations = *rc::gen::container<std::vector<std::tuple<bool, int64_t, int64_t>>>(
      rc::gen::tuple(rc::gen::element(true, true, false), rc::gen::inRange<int64_t>(0, 6),
                     rc::gen::inRange<int64_t>(0, 30)));
  for (const auto& [add, time, owner] : operations) {
    const bool changed =
        add ? queue.set(time, Value::integer(owner)) : queue.remove(time, Value::integer(owner));
    RC_ASSERT(changed ==
              (add ? model.emplace(time, owner).second : model.erase({time, owner}) > 0));
    RC_ASSERT(queue.size() == model.size());
  }
  const Bytes before = bytes_of(queue);
  TimerQueue again = restored(before);
  RC_ASSERT(bytes_of(again) == before);
  for (TimerQueue* each : {&queue, &again}) {
    std::multiset<std::pair<int64_t, int64_t>> left;
    int64_t last = std::numeric_limits<int64_t>::min();
    while (const auto timer = each->pop(kAlways)) {
      RC_ASSERT(timer->time >= last);
      last = timer->time;
      left.emplace(timer->time, timer->key.as_int());
    }
    RC_ASSERT(std::equal(left.begin(), left.end(), model.begin(), model.end()));
  }
}

}  // namespace
}  // namespace leat
