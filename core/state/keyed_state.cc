#include "core/state/keyed_state.h"

#include "core/state/state_tables.h"

namespace leat {

std::unique_ptr<StateTable> make_state_table(const StateDescriptor& descriptor,
                                             const StateMoment& moment) {
  switch (descriptor.kind) {
    case StateDescriptor::Kind::kValue:
      return make_value_table(descriptor, moment);
    case StateDescriptor::Kind::kList:
      return make_list_table(descriptor, moment);
    case StateDescriptor::Kind::kMap:
      return make_map_table(descriptor, moment);
    case StateDescriptor::Kind::kReducing:
      return make_reducing_table(descriptor, moment);
    case StateDescriptor::Kind::kAggregating:
      return make_aggregating_table(descriptor, moment);
  }
  fail_check("a state descriptor is of an unknown kind");
}

KeyedState::KeyedState(const std::vector<StateDescriptor>& descriptors) {
  for (const StateDescriptor& descriptor : descriptors) {
    tables_.push_back(make_state_table(descriptor, moment_));
  }
}

namespace {
template <class State>
State& of_kind(State* state) {
  if (state == nullptr) throw JobError("the function asks for a state as another kind");
  return *state;
}
}  // namespace

StateTable& KeyedState::table(uint32_t descriptor) const {
  if (descriptor >= tables_.size())
    throw JobError("the function asks for a state that it did not declare");
  return *tables_[descriptor];
}

ValueState& KeyedState::value(uint32_t descriptor) { return of_kind(table(descriptor).as_value()); }
ListState& KeyedState::list(uint32_t descriptor) { return of_kind(table(descriptor).as_list()); }
MapState& KeyedState::map(uint32_t descriptor) { return of_kind(table(descriptor).as_map()); }
ReducingState& KeyedState::reducing(uint32_t descriptor) {
  return of_kind(table(descriptor).as_reducing());
}
AggregatingState& KeyedState::aggregating(uint32_t descriptor) {
  return of_kind(table(descriptor).as_aggregating());
}

std::vector<Value> KeyedState::keys_of(uint32_t descriptor) const {
  return table(descriptor).held_keys();
}

size_t KeyedState::entries() const {
  size_t entries = 0;
  for (const auto& table : tables_) entries += table->keys();
  return entries;
}

void KeyedState::snapshot(KeyedBytesWriter& out) const {
  for (uint32_t i = 0; i < tables(); ++i) tables_[i]->snapshot(i, out);
}

void KeyedState::restore_entry(uint32_t table, ByteReader& in) {
  check(table < tables_.size(), "a snapshot holds a state that the function does not declare");
  Value key = Value::decode(in);
  tables_[table]->restore(std::move(key), in);
}

}  // namespace leat
