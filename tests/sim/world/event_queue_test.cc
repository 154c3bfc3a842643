// The queue against a sorted list.
#include "sim/world/event_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <tuple>

namespace leat {
namespace {

Event event_named(uint64_t n) {
  Event event;
  event.identity = {mix(n), 0, n};
  return event;
}

struct Expected {
  ProcTime at;
  uint64_t order = 0;
  Identity identity;
  EventHandle handle;
};

RC_GTEST_PROP(EventQueue, GivesEventsByTimeThenOrderThenIdentity,
              (const std::vector<std::tuple<uint8_t, uint8_t, uint8_t>>& commands)) {
  EventQueue queue;
  std::vector<Expected> model;
  const auto take = [&] {
    const auto first =
        std::min_element(model.begin(), model.end(), [](const auto& a, const auto& b) {
          return std::tie(a.at, a.order, a.identity) < std::tie(b.at, b.order, b.identity);
        });
    RC_ASSERT(queue.next_time() == first->at);
    RC_ASSERT(queue.take().identity == first->identity);
    RC_ASSERT(!queue.cancel(first->handle));
    model.erase(first);
  };
  uint64_t number = 0;
  for (const auto& [what, at, order] : commands) {
    if (what % 4 <= 1) {
      const Event event = event_named(++number);
      const EventHandle handle = queue.push({at % 8}, order % 3, event);
      model.push_back({{at % 8}, uint64_t{order} % 3, event.identity, handle});
    } else if (!model.empty() && what % 4 == 2) {
      const size_t victim = at % model.size();
      RC_ASSERT(queue.cancel(model[victim].handle));
      model.erase(model.begin() + static_cast<int64_t>(victim));
    } else if (!model.empty()) {
      take();
    }
    RC_ASSERT(queue.size() == model.size());
  }
  while (!model.empty()) take();
  RC_ASSERT(queue.empty());
}

TEST(EventQueue, CancelledTimersDoNotPileUp) {
  EventQueue queue;
  queue.push({1'000'000}, 0, event_named(0));
  for (uint64_t i = 1; i < 100'000; ++i) {
    const EventHandle handle = queue.push({1000}, 0, event_named(i));
    EXPECT_LT(handle.slot, 200u);
    queue.cancel(handle);
  }
  EXPECT_EQ(queue.size(), 1u);
}

// A process that is paused keeps its timers, and cancels them when it goes on.
TEST(EventQueue, WhatIsPutBackCanStillBeCancelled) {
  EventQueue queue;
  const EventHandle other = queue.push({20}, 0, event_named(2));
  const EventHandle timer = queue.push({10}, 0, event_named(1));
  queue.put_back({30}, 0, queue.take());
  EXPECT_EQ(queue.next_time(), ProcTime{20});
  EXPECT_TRUE(queue.cancel(timer));
  EXPECT_EQ(queue.take().identity, event_named(2).identity);
  EXPECT_FALSE(queue.cancel(other));
  EXPECT_TRUE(queue.empty());
}

// Answers with the greatest.
class LastFirst final : public Choices {
 public:
  uint32_t choose(const Site&, Entity, uint32_t) override { return 0; }
  Identity choose_among(const Site&, std::span<const Identity> c) override {
    asked_of.push_back(c.size());
    return *std::max_element(c.begin(), c.end());
  }
  void enter_epoch(Entity, uint64_t) override {}
  std::vector<size_t> asked_of;
};

TEST(EventQueue, AsksWhoGoesOnlyAmongThoseOfTheFirstInstant) {
  constexpr Site kNext{"test.next"};
  EventQueue queue;
  std::vector<Identity> first_instant;
  for (uint64_t i = 0; i < 3; ++i) {
    first_instant.push_back(event_named(i).identity);
    queue.push({5}, 0, event_named(i));
  }
  queue.push({6}, 0, event_named(9));
  std::sort(first_instant.rbegin(), first_instant.rend());
  LastFirst choices;
  for (const Identity& expected : first_instant) {
    EXPECT_EQ(queue.take_chosen(kNext, choices).identity, expected);
  }
  EXPECT_EQ(queue.take_chosen(kNext, choices).identity, event_named(9).identity);
  EXPECT_EQ(choices.asked_of, (std::vector<size_t>{3, 2}));  // one alone is no choice
}

}  // namespace
}  // namespace leat
