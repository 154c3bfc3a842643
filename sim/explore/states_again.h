// Keyed states of a call that is recorded, and of the same call played back.
#pragma once

#include <memory>
#include <vector>

#include "core/graph/state.h"
#include "sim/explore/call_tape.h"

namespace leat {

// Hands out the function's states and writes down what is asked of them and answered.
// REQUIRES: the states and the tape outlive this; one call of the function.
class RecordedStates {
 public:
  RecordedStates(StateAccess& states, CallTape& tape) : states_(states), tape_(tape) {}
  ValueState& value(uint32_t descriptor);
  ListState& list(uint32_t descriptor);
  MapState& map(uint32_t descriptor);
  ReducingState& reducing(uint32_t descriptor);
  AggregatingState& aggregating(uint32_t descriptor);

 private:
  StateAccess& states_;
  CallTape& tape_;
  std::vector<std::unique_ptr<ValueState>> values_;
  std::vector<std::unique_ptr<ListState>> lists_;
  std::vector<std::unique_ptr<MapState>> maps_;
  std::vector<std::unique_ptr<ReducingState>> reducing_;
  std::vector<std::unique_ptr<AggregatingState>> aggregating_;
};

// Answers as the tape says, and compares what is asked with it.
class PlayedStates {
 public:
  explicit PlayedStates(TapePlayer& player) : player_(player) {}
  ValueState& value(uint32_t descriptor);
  ListState& list(uint32_t descriptor);
  MapState& map(uint32_t descriptor);
  ReducingState& reducing(uint32_t descriptor);
  AggregatingState& aggregating(uint32_t descriptor);

 private:
  TapePlayer& player_;
  std::vector<std::unique_ptr<ValueState>> values_;
  std::vector<std::unique_ptr<ListState>> lists_;
  std::vector<std::unique_ptr<MapState>> maps_;
  std::vector<std::unique_ptr<ReducingState>> reducing_;
  std::vector<std::unique_ptr<AggregatingState>> aggregating_;
};

}  // namespace leat
