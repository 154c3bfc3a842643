// What a task does with its input, in the order of the stream, to the end of it; and with barriers.
#include <algorithm>

#include "core/runtime/subtask.h"

namespace leat {

// ---- one step ----

// The world has picked this channel or split. Where it cannot be read now the step is not taken; it
// is announced again when that has changed.
void Subtask::on_run(uint32_t channel) {
  if (source_ != nullptr) {
    if (running() && !ending_) guarded([&] { read_split(channel); });
    return;
  }
  gate_.end_announcement(channel);
  if (!running()) return;
  guarded([&] {
    if (gate_.readable(channel) && takes_input()) take_batch(channel);
  });
}

void Subtask::read_split(uint32_t split) {
  if (!takes_input()) {
    waiting_splits_.push_back(split);
    return;
  }
  source_->read(split, outputs_.batch_rows(), chain_.head());
  chain_.head().flush();
  end_source_if_finished();
}

void Subtask::take_batch(uint32_t channel) {
  QueuedBatch item = gate_.pop(channel);
  RowBatch& rows = item.batch.rows;
  if (item.restored) {
    tell(RestoredProcessed{execution(), channel, rows.size()});
  } else {
    tell(BatchProcessed{execution(), channel, item.sequence, rows.size()});
  }
  if (!rows.empty()) {
    const JobEdge& edge = host_.program().job.edges[gate_.channel(channel).edge];
    chain_.head().receive(edge.to_input, rows);
  }
  on_control(channel, item.batch.control);
  give_credits_back(channel);
}

void Subtask::give_credits_back(uint32_t channel) {
  const uint32_t credits = gate_.take_credits(channel);
  if (credits == 0 || dead()) return;
  const InChannel& wiring = gate_.channel(channel);
  const Placement& producer = peer(wiring.producer);
  host_.send_credit({wiring.producer, producer.attempt}, producer.process, wiring.producer_channel,
                    credits);
}

void Subtask::on_control(uint32_t channel, const Control& control) {
  struct Handler {
    Subtask& task;
    uint32_t channel;
    void operator()(std::monostate) const {}
    void operator()(Watermark w) const {
      task.hand_on(task.watermarks_->on_watermark(channel, w.time));
    }
    void operator()(StreamStatus s) const { task.hand_on(task.watermarks_->on_status(channel, s)); }
    void operator()(CheckpointBarrier b) const { task.on_barrier(channel, b); }
    void operator()(CancelCheckpointMarker m) const { task.on_cancel(channel, m.id); }
    void operator()(EndOfData e) const { task.on_end_of_data(channel, e); }
    void operator()(EndOfPartition) const {
      check(task.ends_[channel].has_value(), "a channel ends before its data");
      task.on_end_of_partition(channel);
    }
  };
  std::visit(Handler{*this, channel}, control);
}

void Subtask::hand_on(const InputWatermarks::Outputs& combined) {
  for (const WatermarkValve::Output& output : combined) {
    if (output.watermark) chain_.head().receive(Watermark{*output.watermark});
    if (output.status) chain_.head().receive(*output.status);
  }
}

// ---- the end ----

void Subtask::on_end_of_data(uint32_t channel, EndOfData end) {
  check(!ends_[channel].has_value(), "the data of a channel ends twice");
  ends_[channel] = end;
  bool drain = true;  // only if all channels say so
  for (const std::optional<EndOfData>& other : ends_) {
    if (!other) return;
    drain &= other->drain;
  }
  ending_ = EndOfData{drain};
}

void Subtask::end_source_if_finished() {
  if (source_ == nullptr || ending_ || dead() || !source_->finished()) return;
  ChainNode& head = chain_.head();
  head.wake_up();
  head.emit(Watermark{EventTime::max()});
  ending_ = EndOfData{};
}

// Operators may have work that takes its time: then this is tried again after each call.
void Subtask::finish_data() {
  if (!ending_ || data_finished_ || dead()) return;
  if (ending_->drain && !chain_.finish()) return;
  outputs_.broadcast(*ending_);
  data_finished_ = true;
  checkpoints_.data_finished();
  if (!dead()) host_.report_end_of_data(execution());
}

// A task that has finished its data stays until a checkpoint holds the fact and is complete: what
// it has emitted last would otherwise be lost with the next failure. (StreamTask.afterInvoke.)
void Subtask::close_if_done() {
  if (!data_finished_) return;
  if (!closing_) {
    const bool checkpoints = host_.program().graph.config.checkpoint.interval.has_value();
    if (checkpoints && !checkpoints_.final_complete()) return;
    if (any_channel_open()) return;
    if (!chain_.ready_to_close()) return;
    closing_ = true;
    chain_.close();
    outputs_.broadcast(EndOfPartition{});
  }
  if (!outputs_.available()) return;  // the end itself waits for credits
  state_ = ExecutionState::kFinished;
  host_.env().trace().add(host_.env().now(), TaskFinished{execution()});
  host_.report_finished(execution());
}

// ---- checkpoints ----

void Subtask::on_barrier(uint32_t channel, const CheckpointBarrier& barrier) {
  if (unaligned_) {
    unaligned_->on_barrier(channel, barrier, host_.env().now());
  } else {
    barrier_timestamp_ = std::max(barrier_timestamp_, barrier.timestamp);
    act(barriers_->on_barrier(channel, barrier.id));
  }
}

void Subtask::on_cancel(uint32_t channel, CheckpointId id) {
  if (unaligned_) {
    unaligned_->on_cancel(id);
  } else {
    act(barriers_->on_cancel(channel, id));
  }
}

void Subtask::on_end_of_partition(uint32_t channel) {
  if (unaligned_) {
    unaligned_->on_end(channel, host_.env().now());
  } else {
    act(barriers_->on_end(channel));
  }
}

bool Subtask::any_channel_open() const {
  return (barriers_ && barriers_->any_open()) || (unaligned_ && unaligned_->any_open());
}

// How a barrier begins that this task sends on.
BarrierKind Subtask::own_kind() const {
  const CheckpointConfig& checkpoint = host_.program().graph.config.checkpoint;
  if (!checkpoint.is_unaligned()) return BarrierKind::kAligned;
  return checkpoint.alignment_timeout.ms > 0 ? BarrierKind::kTimeout : BarrierKind::kUnaligned;
}

void Subtask::snapshot_now(CheckpointId id, ProcTime timestamp, Alignment how) {
  if (how == Alignment::kAligned) tell(BarrierAligned{execution(), id});
  const BarrierKind kind = how == Alignment::kUnaligned ? BarrierKind::kUnaligned : own_kind();
  checkpoints_.perform({id, timestamp, kind}, SubtaskCheckpoints::InChannels::kFollow);
}

void Subtask::input_is_complete(CheckpointId id, std::vector<ChannelBatch> in) {
  checkpoints_.add_in_channels(id, std::move(in));
}

void Subtask::give_up(CheckpointId id, BarrierAbort reason) {
  const bool later = reason == BarrierAbort::kSubsumed || reason == BarrierAbort::kOvertakenByLater;
  checkpoints_.abort_on_barrier(
      id, later ? AbortReason::kSubsumed : AbortReason::kTaskNotRunning,
      later ? "a later checkpoint has begun" : "cancelled upstream, or a channel has ended");
}

void Subtask::act(const std::vector<BarrierAction>& actions) {
  using Kind = BarrierAction::Kind;
  Env& env = host_.env();
  for (const BarrierAction& action : actions) {
    switch (action.kind) {
      case Kind::kBlock:
        gate_.block(action.channel);
        env.trace().add(env.now(), BarrierReceived{execution(), action.channel, action.checkpoint});
        break;
      case Kind::kTrigger:
        env.trace().add(env.now(), BarrierAligned{execution(), action.checkpoint});
        checkpoints_.perform({action.checkpoint, barrier_timestamp_});
        break;
      case Kind::kAbortSubsumed:
        checkpoints_.abort_on_barrier(action.checkpoint, AbortReason::kSubsumed,
                                      "a later checkpoint has begun");
        break;
      case Kind::kAbortCancelled:
        checkpoints_.abort_on_barrier(action.checkpoint, AbortReason::kTaskNotRunning,
                                      "cancelled upstream");
        break;
      case Kind::kAbortInputEnded:
        checkpoints_.abort_on_barrier(action.checkpoint, AbortReason::kTaskNotRunning,
                                      "a channel has ended");
        break;
      case Kind::kUnblock:
        gate_.unblock(action.channel);
        break;
    }
  }
}

void Subtask::trigger_checkpoint(CheckpointId id, ProcTime timestamp) {
  if (dead()) return;
  // A task whose channels have begun to end can send no barrier any more.
  if (!running() || closing_) {
    host_.decline(execution(), id, AbortReason::kTaskNotRunning, "the task is not running");
    // Nobody downstream shall wait for a barrier from here.
    if (state_ == ExecutionState::kInitializing) {
      guarded([&] { outputs_.broadcast(CancelCheckpointMarker{id}); });
    }
    return;
  }
  guarded([&] {
    if (!any_channel_open()) {
      checkpoints_.perform({id, timestamp, own_kind()});
      return;
    }
    // All tasks before this one have finished, but the ends of some channels are not taken yet: the
    // trigger stands for their barriers. (StreamTask.triggerUnfinishedChannelsCheckpoint.)
    for (uint32_t c = 0; c < gate_.size(); ++c) {
      const bool open = unaligned_ ? unaligned_->is_open(c) : barriers_->is_open(c);
      if (open) on_barrier(c, {id, timestamp, BarrierKind::kUnaligned});
    }
  });
}

void Subtask::notify_complete(CheckpointId id) {
  if (running()) guarded([&] { checkpoints_.notify_complete(id); });
}

void Subtask::notify_aborted(CheckpointId id, CheckpointId latest_complete) {
  if (running()) guarded([&] { checkpoints_.notify_aborted(id, latest_complete); });
}

}  // namespace leat
