#include "core/runtime/subtask_checkpoints.h"

#include <algorithm>

namespace leat {

SubtaskCheckpoints::SubtaskCheckpoints(ChainServices& services, OperatorChain& chain,
                                       Outputs& outputs)
    : services_(services), chain_(chain), outputs_(outputs) {}

void SubtaskCheckpoints::perform(CheckpointBarrier barrier) {
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
  outputs_.broadcast(barrier);
  services_.enter_epoch(id);
  Bytes state = chain_.snapshot(id);
  Env& env = services_.host().env();
  const SnapshotHandle handle{"", state.size(), hash_bytes(state)};
  env.trace().add(env.now(), SnapshotTaken{services_.execution(), id, handle.bytes, handle.hash});
  Pending* pending = find(id);
  if (pending == nullptr) return;  // a connector has failed the task meanwhile
  pending->handle = handle;
  pending->taken = true;
  store(id, std::move(state));
}

void SubtaskCheckpoints::store(CheckpointId id, Bytes state) {
  Pending& pending = *find(id);
  if (state.empty()) {
    pending.stored = true;
    acknowledge_if_done(id);
    return;
  }
  pending.handle.blob = blob_name(id);
  const BlobTicket ticket{Task::kEndpointBase + services_.local_task(),
                          static_cast<uint32_t>(BlobKind::kSnapshot), id.value};
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
    if (reply.ok) services_.host().env().blobs().remove(blob_name(id));
    return;
  }
  if (!reply.ok) {
    drop(id);
    services_.host().decline(services_.execution(), id, AbortReason::kDeclined,
                             "snapshot not stored: " + reply.error);
    return;
  }
  pending->stored = true;
  acknowledge_if_done(id);
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
    if (pending->stored && !pending->handle.blob.empty()) {
      services_.host().env().blobs().remove(pending->handle.blob);
    }
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

void SubtaskCheckpoints::drop(CheckpointId id) {
  std::erase_if(pending_, [&](const Pending& pending) { return pending.id == id; });
}

}  // namespace leat
