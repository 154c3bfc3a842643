// The state of a RunRecorder while the run goes on: one method a kind of fact, one a kind of tap.
#pragma once

#include <deque>

#include "viz/record_marks.h"
#include "viz/run_recorder.h"

namespace leat {

class Recording {
 public:
  Recording(const JobProgram& program, RecorderLimits limits, AssignedTimes assigned);

  void add(ProcTime at, const Fact& fact);
  void source_rows(NodeId node, uint32_t split, uint64_t first, const RowBatch& rows);
  void operator_input(ExecutionId execution, NodeId node, const RowBatch& rows);
  void operator_output(ExecutionId execution, NodeId node, uint32_t output, const RowBatch& rows);
  void committed_rows(NodeId sink, const RowBatch& rows);
  RunView view() const;

 private:
  using Place = std::pair<NodeId, uint32_t>;  // a node and a subtask, or a node and a split

  // What an operator has in hand: the times of its input batch not yet called late, in order, and
  // its panes whose rows have not come out yet.
  struct InHand {
    std::deque<EventTime> times;
    std::deque<size_t> panes;  // indices into view_.panes
  };

  template <class F>
  void on(const F&) {}  // kinds that no picture shows
  void on(const ProcessDied& f);
  void on(const ConnectionReset& f);
  void on(const FaultInjected& f);
  void on(const JobStatusChanged& f);
  void on(const JobRestored& f);
  void on(const CheckpointTriggered& f);
  void on(const CheckpointCompleted& f);
  void on(const CheckpointAborted& f);
  void on(const SnapshotTaken& f);
  void on(const TaskDeployed& f);
  void on(const TaskFailed& f);
  void on(const BatchSent& f);
  void on(const SplitAssigned& f);
  void on(const SplitRead& f);
  void on(const SplitFinished& f);
  void on(const SplitWatermark& f);
  void on(const SplitIdle& f);
  void on(const WatermarkAdvanced& f);
  void on(const LateRecord& f);
  void on(const PaneFired& f);
  void on(const LogAppended& f);
  void on(const TransactionCommitted& f);
  void on(const TransactionAborted& f);

  SplitView& split_of(NodeId node, uint32_t split);
  OperatorView& operator_of(NodeId node, uint32_t subtask);
  SubtaskView& subtask_of(SubtaskId id);
  SinkView& sink_of(NodeId sink);
  CheckpointView& checkpoint_of(CheckpointId id);
  void add_step(std::vector<WatermarkStep>& steps, std::optional<EventTime> watermark) const;
  void end_line(Place place, SplitView& split);
  void note_opening(NodeId node, const RowBatch& rows);

  const JobProgram& program_;
  const RecorderLimits limits_;
  const AssignedTimes assigned_;
  ProcTime now_;
  uint64_t order_ = 0;
  RunView view_;  // what is in its final form already
  RecordMarks marks_;
  std::map<Place, SplitView> splits_;
  std::map<Place, OperatorView> operators_;
  std::map<SubtaskId, SubtaskView> subtasks_;
  std::map<NodeId, SinkView> sinks_;
  std::map<CheckpointId, CheckpointView> checkpoints_;
  std::map<std::pair<SubtaskId, CheckpointId>, uint64_t> snapshot_order_;
  std::map<std::pair<NodeId, EventTime>, ProcTime> openings_;
  std::map<std::pair<ExecutionId, NodeId>, InHand> in_hand_;
  std::map<Place, ProcTime> idle_since_;
  // Of a reading, the fact and the tap come in either order; the fact has the time. The offset of
  // the one that waits for the other:
  std::map<Place, uint64_t> read_fact_;
  std::map<Place, uint64_t> read_rows_;
};

}  // namespace leat
