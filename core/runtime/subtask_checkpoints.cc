#include "core/runtime/subtask_checkpoints.h"

#include <algorithm>

namespace leat {

SubtaskCheckpoints::SubtaskCheckpoints(ChainServices& services, OperatorChain& chain,
                                       Outputs& outputs)
    : services_(services), chain_(chain), outputs_(outputs) {}

void SubtaskCheckpoints::perform(CheckpointBarrier barrier, InChannels in) {
  const CheckpointId id = barrier.id;
  if (id <= last_) return;
  last_ = id;
  const bool aborted =
      std::find(aborted_early_.begin(), aborted_early_.end(), id) != aborted_early_.end();
  std::erase_if(aborted_early_, [&](CheckpointId early) { return early <= id; });
  if (aborted) {
    outputs_.broadcast(CancelCheckpointMarker{id});
    return;
  }
  if (data_finished_ && final_from_ == CheckpointId{}) final_from_ = id;
  pending_.push_back({});
  pending_.back().id = id;
  chain_.prepare_snapshot_pre_barrier(id);
  ChannelState channels;
  send_barrier(barrier, channels.out);
  services_.enter_epoch(id);
  Bytes state = chain_.snapshot(id);
  Env& env = services_.host().env();
  const SnapshotHandle handle{"", state.size(), hash_bytes(state)};
  env.trace().add(env.now(), SnapshotTaken{services_.execution(), id, handle.bytes, handle.hash});
  tell_taken(id, channels.out, 1);
  Pending* pending = find(id);
  if (pending == nullptr) return;  // a connector has failed the task meanwhile
  pending->handle = handle;
  pending->taken = true;
  pending->operators = std::move(state);
  pending->channels = std::move(channels);
  pending->waits_for_input = in == InChannels::kFollow;
  if (!pending->waits_for_input) store(id);
}

// Where it may overtake it does, but for edges that cannot have that. Nor does it where the data
// has ended: the last checkpoint of a task says that all of it has been processed behind it,
// because nobody would send again what was on its way. (Flink: StreamTask waits for
// ResultPartition.getAllDataProcessedFuture before it takes it.)
void SubtaskCheckpoints::send_barrier(const CheckpointBarrier& barrier,
                                      std::vector<ChannelBatch>& overtaken) {
  for (uint32_t c = 0; c < outputs_.size(); ++c) {
    CheckpointBarrier one = barrier;
    if (data_finished_ || !outputs_.supports_unaligned(c)) one.kind = BarrierKind::kAligned;
    if (one.kind == BarrierKind::kUnaligned) {
      outputs_.add_overtaking(c, one, overtaken);
    } else {
      outputs_.add_control(c, one);
    }
  }
}

void SubtaskCheckpoints::tell_taken(CheckpointId id, const std::vector<ChannelBatch>& batches,
                                    uint8_t out) {
  Env& env = services_.host().env();
  for (const ChannelBatch& one : batches) {
    env.trace().add(env.now(),
                    ChannelStateTaken{services_.execution(), id, out, one.channel,
                                      one.batch.rows.size(), sum_of_hashes(one.batch.rows)});
  }
}

void SubtaskCheckpoints::add_in_channels(CheckpointId id, std::vector<ChannelBatch> in) {
  Pending* pending = find(id);
  if (pending == nullptr || !pending->waits_for_input) return;  // it was given up
  tell_taken(id, in, 0);
  pending->channels.in = std::move(in);
  pending->waits_for_input = false;
  store(id);
}

void SubtaskCheckpoints::store(CheckpointId id) {
  Pending& pending = *find(id);
  Bytes state = std::move(pending.operators);
  const ChannelState channels = std::move(pending.channels);
  if (services_.host().program().graph.config.checkpoint.is_unaligned() &&
      !(state.empty() && channels.empty())) {
    state = encode_snapshot(state, channels);
    pending.handle.bytes = state.size();
    pending.handle.hash = hash_bytes(state);
  }
  if (state.empty()) {
    pending.stored = true;
    acknowledge_if_done(id);
    return;
  }
  pending.handle.blob = blob_name(id);
  const BlobTicket ticket{Task::kEndpointBase + services_.local_task(),
                          static_cast<uint32_t>(BlobKind::kSnapshot), id.value, services_.who()};
  services_.host().env().blobs().put(ticket, pending.handle.blob, std::move(state));
}

std::string SubtaskCheckpoints::blob_name(CheckpointId id) const {
  const JobProgram& program = services_.host().program();
  const ExecutionId execution = services_.execution();
  return program.graph.config.checkpoint.directory + "/" + std::to_string(id.value) + "/" +
         subtask_name(program.job, program.graph, execution.subtask) + "#" +
         std::to_string(execution.attempt);
}

void SubtaskCheckpoints::on_stored(const BlobReply& reply) {
  const CheckpointId id{reply.ticket.arg};
  Pending* pending = find(id);
  if (pending == nullptr) {  // given up while it was written: nobody else knows of it
    services_.host().env().blobs().remove(reply.put);
    return;
  }
  if (!reply.ok) {
    services_.host().env().blobs().remove(reply.put);  // it may be there all the same
    drop(id);
    services_.host().decline(services_.execution(), id, AbortReason::kDeclined,
                             "snapshot not stored: " + reply.error);
    return;
  }
  pending->stored = true;
  acknowledge_if_done(id);
}

void SubtaskCheckpoints::discard() const {
  for (const Pending& pending : pending_) remove_stored(pending);
}

void SubtaskCheckpoints::hold(CheckpointId id) {
  Pending* pending = find(id);
  check(pending != nullptr, "an acknowledgement is held that is not due");
  ++pending->holds;
}

void SubtaskCheckpoints::release(CheckpointId id) {
  Pending* pending = find(id);
  if (pending == nullptr) return;  // the checkpoint was given up meanwhile
  check(pending->holds > 0, "an acknowledgement is released that nobody holds");
  --pending->holds;
  acknowledge_if_done(id);
}

void SubtaskCheckpoints::acknowledge_if_done(CheckpointId id) {
  const Pending& pending = *find(id);
  if (!pending.taken || !pending.stored || pending.holds > 0) return;
  const SnapshotHandle handle = pending.handle;
  drop(id);
  services_.host().acknowledge(services_.execution(), id, handle);
}

void SubtaskCheckpoints::abort_on_barrier(CheckpointId id, AbortReason reason,
                                          const std::string& cause) {
  last_ = std::max(last_, id);
  // One that has overtaken is under way already.
  if (const Pending* pending = find(id); pending != nullptr && pending->waits_for_input) drop(id);
  std::erase_if(aborted_early_, [&](CheckpointId early) { return early <= id; });
  services_.host().decline(services_.execution(), id, reason, cause);
  outputs_.broadcast(CancelCheckpointMarker{id});
}

void SubtaskCheckpoints::notify_complete(CheckpointId id) {
  if (id <= last_complete_) return;
  last_complete_ = id;
  Env& env = services_.host().env();
  env.trace().add(env.now(), CompletionNotified{services_.execution(), id});
  chain_.notify_complete(id);
  if (final_from_ != CheckpointId{} && id >= final_from_) final_complete_ = true;
}

void SubtaskCheckpoints::notify_aborted(CheckpointId id, CheckpointId latest_complete) {
  notify_complete(latest_complete);
  if (id > last_) {
    aborted_early_.push_back(id);
  } else if (const Pending* pending = find(id)) {
    remove_stored(*pending);
    drop(id);
  }
  chain_.notify_aborted(id);
}

SubtaskCheckpoints::Pending* SubtaskCheckpoints::find(CheckpointId id) {
  for (Pending& pending : pending_) {
    if (pending.id == id) return &pending;
  }
  return nullptr;
}

void SubtaskCheckpoints::remove_stored(const Pending& pending) const {
  if (pending.stored && !pending.handle.blob.empty())
    services_.host().env().blobs().remove(pending.handle.blob);
}

void SubtaskCheckpoints::drop(CheckpointId id) {
  std::erase_if(pending_, [&](const Pending& pending) { return pending.id == id; });
}

}  // namespace leat
