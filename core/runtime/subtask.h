// The Task of the engine: gate, valve, barriers, chain and outputs of one attempt put together.
// (Flink: StreamTask.)
//
// Every call from the host ends in settle(): what the call has made goes out as far as credits
// allow, and each channel or split that could do a step now is announced, once.
#pragma once

#include <optional>
#include <vector>

#include "core/operators/input_watermarks.h"
#include "core/runtime/input_barriers.h"
#include "core/runtime/input_gate.h"
#include "core/runtime/subtask_checkpoints.h"
#include "core/runtime/unaligned_input.h"

namespace leat {

class Subtask final : public Task, private ChainServices, private UnalignedInput::Owner {
 public:
  Subtask(TaskHost& host, TaskDescription description, uint32_t local_task,
          const OperatorFactory& factory);

  ExecutionId execution() const override { return description_.execution; }
  ExecutionState state() const override { return state_; }

  void start() override;
  void on_run(uint32_t channel) override;
  void on_timer(const TimerTag& tag) override;
  void on_blob(BlobReply reply) override;
  void on_batch(uint32_t channel, uint64_t sequence, Batch batch) override;
  void on_credit(uint32_t out_channel, uint32_t credits) override;
  void on_partition_request(uint32_t out_channel, ExecutionId consumer, uint32_t credits) override;
  void partition_not_found(uint32_t in_channel) override;
  void on_external(NodeId node, std::string_view body) override;
  void on_disconnect(ProcessId peer) override;
  void trigger_checkpoint(CheckpointId id, ProcTime timestamp) override;
  void notify_complete(CheckpointId id) override;
  void notify_aborted(CheckpointId id, CheckpointId latest_complete) override;
  void on_coordinator_event(NodeId node, std::string_view event) override;
  void discard_snapshots() override { checkpoints_.discard(); }

 private:
  // ChainServices
  TaskHost& host() override { return host_; }
  uint32_t local_task() const override { return local_task_; }
  Entity who() const override { return entity_; }
  TimerId call_at(ProcTime when, Entity who, TimerKind kind, uint32_t node, uint64_t arg) override;
  void announce_split(uint32_t split, ProcTime not_before) override;
  void hold_acknowledgement(CheckpointId id) override { checkpoints_.hold(id); }
  void release_acknowledgement(CheckpointId id) override { checkpoints_.release(id); }
  void enter_epoch(CheckpointId id) override;
  void fail(const std::string& cause) override { fail(FailureKind::kRefusedByLog, cause); }
  void spend(uint64_t work) override {
    work_ += work;
    if (work_ > work_max_) [[unlikely]]
      too_much_work();
  }
  bool dead() const override { return state_ == ExecutionState::kFailed; }

  // UnalignedInput::Owner
  void snapshot_now(CheckpointId id, ProcTime timestamp, Alignment how) override;
  void input_is_complete(CheckpointId id, std::vector<ChannelBatch> in) override;
  void give_up(CheckpointId id, BarrierAbort reason) override;
  void tell(const Fact& fact) override { host_.env().trace().add(host_.env().now(), fact); }

  // Runs a part of the task in which user code may throw, and then settles.
  template <class F>
  void guarded(F&& part);
  void fail(FailureKind kind, const std::string& cause);
  [[noreturn]] void too_much_work() const;
  void settle();
  bool running() const { return state_ == ExecutionState::kRunning; }
  // Output has room, no operator is full, and none is about to finish.
  bool takes_input();
  bool has_inputs() const { return gate_.size() > 0; }
  const Placement& peer(SubtaskId subtask) const;

  std::vector<uint32_t> input_of_channel() const;
  void draw_batching();
  void begin_running(std::string_view snapshot);
  void request_partition(uint32_t in_channel);

  void take_batch(uint32_t channel);
  void read_split(uint32_t split);
  void give_credits_back(uint32_t channel);
  void on_control(uint32_t channel, const Control& control);
  void on_end_of_data(uint32_t channel, EndOfData end);
  void hand_on(const InputWatermarks::Outputs& combined);
  void act(const std::vector<BarrierAction>& actions);
  void on_barrier(uint32_t channel, const CheckpointBarrier& barrier);
  void on_cancel(uint32_t channel, CheckpointId id);
  void on_end_of_partition(uint32_t channel);
  bool any_channel_open() const;
  BarrierKind own_kind() const;
  void restore_channels(ChannelState channels);

  void end_source_if_finished();
  void finish_data();
  void close_if_done();

  void announce();
  void announce(uint32_t channel, ProcTime not_before);

  TaskHost& host_;
  TaskDescription description_;
  const uint32_t local_task_;
  const Entity entity_;
  const uint64_t work_max_;  // of one step
  uint64_t work_ = 0;        // of this one
  ExecutionState state_ = ExecutionState::kDeploying;

  InputGate gate_;
  std::optional<InputWatermarks> watermarks_;  // of a task with inputs
  std::optional<InputBarriers> barriers_;      // the same
  std::optional<UnalignedInput> unaligned_;    // in their place, where barriers may overtake
  ProcTime alignment_timer_ = ProcTime::max();
  ProcTime barrier_timestamp_;  // of the checkpoint that is aligning
  Outputs outputs_;
  OperatorChain chain_;
  SubtaskCheckpoints checkpoints_;

  SourceOperator* source_ = nullptr;      // the head, if it is one
  std::vector<uint32_t> waiting_splits_;  // their steps came while the outputs were full
  uint32_t splits_seen_ = 0;              // all announced ones are below this

  std::vector<std::optional<EndOfData>> ends_;  // of the in-channels
  std::optional<EndOfData> ending_;             // all data has come; operators may still be at work
  bool data_finished_ = false;
  bool closing_ = false;
  bool flush_timer_set_ = false;
};

template <class F>
void Subtask::guarded(F&& part) {
  if (dead()) return;
  work_ = 0;
  try {
    part();
    finish_data();
  } catch (const InvariantViolation&) {
    throw;  // our bug, not the job's
  } catch (const std::exception& error) {
    fail(work_ > work_max_ ? FailureKind::kTooMuchWork : FailureKind::kUserCode, error.what());
  }
  settle();
}

}  // namespace leat
