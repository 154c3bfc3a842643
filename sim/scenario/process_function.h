// The process function that a scenario file describes, of one input or of two, keyed or not: lists
// of actions over expressions.
//
// Names in its expressions: the row's fields (of its input), or the key's fields (timers), the
// states, and `timestamp`, `watermark`, `now`, `time` (the timer's). An unset state is null; a list
// state reads as its list, a map state as its map, a reducing or aggregating state as what it has
// made of all.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/functions.h"
#include "core/graph/two_input_functions.h"
#include "sim/scenario/expr.h"

namespace leat {

struct ProcessAction {
  enum class Kind : uint8_t {
    kSet,     // a value, or all of a list
    kUpdate,  // all of a list: its elements, one expression each
    kAdd,     // to a list, or to what a reducing or aggregating state folds
    kAddAll,  // to a list: elements, one expression each
    kPut,     // into a map: key, value
    kRemove,  // from a map: key
    kClear,
    kEmit,
    kSide,
    kTimer,
    kDeleteTimer,
    kProcessingTimer,
    kDeleteProcessingTimer,
    kStop
  };
  Kind kind = Kind::kStop;
  uint32_t target = 0;             // state, or side output
  std::vector<Expression> values;  // one but for update, add all, emit, side and put
};
// What is done if `when` holds (always, where there is none), in order.
struct ProcessStep {
  std::optional<Expression> when;
  std::vector<ProcessAction> actions;
};
struct ProcessProgram {
  std::vector<StateDescriptor> states;
  uint32_t key_width = 0;
  std::array<std::vector<ProcessStep>, 2> on_row;  // by input
  std::vector<ProcessStep> on_event_timer;
  std::vector<ProcessStep> on_processing_timer;
};

// Where the locals stand in an expression's second row.
struct ProcessLocals {
  static constexpr uint32_t kTimestamp = 0, kWatermark = 1, kNow = 2, kTime = 3, kStates = 4;
  static constexpr uint32_t kMaxStates = 16, kMaxKeys = 8;
  static constexpr uint32_t kSize = kStates + kMaxStates + kMaxKeys;
};

std::unique_ptr<KeyedProcessFunction> process_function(ProcessProgram program);
// REQUIRES: no states, nor anything of timers; as for a co-process function of streams without
// keys.
std::unique_ptr<ProcessFunction> unkeyed_process_function(ProcessProgram program);
std::unique_ptr<CoProcessFunction> co_process_function(ProcessProgram program);

}  // namespace leat
