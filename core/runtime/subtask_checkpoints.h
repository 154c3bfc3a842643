// What one task does about checkpoints: takes the snapshot, has it stored, acknowledges, hears of
// the outcome. (Flink: SubtaskCheckpointCoordinatorImpl, and the final checkpoint of StreamTask.)
#pragma once

#include <string>
#include <vector>

#include "core/runtime/operator_chain.h"

namespace leat {

class SubtaskCheckpoints {
 public:
  SubtaskCheckpoints(ChainServices& services, OperatorChain& chain, Outputs& outputs);

  // All barriers are in (or the coordinator triggers the source): barrier out, snapshot, storage.
  // A checkpoint that was aborted before becomes a cancel marker; an older one nothing.
  void perform(CheckpointBarrier barrier) { perform(barrier, InChannels::kHaveNothing); }
  // Of a checkpoint that may hold rows of in-channels, which follow.
  enum class InChannels : uint8_t { kHaveNothing, kFollow };
  void perform(CheckpointBarrier barrier, InChannels in);
  // What it holds of them.
  void add_in_channels(CheckpointId id, std::vector<ChannelBatch> in);
  // The alignment was given up: says so to the coordinator and downstream.
  void abort_on_barrier(CheckpointId id, AbortReason reason, const std::string& cause);

  // A completion is told once, and never an older one.
  void notify_complete(CheckpointId id);
  // Tells a completion that was missed first.
  void notify_aborted(CheckpointId id, CheckpointId latest_complete);

  // The acknowledgement waits for the snapshot to be stored and for every hold to be released.
  void on_stored(const BlobReply& reply);
  void hold(CheckpointId id);
  void release(CheckpointId id);
  // Of those that are not acknowledged, what is stored.
  void discard() const;

  // The operators have finished: the first checkpoint from now on is the one to wait for.
  void data_finished() { data_finished_ = true; }
  // A checkpoint with the finished operators in it is complete, and no acknowledgement is open.
  bool final_complete() const { return final_complete_ && pending_.empty(); }

 private:
  struct Pending {
    CheckpointId id;
    SnapshotHandle handle;
    uint32_t holds = 0;
    bool taken = false;
    bool stored = false;
    bool waits_for_input = false;
    Bytes operators;  // until they are stored
    ChannelState channels;
  };
  Pending* find(CheckpointId id);
  std::string blob_name(CheckpointId id) const;
  void drop(CheckpointId id);
  void remove_stored(const Pending& pending) const;  // nobody else knows of it
  void send_barrier(const CheckpointBarrier& barrier, std::vector<ChannelBatch>& overtaken);
  void tell_taken(CheckpointId id, const std::vector<ChannelBatch>& batches, uint8_t out);
  void store(CheckpointId id);
  void acknowledge_if_done(CheckpointId id);

  ChainServices& services_;
  OperatorChain& chain_;
  Outputs& outputs_;
  CheckpointId last_;                        // the highest performed or aborted at its barrier
  CheckpointId last_complete_;               // the highest that the operators were told
  std::vector<CheckpointId> aborted_early_;  // before their barriers have come
  std::vector<Pending> pending_;
  CheckpointId final_from_;  // the first performed after the operators had finished
  bool data_finished_ = false;
  bool final_complete_ = false;
};

}  // namespace leat
