// What each kind of fact adds to a recording.
#include <algorithm>

#include "viz/recording.h"

namespace leat {

// The watermarks of what ran in the process are gone with it.
void Recording::on(const ProcessDied& f) {
  view_.crashes.push_back({now_, f.process});
  const auto ran_there = [&](NodeId node, uint32_t subtask) {
    const auto view = subtasks_.find({program_.job.vertex_of(node), subtask});
    return view != subtasks_.end() && view->second.process == f.process;
  };
  for (auto& [place, op] : operators_) {
    if (ran_there(op.node, op.subtask) && !op.watermark.empty())
      add_step(op.watermark, std::nullopt);
  }
  for (auto& [place, split] : splits_) {
    if (ran_there(split.node, split.subtask)) end_line(place, split);
  }
}
void Recording::on(const ConnectionReset& f) {
  if (view_.resets.size() < limits_.resets) view_.resets.push_back({now_, f.a, f.b});
}
void Recording::on(const FaultInjected& f) { view_.faults.push_back({now_, f.kind, f.process}); }
void Recording::on(const JobStatusChanged& f) { view_.status = f.status; }

// Everything after the restored checkpoint is undone: panes that fired behind their subtask's
// snapshot, and the watermarks, which are not part of a checkpoint.
void Recording::on(const JobRestored& f) {
  RestoreView restore{now_, f.checkpoint, std::nullopt, std::nullopt};
  if (!view_.crashes.empty()) {
    const ProcTime before = view_.restores.empty() ? ProcTime{} : view_.restores.back().at;
    for (const CrashView& crash : view_.crashes) {
      if (crash.at >= before && !restore.failed) restore.failed = crash.at;
    }
  }
  const auto checkpoint = checkpoints_.find(f.checkpoint);
  if (checkpoint != checkpoints_.end()) restore.since = checkpoint->second.triggered;
  view_.restores.push_back(restore);
  for (PaneView& pane : view_.panes) {
    const SubtaskId subtask{program_.job.vertex_of(pane.node), pane.subtask};
    const auto snapshot = snapshot_order_.find({subtask, f.checkpoint});
    if (snapshot == snapshot_order_.end() || pane.order > snapshot->second) pane.rolled_back = true;
  }
  for (auto& [place, op] : operators_) {
    if (!op.watermark.empty()) add_step(op.watermark, std::nullopt);
    op.ended = false;
  }
  for (auto& [place, split] : splits_) end_line(place, split);
  in_hand_.clear();
}

void Recording::end_line(Place place, SplitView& split) {
  if (!split.watermark.empty()) add_step(split.watermark, std::nullopt);
  const auto idle = idle_since_.find(place);
  if (idle == idle_since_.end()) return;
  split.idle.push_back({idle->second, now_});
  idle_since_.erase(idle);
}

void Recording::on(const CheckpointTriggered& f) { checkpoint_of(f.checkpoint).triggered = now_; }
void Recording::on(const CheckpointCompleted& f) { checkpoint_of(f.checkpoint).completed = now_; }
void Recording::on(const CheckpointAborted& f) {
  CheckpointView& checkpoint = checkpoint_of(f.checkpoint);
  checkpoint.aborted = now_;
  checkpoint.reason = f.reason;
}
void Recording::on(const SnapshotTaken& f) {
  SubtaskView& subtask = subtask_of(f.execution.subtask);
  if (subtask.state_bytes.size() < limits_.snapshots) subtask.state_bytes[f.checkpoint] = f.bytes;
  snapshot_order_[{f.execution.subtask, f.checkpoint}] = order_;
}

void Recording::on(const TaskDeployed& f) {
  SubtaskView& subtask = subtask_of(f.execution.subtask);
  ++subtask.attempts;
  subtask.process = f.process;
  subtask.restored_from = f.checkpoint;
}
void Recording::on(const TaskFailed& f) { subtask_of(f.execution.subtask).failed = true; }
void Recording::on(const BatchSent& f) {
  subtask_of(f.execution.subtask).rows_by_channel[f.channel] += f.rows;
}

void Recording::on(const SplitAssigned& f) {
  split_of(f.node, f.split).subtask = f.execution.subtask.index;
}
void Recording::on(const SplitRead& f) {
  split_of(f.node, f.split).subtask = f.execution.subtask.index;
  const auto rows = read_rows_.find({f.node, f.split});
  if (rows != read_rows_.end() && rows->second == f.first) {
    marks_.read_was_at(f.node, f.split, f.first, f.count, now_);
    read_rows_.erase(rows);
  } else {
    read_fact_[{f.node, f.split}] = f.first;
  }
}
void Recording::on(const SplitFinished& f) {
  end_line({f.node, f.split}, split_of(f.node, f.split));
}
void Recording::on(const SplitWatermark& f) {
  add_step(split_of(f.node, f.split).watermark, f.time);
}
void Recording::on(const SplitIdle& f) {
  if (f.idle != 0) {
    idle_since_.try_emplace({f.node, f.split}, now_);
    return;
  }
  const auto since = idle_since_.find({f.node, f.split});
  if (since == idle_since_.end()) return;
  split_of(f.node, f.split).idle.push_back({since->second, now_});
  idle_since_.erase(since);
}

void Recording::on(const WatermarkAdvanced& f) {
  OperatorView& op = operator_of(f.node, f.execution.subtask.index);
  add_step(op.watermark, f.time);
  const auto hand = in_hand_.find({f.execution, f.node});
  if (hand != in_hand_.end()) hand->second.times.clear();  // what fires now, no row has caused
  if (f.time == EventTime::max()) {
    op.ended = true;
  } else {
    op.last_watermark = f.time;
  }
}

void Recording::on(const LateRecord& f) {
  OperatorView& op = operator_of(f.node, f.execution.subtask.index);
  ++(f.to_side != 0 ? op.late_to_side : op.late_dropped);
  InHand& hand = in_hand_[{f.execution, f.node}];
  const auto row = std::find(hand.times.begin(), hand.times.end(), f.time);
  if (row != hand.times.end()) hand.times.erase(hand.times.begin(), row + 1);
  marks_.settle(f.node, f.time, f.to_side != 0 ? Fate::kTooLateSide : Fate::kTooLateDropped, now_);
}

// An answer that a row has caused behind the end of its window amends it. The row is the next one
// of the batch in hand that falls into the window.
void Recording::on(const PaneFired& f) {
  OperatorView& op = operator_of(f.node, f.execution.subtask.index);
  ++op.panes;
  if (TimeWindow{f.start.ms, f.end.ms}.is_global()) return;  // it has no place on a timeline
  InHand& hand = in_hand_[{f.execution, f.node}];
  const bool over = !op.watermark.empty() && op.watermark.back().watermark &&
                    *op.watermark.back().watermark >= f.end - Duration{1};
  if (over) {
    const auto row = std::find_if(hand.times.begin(), hand.times.end(),
                                  [&](EventTime t) { return f.start <= t && t < f.end; });
    if (row != hand.times.end()) {
      marks_.settle(f.node, *row, Fate::kLateAccepted, now_);
      hand.times.erase(hand.times.begin(), row + 1);
    }
  }
  if (view_.panes.size() >= limits_.panes) {
    ++view_.panes_left_out;
    return;
  }
  hand.panes.push_back(view_.panes.size());
  PaneView pane;
  pane.node = f.node;
  pane.subtask = f.execution.subtask.index;
  pane.start = f.start;
  pane.end = f.end;
  pane.key_hash = f.key;
  pane.at = now_;
  pane.order = order_;
  pane.late = f.late != 0;
  view_.panes.push_back(std::move(pane));
}

void Recording::on(const LogAppended& f) { sink_of(f.sink).rows_visible += f.rows; }
void Recording::on(const TransactionCommitted& f) {
  SinkView& sink = sink_of(f.sink);
  sink.rows_visible += f.rows;
  ++sink.transactions;
  SinkPart& part = sink.by_subtask[f.subtask];
  part.rows += f.rows;
  ++part.transactions;
}
void Recording::on(const TransactionAborted& f) { ++sink_of(f.sink).aborted; }

}  // namespace leat
