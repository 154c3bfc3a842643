#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "core/window/dense_panes.h"
#include "core/window/key_dictionary.h"
#include "core/window/window_assigner.h"

namespace leat {
namespace {

constexpr uint32_t kFirst[] = {0};

uint32_t number_of(KeyDictionary& keys, const Value& key) {
  const Row row{key};
  const auto [number, added] = keys.find_or_add(row, kFirst);
  if (added) keys.use(number);
  return number;
}

TEST(KeyDictionary, AKeyKeepsItsNumberWhileItHasAUse) {
  KeyDictionary keys(1);
  const uint32_t a = number_of(keys, Value::text("a"));
  const uint32_t b = number_of(keys, Value::integer(7));
  EXPECT_NE(a, b);
  EXPECT_EQ(number_of(keys, Value::text("a")), a);
  EXPECT_EQ(keys.key(b)[0], Value::integer(7));
  keys.release(a);
  EXPECT_EQ(number_of(keys, Value::text("c")), a);  // the number is free again
  EXPECT_EQ(keys.key(a)[0], Value::text("c"));
  EXPECT_EQ(keys.limit(), 2u);
}

TEST(KeyDictionary, AGuessIsRightOrKnownToBeWrong) {
  KeyDictionary keys(1);
  EXPECT_FALSE(keys.is_right(keys.guess(Value::integer(1)), Value::integer(1)));
  const uint32_t one = number_of(keys, Value::integer(1));
  EXPECT_TRUE(keys.is_right(keys.guess(Value::integer(1)), Value::integer(1)));
  EXPECT_FALSE(keys.is_right(one, Value::integer(2)));
}

// Against a map: integers or texts, many of them gone again.
RC_GTEST_PROP(KeyDictionary, FindsWhatAMapFinds, ()) {
  KeyDictionary keys(1);
  std::map<Value, std::pair<uint32_t, uint32_t>> model;  // number, uses
  const bool texts = *rc::gen::arbitrary<bool>();
  for (int64_t n : *rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(-60, 60))) {
    const int64_t id = (n < 0 ? -n : n) * 4096;
    const Value key = texts ? Value::text("k" + std::to_string(id)) : Value::integer(id);
    const auto known = model.find(key);
    if (n < 0) {
      if (known == model.end()) continue;
      keys.release(known->second.first);
      if (--known->second.second == 0) model.erase(known);
      continue;
    }
    const Row row{key};
    const auto [number, added] = keys.find_or_add(row, kFirst);
    RC_ASSERT(added == (known == model.end()));
    keys.use(number);
    if (added) {
      model[key] = {number, 1};
    } else {
      RC_ASSERT(number == known->second.first);
      ++known->second.second;
    }
    if (!texts && keys.is_right(keys.guess(key), key)) RC_ASSERT(keys.guess(key) == number);
  }
  for (const auto& [key, entry] : model) {
    RC_ASSERT(keys.key(entry.first)[0] == key);
    RC_ASSERT(keys.uses(entry.first) == entry.second);
  }
}

TEST(DensePanes, APaneIsWhatWasPutIntoIt) {
  DensePanes panes(2);
  DensePanes::Spare spare;
  EXPECT_FALSE(panes.has(70));
  panes.open(70, spare);
  panes.set(70, 0, Value::integer(5));
  panes.set(70, 1, Value::number(2.5));
  EXPECT_TRUE(panes.has(70));
  EXPECT_FALSE(panes.has(69));
  EXPECT_EQ(panes.get(70, 0), Value::integer(5));
  EXPECT_EQ(panes.get(70, 1), Value::number(2.5));
  EXPECT_FALSE(panes.add_quickly(70, 1));
  panes.arm(70);
  panes.mark_quick(70);
  EXPECT_TRUE(panes.add_quickly(70, 1));
  EXPECT_EQ(panes.get(70, 0), Value::integer(6));
}

TEST(DensePanes, AnArmedPaneIsListedOnceAndThenSlow) {
  DensePanes panes(1);
  DensePanes::Spare spare;
  for (const uint32_t number : {3u, 40u, 41u}) {
    panes.open(number, spare);
    panes.set(number, 0, Value::integer(0));
  }
  panes.arm(40);
  panes.mark_quick(40);
  panes.arm(3);
  std::vector<uint32_t> numbers;
  panes.disarm(numbers);
  EXPECT_EQ(numbers, (std::vector<uint32_t>{3, 40}));
  EXPECT_FALSE(panes.add_quickly(40, 1));
  numbers.clear();
  panes.disarm(numbers);
  EXPECT_TRUE(numbers.empty());
  panes.list(numbers);
  EXPECT_EQ(numbers, (std::vector<uint32_t>{3, 40, 41}));
}

TEST(DensePanes, AClearedWindowsMemoryServesTheNext) {
  DensePanes panes(1);
  DensePanes::Spare spare;
  panes.open(5, spare);
  panes.set(5, 0, Value::integer(1));
  panes.arm(5);
  panes.clear(spare);
  EXPECT_FALSE(panes.has(5));
  EXPECT_EQ(spare.size(), 1u);
  panes.open(5, spare);
  EXPECT_TRUE(spare.empty());
  EXPECT_FALSE(panes.armed(5));
}

// A batch is assigned by multiplication, a single element by division.
RC_GTEST_PROP(TumblingWindows, ABatchIsAssignedAsItsElementsAre, ()) {
  WindowSpec spec;
  spec.size = {*rc::gen::oneOf(rc::gen::inRange<int64_t>(1, 70),
                               rc::gen::inRange<int64_t>(1, int64_t{1} << 62))};
  const int64_t below = spec.size.ms;
  spec.offset = {*rc::gen::inRange<int64_t>(1 - below, below)};
  const auto assigner = make_assigner(spec);
  const auto times = *rc::gen::container<std::vector<int64_t>>(
      rc::gen::oneOf(rc::gen::arbitrary<int64_t>(), rc::gen::inRange<int64_t>(-100, 100),
                     rc::gen::map(rc::gen::inRange<int64_t>(-3, 3),
                                  [below](int64_t n) { return wrapping_mul(n, below); })));
  std::vector<TimeWindow> each(times.size());
  assigner->assign_each(times, each);
  for (size_t i = 0; i < times.size(); ++i) {
    std::vector<TimeWindow> one;
    assigner->assign(times[i], one);
    RC_ASSERT(one == std::vector<TimeWindow>{each[i]});
  }
}

}  // namespace
}  // namespace leat
