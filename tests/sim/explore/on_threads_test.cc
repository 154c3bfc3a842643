// The same work on several threads: who is called, and where what they throw arrives.
#include "sim/explore/on_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace leat {
namespace {

TEST(OnThreads, EachThreadDoesTheWorkOnceAndTheCallersIsOneOfThem) {
  std::mutex mutex;
  std::multiset<std::thread::id> who;
  on_threads(3, [&] {
    const std::lock_guard lock(mutex);
    who.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(who.size(), 3U);
  EXPECT_EQ(std::set<std::thread::id>(who.begin(), who.end()).size(), 3U);
  EXPECT_EQ(who.count(std::this_thread::get_id()), 1U);
}

TEST(OnThreads, OneJobIsTheCallersThreadAlone) {
  std::mutex mutex;
  std::multiset<std::thread::id> who;
  on_threads(1, [&] {
    const std::lock_guard lock(mutex);
    who.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(who, std::multiset<std::thread::id>{std::this_thread::get_id()});
}

// One of three throws; the two others wait for that, and say when they have ended.
class OneThrows {
 public:
  enum class Who { kCaller, kAnother };

  // How many had ended when the exception arrived.
  uint32_t ended_when_it_arrives(Who who) {
    try {
      on_threads(3, [&] { work(who); });
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "broken");
      return ended_;
    }
    ADD_FAILURE() << "nothing arrived";
    return ended_;
  }

 private:
  void work(Who who) {
    const bool is_caller = std::this_thread::get_id() == caller_;
    if (is_caller == (who == Who::kCaller) && !throws_.exchange(true)) {
      throws_.notify_all();
      throw std::runtime_error("broken");
    }
    throws_.wait(false);
    ++ended_;
  }

  const std::thread::id caller_ = std::this_thread::get_id();
  std::atomic<bool> throws_ = false;
  std::atomic<uint32_t> ended_ = 0;
};

TEST(OnThreads, WhatOneThrowsArrivesWhenTheOthersHaveEnded) {
  EXPECT_EQ(OneThrows().ended_when_it_arrives(OneThrows::Who::kCaller), 2U);
  EXPECT_EQ(OneThrows().ended_when_it_arrives(OneThrows::Who::kAnother), 2U);
}

TEST(OnThreads, OfManyExceptionsOneArrives) {
  EXPECT_THROW(on_threads(3, [] { throw std::runtime_error("broken"); }), std::runtime_error);
}

}  // namespace
}  // namespace leat
