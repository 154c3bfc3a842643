// Nodes that read two streams, process functions without a key, and calls to systems outside, as
// data (see specs.h).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/graph/join_functions.h"
#include "core/graph/two_input_functions.h"

namespace leat {

// A function over rows that have no key.
struct ProcessSpec {
  std::shared_ptr<const ProcessFunction> function;
  std::string label;
};

// ---- connected streams: any function of the rows of either input ----
struct CoMapSpec {
  std::shared_ptr<const CoMapFunction> function;
  std::string label;
};
struct CoFlatMapSpec {
  std::shared_ptr<const CoFlatMapFunction> function;
  std::string label;
};
// Keyed (both inputs) or not, as the node says.
struct CoProcessSpec {
  std::shared_ptr<const CoProcessFunction> function;
  std::string label;
};
// Input 0 is keyed or not, as the node says; every row of input 1 goes to all subtasks.
struct BroadcastProcessSpec {
  std::shared_ptr<const BroadcastProcessFunction> function;
  std::string label;
};

// ---- joins ----
// Pairs of rows of one key with left + lower <= right <= left + upper, by their timestamps.
struct IntervalJoinSpec {
  enum class Bound : uint8_t { kInclusive, kExclusive };
  Duration lower;
  Duration upper;
  Bound lower_bound = Bound::kInclusive;
  Bound upper_bound = Bound::kInclusive;
  // Side outputs that late rows go to; without one they are dropped.
  std::optional<uint32_t> late_left;
  std::optional<uint32_t> late_right;
  std::shared_ptr<const ProcessJoinFunction> function;
  std::string label;
};

// ---- async ----
struct AsyncRetrySpec {
  enum class Kind : uint8_t { kFixedDelay, kExponentialBackoff };
  Kind kind = Kind::kFixedDelay;
  int64_t attempts = 0;  // repetitions: at most this many and one calls
  Duration delay;        // the first one
  Duration max_delay;    // kExponentialBackoff
  double factor = 1;     // kExponentialBackoff
  bool on_empty = false;
  bool on_error = false;
};
struct AsyncSpec {
  enum class Mode : uint8_t { kOrdered, kUnordered };
  Mode mode = Mode::kOrdered;
  int64_t capacity = 100;           // calls and watermarks in the queue
  std::optional<Duration> timeout;  // of a call with all its repetitions
  std::optional<AsyncRetrySpec> retry;
  // How long the system outside takes to answer: a choice of the world between these.
  Duration least_latency;
  Duration most_latency;
  std::shared_ptr<const AsyncFunction> function;
  std::string label;
};

}  // namespace leat
