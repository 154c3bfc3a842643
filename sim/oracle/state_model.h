// Keyed state from its definition: what one state of one key holds is a short list of values with
// times, and every call walks over it. Knows nothing of the engine's tables.
//
// Background cleanup is not modelled: nothing may depend on it.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/graph/state.h"

namespace leat {

struct TimedValue {
  Value key;  // of a map's entry
  Value value;
  int64_t time = 0;  // of the last write, or of the last read where reading renews
};
// A value, reduced value or accumulator: at most one. A list or map: its elements or entries.
using StateContents = std::vector<TimedValue>;

// The states of one key while a function is called.
class StateModel final : public StateAccess {
 public:
  // REQUIRES: both outlive the model, and contents.size() == descriptors.size().
  StateModel(const std::vector<StateDescriptor>& descriptors, std::vector<StateContents>& contents,
             ProcTime now);

  ValueState& value(uint32_t descriptor) override;
  ListState& list(uint32_t descriptor) override;
  MapState& map(uint32_t descriptor) override;
  ReducingState& reducing(uint32_t descriptor) override;
  AggregatingState& aggregating(uint32_t descriptor) override;

  // What an accessor stands on.
  struct One {
    const StateDescriptor& descriptor;
    StateContents& contents;
    int64_t now;

    bool expired(const TimedValue& kept) const;
    bool shows_expired() const;
    bool renews() const;
    // Meets a value as a read does: nothing where it is not seen. What is expired goes.
    std::optional<Value> read(size_t index);
    std::optional<Value> read_single();
    void set_single(Value value);
    // What an addition goes on from.
    std::optional<Value> before_adding() const;
  };

 private:
  template <class State>
  State& accessor(uint32_t descriptor);

  using Accessor = std::variant<std::unique_ptr<ValueState>, std::unique_ptr<ListState>,
                                std::unique_ptr<MapState>, std::unique_ptr<ReducingState>,
                                std::unique_ptr<AggregatingState>>;
  std::vector<Accessor> accessors_;
};

}  // namespace leat
