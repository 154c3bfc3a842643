// The barriers of a task whose checkpoints are, or may turn, unaligned: what is done in the gate as
// AlternatingBarriers decides, and what of the in-channels is part of a checkpoint.
// (Flink: CheckpointedInputGate, SingleCheckpointBarrierHandler.)
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/runtime/alternating_barriers.h"
#include "core/runtime/channel_saver.h"
#include "core/runtime/channel_state.h"
#include "core/runtime/input_gate.h"
#include "core/trace/facts.h"

namespace leat {

class UnalignedInput final : private BarrierEffects {
 public:
  // The task. None may call back.
  class Owner {
   public:
    virtual ~Owner() = default;
    // All barriers are in (kAligned), or the first one is, and has overtaken.
    virtual void snapshot_now(CheckpointId id, ProcTime timestamp, Alignment how) = 0;
    // What the checkpoint holds of the in-channels: all of its barriers are in.
    virtual void input_is_complete(CheckpointId id, std::vector<ChannelBatch> in) = 0;
    virtual void give_up(CheckpointId id, BarrierAbort reason) = 0;
    virtual void tell(const Fact& fact) = 0;
    virtual ExecutionId execution() const = 0;
  };

  // REQUIRES: channels in the gate, all open; gate and owner outlive it.
  UnalignedInput(InputGate& gate, Duration timeout, Owner& owner);

  // A batch comes into the gate. What is urgent about it waits for settle().
  void arrived(uint32_t channel, uint64_t sequence, Batch batch);
  // Handles barriers that overtake, and those announced.
  void settle(ProcTime now);
  // It is taken at the head of its queue, or the coordinator speaks for the channel.
  void on_barrier(uint32_t channel, const CheckpointBarrier& barrier, ProcTime now);
  void on_cancel(CheckpointId id) { barriers_.on_cancel(id); }
  void on_end(uint32_t channel, ProcTime now);
  void on_time(ProcTime now);
  // ProcTime::max(): nothing.
  ProcTime next_due() const { return barriers_.next_due().value_or(ProcTime::max()); }

  bool is_open(uint32_t channel) const { return open_[channel]; }
  bool any_open() const;

 private:
  struct Urgent {
    uint32_t channel = 0;
    CheckpointBarrier barrier;
    bool announced = false;  // it waits in its queue
  };

  // BarrierEffects
  void block(uint32_t channel) override;
  void unblock(uint32_t channel) override { gate_.unblock(channel); }
  void trigger(CheckpointId id, Alignment how) override;
  void abort(CheckpointId id, BarrierAbort reason) override;
  void all_barriers(CheckpointId id) override;
  bool start_saving(CheckpointId id) override;
  void stop_saving(CheckpointId id) override;
  void overtake(uint32_t channel) override;

  void begin(const CheckpointBarrier& barrier);
  IncomingBarrier incoming(const CheckpointBarrier& barrier) const;
  void save(CheckpointId id, uint32_t channel, const Batch& batch);  // the data of it
  void save_queued(CheckpointId id, uint32_t channel);

  InputGate& gate_;
  const Duration timeout_;
  Owner& owner_;
  AlternatingBarriers barriers_;
  std::vector<ChannelSaver> savers_;  // by channel
  std::vector<bool> open_;            // the same
  std::deque<Urgent> urgent_;
  CheckpointId handling_;                       // of the barrier at hand
  std::map<uint32_t, CheckpointId> announced_;  // by channel: the last one
  std::map<CheckpointId, std::vector<ChannelBatch>> saved_;
  ProcTime timestamp_;  // of the latest checkpoint
};

}  // namespace leat
