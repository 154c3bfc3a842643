// Keyed states of a call that is recorded, and of the same call played back.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/graph/state.h"
#include "sim/explore/call_tape.h"

namespace leat {

// Keeps what is handed out for as long as the call.
class StatesOfOneCall : public StateAccess {
 protected:
  template <class State>
  static State& kept(std::vector<std::unique_ptr<State>>& in, std::unique_ptr<State> state) {
    in.push_back(std::move(state));
    return *in.back();
  }
  std::vector<std::unique_ptr<ValueState>> values_;
  std::vector<std::unique_ptr<ListState>> lists_;
  std::vector<std::unique_ptr<MapState>> maps_;
  std::vector<std::unique_ptr<ReducingState>> reducing_;
  std::vector<std::unique_ptr<AggregatingState>> aggregating_;
};

// Hands out the function's states and writes down what is asked of them and answered.
// REQUIRES: the states and the tape outlive this.
class RecordedStates final : public StatesOfOneCall {
 public:
  RecordedStates(StateAccess& states, CallTape& tape) : states_(states), tape_(tape) {}
  ValueState& value(uint32_t descriptor) override;
  ListState& list(uint32_t descriptor) override;
  MapState& map(uint32_t descriptor) override;
  ReducingState& reducing(uint32_t descriptor) override;
  AggregatingState& aggregating(uint32_t descriptor) override;

 private:
  StateAccess& states_;
  CallTape& tape_;
};

// Answers as the tape says, and compares what is asked with it.
class PlayedStates final : public StatesOfOneCall {
 public:
  explicit PlayedStates(TapePlayer& player) : player_(player) {}
  ValueState& value(uint32_t descriptor) override;
  ListState& list(uint32_t descriptor) override;
  MapState& map(uint32_t descriptor) override;
  ReducingState& reducing(uint32_t descriptor) override;
  AggregatingState& aggregating(uint32_t descriptor) override;

 private:
  TapePlayer& player_;
};

}  // namespace leat
