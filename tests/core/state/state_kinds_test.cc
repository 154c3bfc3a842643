// List, map, reducing and aggregating state, and times to live. What Flink does in each mode is in
// the recorded cases (tests/conformance/core, state and ttl); here is what a restore must keep.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "core/graph/functions.h"
#include "core/state/keyed_state.h"

namespace leat {
namespace {

using Kind = StateDescriptor::Kind;

class Sum final : public ReduceFunction {
 public:
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    out[0] = Value::integer(wrapping_add(a[0].as_int(), b[0].as_int()));
  }
  std::unique_ptr<ReduceFunction> clone() const override { return std::make_unique<Sum>(); }
};

class Count final : public AggregateFunction {
 public:
  Value create() const override { return Value::integer(0); }
  Value add(Value accumulator, RowView) const override {
    return Value::integer(accumulator.as_int() + 1);
  }
  Value merge(Value a, Value b) const override { return Value::integer(a.as_int() + b.as_int()); }
  Value result(const Value& accumulator) const override { return accumulator; }
  std::unique_ptr<AggregateFunction> clone() const override { return std::make_unique<Count>(); }
};

std::vector<StateDescriptor> all_kinds(std::optional<StateTtl> ttl = std::nullopt) {
  std::vector<StateDescriptor> states = {{"value", Kind::kValue},
                                         {"list", Kind::kList},
                                         {"map", Kind::kMap},
                                         {"reducing", Kind::kReducing},
                                         {"aggregating", Kind::kAggregating}};
  states[3].reduce = std::make_shared<Sum>();
  states[4].aggregate = std::make_shared<Count>();
  for (StateDescriptor& state : states) state.ttl = ttl;
  return states;
}

StateTtl lives(int64_t ms, StateTtl::Cleanup cleanup = StateTtl::Cleanup::kNone) {
  StateTtl ttl;
  ttl.time_to_live = {ms};
  ttl.cleanup = cleanup;
  return ttl;
}

Bytes bytes_of(const KeyedState& state) {
  KeyedBytesWriter sections(128);
  state.snapshot(sections);
  ByteWriter out;
  sections.write(out);
  return out.take();
}

void restore(KeyedState& state, const Bytes& bytes) {
  ByteReader in(bytes);
  read_keyed_bytes(in, [&](uint32_t, ByteReader& section) {
    while (!section.at_end()) {
      const uint32_t table = section.u32();
      state.restore_entry(table, section);
    }
  });
}

Value one(int64_t v) { return Value::integer(v); }

void add_everywhere(KeyedState& state, int64_t v) {
  state.value(0).update(one(v));
  state.list(1).add(one(v));
  state.map(2).put(one(v), one(v));
  state.reducing(3).add(one(v));
  state.aggregating(4).add(one(v));
}

TEST(StateKinds, AStateIsAskedForAsWhatItWasDeclared) {
  KeyedState state(all_kinds());
  EXPECT_THROW(state.list(0), JobError);
  EXPECT_THROW(state.value(1), JobError);
  EXPECT_THROW(state.map(3), JobError);
  EXPECT_THROW(state.reducing(2), JobError);
  EXPECT_THROW(state.aggregating(5), JobError);
}

TEST(StateKinds, WhatIsClearedIsNotHeld) {
  KeyedState state(all_kinds());
  state.set_current_key(Value::text("a"));
  add_everywhere(state, 3);
  EXPECT_EQ(state.entries(), 5u);
  state.value(0).clear();
  state.list(1).update({});
  state.map(2).remove(one(3));  // the last entry
  state.reducing(3).clear();
  state.aggregating(4).add(Value::null());
  EXPECT_EQ(state.entries(), 0u);
}

TEST(StateKinds, AnEntryIsChangedWhileItIsVisited) {
  KeyedState state(all_kinds());
  state.set_current_key(Value::text("a"));
  for (int64_t v = 1; v <= 3; ++v) state.map(2).put(one(v), one(v));
  state.map(2).for_each([](MapState::Entry& entry) {
    if (entry.key() == one(2)) entry.remove();
    if (entry.key() == one(3)) entry.set_value(one(30));
  });
  EXPECT_EQ(state.map(2).entries(),
            (std::vector<Value::MapEntry>{{one(1), one(1)}, {one(3), one(30)}}));
}

TEST(TimeToLive, MustBeAboveZero) {
  EXPECT_THROW(KeyedState(all_kinds(lives(0))), JobError);
  EXPECT_THROW(KeyedState(all_kinds(lives(-1))), JobError);
}

TEST(TimeToLive, NearTheEndOfTimeItDoesNotWrapAround) {
  KeyedState state(all_kinds(lives(std::numeric_limits<int64_t>::max())));
  state.set_current_key(Value::text("a"));
  state.set_now({5});
  add_everywhere(state, 1);
  state.set_now({std::numeric_limits<int64_t>::max() - 1});
  EXPECT_EQ(state.value(0).get(), one(1));
}

// Nobody asks for the old keys again, and yet they go.
TEST(TimeToLive, IncrementalCleanupBoundsWhatIsHeld) {
  KeyedState state(all_kinds(lives(10, StateTtl::Cleanup::kIncremental)));
  for (int64_t now = 0; now < 10'000; ++now) {
    state.set_now({now});
    state.set_current_key(one(now));
    add_everywhere(state, now);
  }
  EXPECT_LT(state.entries(), 5u * 40);
}

TEST(TimeToLive, AFullSnapshotLeavesOutWhatIsExpired) {
  KeyedState state(all_kinds(lives(10, StateTtl::Cleanup::kFullSnapshot)));
  state.set_current_key(Value::text("a"));
  add_everywhere(state, 1);
  state.set_now({5});
  state.list(1).add(one(2));
  state.set_now({10});
  KeyedState restored(all_kinds(lives(10, StateTtl::Cleanup::kFullSnapshot)));
  restored.set_now({10});
  restore(restored, bytes_of(state));
  EXPECT_EQ(restored.entries(), 1u);  // the list, with the younger element
  restored.set_current_key(Value::text("a"));
  EXPECT_EQ(restored.list(1).get(), std::vector<Value>{one(2)});
}

RC_GTEST_PROP(StateKinds, RestoringAndWritingAgainGivesTheSameBytes, ()) {
  const auto work = *rc::gen::container<std::vector<std::pair<uint8_t, int8_t>>>(
      rc::gen::arbitrary<std::pair<uint8_t, int8_t>>());
  const bool with_ttl = *rc::gen::arbitrary<bool>();
  const auto ttl = with_ttl ? std::optional(lives(20)) : std::nullopt;
  KeyedState state(all_kinds(ttl));
  int64_t now = 0;
  for (const auto& [key, v] : work) {
    state.set_now({now++});
    state.set_current_key(one(key % 7));
    add_everywhere(state, v);
    if (v % 5 == 0) state.map(2).clear();
  }
  KeyedState restored(all_kinds(ttl));
  restored.set_now({now});
  restore(restored, bytes_of(state));
  RC_ASSERT(restored.entries() == state.entries());
  KeyedState again(all_kinds(ttl));
  again.set_now({now});
  restore(again, bytes_of(restored));
  RC_ASSERT(bytes_of(again) == bytes_of(restored));
}

}  // namespace
}  // namespace leat
