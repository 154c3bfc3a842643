#include "core/graph/two_input_functions.h"

namespace leat {

std::vector<Value::MapEntry> BroadcastState::entries() const {
  std::vector<Value::MapEntry> all;
  all.reserve(entries_.size());
  entries_.for_each([&](const Value& key, const Value& value) { all.emplace_back(key, value); });
  return all;
}

const BroadcastState& BroadcastStates::at(uint32_t descriptor) const {
  if (descriptor >= states_.size())
    throw JobError("the function asks for a broadcast state that it did not declare");
  return states_[descriptor];
}

BroadcastState& BroadcastStates::at(uint32_t descriptor) {
  return const_cast<BroadcastState&>(std::as_const(*this).at(descriptor));
}

}  // namespace leat
