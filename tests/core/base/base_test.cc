#include <gtest/gtest.h>
// gtest first: rapidcheck's macros build on it.
#include <rapidcheck/gtest.h>

#include <map>

#include "core/base/bytes.h"
#include "core/base/hash.h"
#include "core/base/ordered_map.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace leat {
namespace {

struct IntTraits {
  // Few different hashes, so that probing and closing gaps are put to work.
  static uint64_t hash(int key) { return static_cast<uint64_t>(key % 7); }
  static bool equal(int a, int b) { return a == b; }
};
using IntMap = OrderedMap<int, int, IntTraits>;

template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; } || requires(A a, B b) { a == b; };

// The mistake that two types are for.
TEST(Time, EventTimeAndProcessingTimeDoNotCompare) {
  static_assert(!Comparable<EventTime, ProcTime> && !Comparable<ProcTime, EventTime>);
  static_assert(!std::is_convertible_v<EventTime, ProcTime>);
  static_assert(!std::is_convertible_v<ProcTime, EventTime>);
  static_assert(!Comparable<EventTime, int64_t> && !std::is_convertible_v<double, EventTime>);
  static_assert(Comparable<EventTime, EventTime> && Comparable<ProcTime, ProcTime>);
  static_assert(std::is_integral_v<decltype(EventTime::ms)>);
}

TEST(Time, SumsWrapAtTheEndsAsInJava) {
  EXPECT_EQ(EventTime::max() + Duration{1}, EventTime::min());
  EXPECT_EQ(EventTime::min() - Duration{1}, EventTime::max());
  EXPECT_EQ(wrapping_mul(INT64_MAX, 2), -2);
}

TEST(OrderedMap, IteratesInTheOrderOfInsertionAlsoAfterErasing) {
  IntMap map;
  for (const int key : {5, 3, 9, 1}) *map.insert(key).first = key * 10;
  EXPECT_TRUE(map.erase(3));
  EXPECT_FALSE(map.erase(3));
  *map.insert(3).first = 33;  // comes last now
  std::vector<int> keys;
  map.for_each([&](int key, int) { keys.push_back(key); });
  EXPECT_EQ(keys, (std::vector<int>{5, 9, 1, 3}));
}

RC_GTEST_PROP(OrderedMapLaws, HoldsWhatAMapHolds,
              (const std::vector<std::pair<int, bool>>& steps)) {
  IntMap map;
  std::map<int, int> model;
  int number = 0;
  for (const auto& [raw, erase] : steps) {
    const int key = ((raw % 20) + 20) % 20;
    if (erase) {
      RC_ASSERT(map.erase(key) == (model.erase(key) > 0));
    } else {
      const auto [value, inserted] = map.insert(key);
      RC_ASSERT(inserted == !model.contains(key));
      *value = model[key] = ++number;
    }
    RC_ASSERT(map.size() == model.size());
  }
  for (int key = 0; key < 20; ++key) {
    const int* found = map.find(key);
    RC_ASSERT((found != nullptr) == model.contains(key));
    if (found != nullptr) RC_ASSERT(*found == model[key]);
  }
}

RC_GTEST_PROP(BytesLaws, ReadingIsTheInverseOfWriting,
              (uint64_t a, int64_t b, const std::string& text)) {
  ByteWriter out;
  out.varint(a);
  out.zigzag(b);
  out.text(text);
  out.fixed64(a);
  const Bytes bytes = out.take();
  ByteReader in(bytes);
  RC_ASSERT(in.varint() == a);
  RC_ASSERT(in.zigzag() == b);
  RC_ASSERT(in.text() == text);
  RC_ASSERT(in.fixed64() == a);
  RC_ASSERT(in.at_end());
}

TEST(Bytes, WhatEndsEarlyIsAnInvariantViolationAndNothingWorse) {
  ByteWriter out;
  out.text("hello");
  const Bytes bytes = out.take();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    EXPECT_THROW(in.text(), InvariantViolation) << size;
  }
  ByteReader endless(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11));
  EXPECT_THROW(endless.varint(), InvariantViolation);
}

RC_GTEST_PROP(DigestLaws, OneFlippedBitChangesIt, (const std::vector<uint64_t>& words)) {
  RC_PRE(!words.empty());
  const size_t at = *rc::gen::inRange<size_t>(0, words.size());
  const uint32_t bit = *rc::gen::inRange(0U, 64U);
  Digest straight;
  Digest flipped;
  for (size_t i = 0; i < words.size(); ++i) {
    straight.add(words[i]);
    flipped.add(words[i] ^ (i == at ? uint64_t{1} << bit : 0));
  }
  RC_ASSERT(straight.hex() != flipped.hex());
}

TEST(Hash, IsTheSameOnEveryMachine) {
  EXPECT_EQ(hash_name("sum[1]"), hash_name(std::string("sum") + "[1]"));
  // The first output of splitmix64 from seed 0, as its author publishes it.
  EXPECT_EQ(mix(0x9e3779b97f4a7c15ULL), 0xe220a8397b1dcdafULL);
}

TEST(Check, SaysWhereAndWhatWithoutTheBuildersPath) {
  try {
    check(false, "two and two are four");
    FAIL() << "check(false) came back";
  } catch (const InvariantViolation& violation) {
    const std::string text = violation.what();
    EXPECT_TRUE(text.starts_with("base_test.cc:")) << text;
    EXPECT_TRUE(text.ends_with("broken invariant: two and two are four")) << text;
  }
}

TEST(ResultOf, AnErrorIsNotAValue) {
  const Result<int> failed = Error{"no such blob: chk-3"};
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error(), "no such blob: chk-3");
  EXPECT_THROW((void)failed.value(), InvariantViolation);
}

}  // namespace
}  // namespace leat
