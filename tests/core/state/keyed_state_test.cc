#include "core/state/keyed_state.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace leat {
namespace {

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

TEST(KeyedState, AKeySeesItsOwnValueOnly) {
  KeyedState state({{"sum"}, {"other"}});
  state.set_current_key(Value::text("a"));
  state.value(0).update(Value::integer(3));
  EXPECT_EQ(state.value(0).get(), Value::integer(3));
  EXPECT_TRUE(state.value(1).get().is_null());
  state.set_current_key(Value::text("b"));
  EXPECT_TRUE(state.value(0).get().is_null());
}

TEST(KeyedState, NullClearsAndNothingIsHeld) {
  KeyedState state({{"sum"}});
  state.set_current_key(Value::text("a"));
  state.value(0).update(Value::integer(3));
  EXPECT_EQ(state.entries(), 1u);
  state.value(0).update(Value::null());
  EXPECT_EQ(state.entries(), 0u);
}

TEST(KeyedState, AnUndeclaredStateFailsTheJob) {
  KeyedState state({{"sum"}});
  EXPECT_THROW(state.value(1), JobError);
}

TEST(KeyedState, SectionsFollowTheKeyGroupsOfTheKeys) {
  KeyedState state({{"sum"}});
  for (const char* name : {"a", "b"}) {
    state.set_current_key(Value::text(name));
    state.value(0).update(Value::integer(1));
  }
  std::vector<uint32_t> groups;
  const Bytes bytes = bytes_of(state);
  ByteReader in(bytes);
  read_keyed_bytes(in, [&](uint32_t group, ByteReader& section) {
    groups.push_back(group);
    (void)section.raw(section.remaining());
  });
  EXPECT_EQ(groups, (std::vector<uint32_t>{22, 81}));
}

RC_GTEST_PROP(KeyedState, RestoredStateIsEqualInContentsAndInBytes, ()) {
  const auto updates = *rc::gen::container<std::vector<std::tuple<int64_t, uint32_t, int64_t>>>(
      rc::gen::tuple(rc::gen::inRange<int64_t>(0, 20), rc::gen::inRange<uint32_t>(0, 2),
                     rc::gen::inRange<int64_t>(0, 4)));
  KeyedState state({{"x"}, {"y"}});
  std::map<std::pair<int64_t, uint32_t>, int64_t> model;
  for (const auto& [key, table, value] : updates) {
    state.set_current_key(Value::integer(key));
    state.value(table).update(value == 0 ? Value::null() : Value::integer(value));
    if (value == 0)
      model.erase({key, table});
    else
      model[{key, table}] = value;
  }
  KeyedState again({{"x"}, {"y"}});
  restore(again, bytes_of(state));
  RC_ASSERT(bytes_of(again) == bytes_of(state));
  RC_ASSERT(again.entries() == model.size());
  for (const auto& [where, value] : model) {
    again.set_current_key(Value::integer(where.first));
    RC_ASSERT(again.value(where.second).get() == Value::integer(value));
  }
}

}  // namespace
}  // namespace leat
