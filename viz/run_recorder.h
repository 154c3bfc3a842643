// Collects from a real run what the pictures need: watches its facts, taps its records. Nothing is
// computed that the engine has not said, but for matching: a late record's fact names only its
// event time, so the source record it belongs to is the earliest-read one of that time not yet
// called late.
//
// Memory is bounded by RecorderLimits: beyond them records in time are thinned (every second one
// goes, again and again), late ones never; steps of watermarks are thinned alike; further panes and
// sink rows are counted only.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/graph/job_graph.h"
#include "core/trace/trace.h"
#include "viz/run_view.h"

namespace leat {

class Recording;

struct RecorderLimits {
  size_t marks = 100'000;  // records kept one by one
  size_t steps = 4'000;    // of one watermark
  size_t panes = 100'000;
  size_t snapshots = 2'000;  // sizes of one subtask
  size_t resets = 1'000;
  size_t sink_rows = 500;  // of one sink, for the table
};

// Event times of records whose source gives them none: those of an assigner behind it, by offset.
using AssignedTimes = std::map<std::pair<NodeId, uint32_t>, std::vector<Timestamp>>;  // by split

class RunRecorder final : public FactObserver, public RecordTap {
 public:
  // REQUIRES: the program outlives the recorder.
  explicit RunRecorder(const JobProgram& program, RecorderLimits limits = {},
                       AssignedTimes assigned = {});
  ~RunRecorder() override;

  void on_fact(ProcTime at, const Fact& fact) override;

  void on_source_rows(ExecutionId, NodeId, uint32_t split, uint64_t first,
                      const RowBatch&) override;
  void on_operator_input(ExecutionId, NodeId, uint32_t input, const RowBatch&) override;
  void on_operator_output(ExecutionId, NodeId, uint32_t output, const RowBatch&) override;
  void on_committed_rows(NodeId sink, uint64_t transaction, const RowBatch&) override;

  // What was seen so far; may be asked at any time.
  RunView view() const;

 private:
  std::unique_ptr<Recording> recording_;
};

}  // namespace leat
