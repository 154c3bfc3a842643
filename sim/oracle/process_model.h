// A process function, interpreted naively: one map of contents and one ordered set of timers, one
// row or timer at a time. Of one input or of two, with a key or without (then it has neither state
// nor timers), with broadcast state or without.
//
// In batch mode (ExecutionMode) the rows of a key stand together; behind the last of them all of
// its timers fire, what those register never does, and nothing of the key is left.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/graph/stream_graph.h"
#include "sim/oracle/expected.h"
#include "sim/oracle/state_model.h"

namespace leat {

struct ProcessState {
  std::map<Value, std::vector<StateContents>> contents;  // by key
  std::set<std::pair<int64_t, Value>> event_timers;      // (time, key)
  std::set<std::pair<int64_t, Value>> processing_timers;
  BroadcastStates rules{0};
};

// A function as it is called here: with the input that a row comes from, and with broadcast state
// (empty where it declares none).
class ToldFunction;

class ProcessModel {
 public:
  // Process functions, and what can be told as one. In batch mode those of one input only.
  static bool interprets(const StreamNode& node, ExecutionMode mode);
  // REQUIRES: interprets(node, mode), and the node outlives the model.
  explicit ProcessModel(const StreamNode& node, ExecutionMode mode = ExecutionMode::kStreaming);
  ~ProcessModel();
  ProcessModel(ProcessModel&&) noexcept;

  ProcessState& state() { return state_; }
  EventTime watermark() const { return watermark_; }
  // Goes on with this state, from the watermark MIN.
  void restart(ProcessState state);

  // Append what is emitted to the queues: [0] the main output, [1 + i] side output i. False: the
  // function failed, and so does the task.
  bool on_rows(uint32_t input, const RowBatch& rows, ProcTime now,
               std::vector<ExpectedRowsQueue>& out);
  bool on_watermark(EventTime time, ProcTime now, std::vector<ExpectedRowsQueue>& out);
  // A processing timer fires when the clock says so. A timer that is not set does nothing.
  bool on_processing_timer(int64_t time, const Value& key, ProcTime now,
                           std::vector<ExpectedRowsQueue>& out);

 private:
  class Context;
  class BroadcastSide;
  Value key_of_row(uint32_t input, RowView row) const;
  bool call(uint32_t input, RowView row, Timestamp time, ProcTime now,
            std::vector<ExpectedRowsQueue>& out);
  bool end_key(ProcTime now, std::vector<ExpectedRowsQueue>& out);
  bool drops_timers() const {
    return mode_ == ExecutionMode::kBatch && watermark_ == EventTime::max();
  }
  bool fire(TimeDomain domain, int64_t time, const Value& key, ProcTime now,
            std::vector<ExpectedRowsQueue>& out);

  const StreamNode& node_;
  std::unique_ptr<const ToldFunction> function_;
  const ExecutionMode mode_;
  std::vector<StateDescriptor> states_;
  ProcessState state_;
  EventTime watermark_ = EventTime::min();
  std::optional<Value> key_;  // batch: whose rows are coming
  uint64_t rank_ = 0;
  int64_t rank_time_ = 0;
};

}  // namespace leat
