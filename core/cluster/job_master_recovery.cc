// A leadership begins: what an earlier one left is read first. And the job's end.
#include <algorithm>
#include <utility>

#include "core/cluster/job_master.h"
#include "core/cluster/job_master_timers.h"

namespace leat {

using namespace rpc;

namespace {
constexpr Duration kStoreRetry{100};
}  // namespace

void JobMaster::begin() {
  if (leader_ == 1) {
    recovered();
  } else {
    read(kRecordRead, 0, job_blob(checkpointing().directory));
  }
}

void JobMaster::read(uint32_t kind, uint64_t arg, const std::string& blob) {
  endpoint_.env().blobs().get({kJobMaster, kind, arg, kJobMasterWho}, blob);
}

// Storage does not answer. What it may still hold is waited for: to go on without it would be to
// forget what was committed.
void JobMaster::read_again(const BlobReply& reply, const std::string& blob) {
  recovery_.again.push_back({reply.ticket.kind, reply.ticket.arg, blob});
  store_alarm_.set(endpoint_.now() + kStoreRetry);
}

// Whatever had no answer: reads when the leadership begins, writes after.
void JobMaster::ask_storage_again() {
  for (const Recovery::Read& one : std::exchange(recovery_.again, {}))
    read(one.kind, one.arg, one.blob);
  record_.retry();
  coordinator_.settle_list();
}

void JobMaster::on_blob(BlobReply reply) {
  const ProcTime now = endpoint_.now();
  if (is_over()) {
    // The metadata of a checkpoint that was given up at the end was on its way to storage.
    if (reply.ticket.kind != kMetadataWritten) return;
    coordinator_.metadata_stored({reply.ticket.arg}, reply.ok, now);
    return act();
  }
  switch (reply.ticket.kind) {
    case kRecordWritten:
      on_record_written(reply.ok);
      break;
    case kMetadataWritten:
      coordinator_.metadata_stored({reply.ticket.arg}, reply.ok, now);
      break;
    case kListWritten:
      coordinator_.list_stored({reply.ticket.arg}, reply.ok, now);
      if (!reply.ok) store_alarm_.set(now + kStoreRetry);
      break;
    default:
      on_recovery_reply(reply);
  }
  // The last write may have been the job's end.
  if (!is_over()) settle();
}

void JobMaster::on_recovery_reply(const BlobReply& reply) {
  switch (reply.ticket.kind) {
    case kRecordRead:
      recover_record(reply);
      break;
    case kListRead:
      recover_list(reply);
      break;
    case kMetadataRead:
      recover_checkpoint(reply);
      break;
    default:
      fail_check("the JobMaster has an unknown storage request");
  }
}

void JobMaster::recover_record(const BlobReply& reply) {
  const std::string& directory = checkpointing().directory;
  if (!reply.ok && !reply.absent) return read_again(reply, job_blob(directory));
  if (!reply.ok) {
    recovered();  // the earlier leader died before it had deployed anything
    return;
  }
  recovery_.record = decode_job_record(reply.bytes);
  if (recovery_.record->status != JobStatus::kRunning) {
    recovered();  // the job is over, and its checkpoints may be gone
    return;
  }
  read(kListRead, 0, list_blob(directory));
}

void JobMaster::recover_list(const BlobReply& reply) {
  const std::string& directory = checkpointing().directory;
  if (!reply.ok && !reply.absent) return read_again(reply, list_blob(directory));
  if (reply.ok) recovery_.list = decode_list(reply.bytes);
  if (recovery_.list.empty()) {
    recovered();
    return;
  }
  for (const CheckpointId id : recovery_.list) {
    read(kMetadataRead, id.value, metadata_blob(directory, id));
  }
}

void JobMaster::recover_checkpoint(const BlobReply& reply) {
  // It is in the list, so it was written whole.
  if (!reply.ok)
    return read_again(reply, metadata_blob(checkpointing().directory, {reply.ticket.arg}));
  ByteReader in(reply.bytes);
  recovery_.checkpoints.push_back(CompletedCheckpoint::decode(in));
  if (recovery_.checkpoints.size() == recovery_.list.size()) recovered();
}

void JobMaster::recovered() {
  auto& checkpoints = recovery_.checkpoints;
  std::sort(checkpoints.begin(), checkpoints.end(),
            [](const CompletedCheckpoint& a, const CompletedCheckpoint& b) { return a.id < b.id; });
  const JobRecord before = recovery_.record.value_or(JobRecord{});
  if (recovery_.record) record_.recovered(before);
  if (before.status != JobStatus::kRunning) {
    announce_end();
    return;
  }
  // The earlier leader may have died between the write that completed it and hearing of that.
  if (!checkpoints.empty()) endpoint_.add_fact(CheckpointCompleted{checkpoints.back().id});
  coordinator_.recover(std::move(checkpoints), {before.last_id.value + 1});
  coordinator_.allow_ids_up_to(before.last_id);
  record_.want(
      {before.attempt + 1, {before.last_id.value + kCheckpointIdBlock}, JobStatus::kRunning});
  endpoint_.send({endpoint_.env().self(), kResourceManager}, {leader_, 0},
                 RequireSlots{slots_needed(program_->job)});
  start_attempt();
}

void JobMaster::on_record_written(bool ok) {
  record_.on_written(ok);
  if (record_.must_retry()) store_alarm_.set(endpoint_.now() + kStoreRetry);
  coordinator_.allow_ids_up_to(record_.durable().last_id);
  if (record_.durable().status != JobStatus::kRunning) announce_end();
}

// The end is durable, so no later leader runs the job again.
void JobMaster::announce_end() {
  const JobStatus end = record_.durable().status;
  set_status(end);
  for (Alarm* alarm : {&heartbeat_alarm_, &checkpoint_alarm_, &restart_alarm_, &slot_alarm_,
                       &store_alarm_, &alignment_alarm_}) {
    alarm->cancel();
  }
  if (end == JobStatus::kFinished) {
    // Nobody restores a finished job; a failed one keeps its checkpoints (reference 8.1).
    for (const CompletedCheckpoint& checkpoint : coordinator_.store()) {
      for (const SubtaskSnapshot& s : checkpoint.subtasks) {
        if (!s.handle.blob.empty()) act(DiscardBlob{s.handle.blob});
      }
      act(DiscardMetadata{checkpoint.id});
    }
    endpoint_.env().blobs().remove(list_blob(checkpointing().directory));
  }
  endpoint_.send({endpoint_.env().self(), kDispatcher}, {leader_, 0}, JobEnded{end});
}

}  // namespace leat
