// The JobMaster carries out what the checkpoint coordinator decides, and stands between it and the
// source coordinators.
#include <algorithm>

#include "core/cluster/job_master.h"
#include "core/cluster/job_master_timers.h"
#include "core/connectors/source_events.h"

namespace leat {

using namespace rpc;

void JobMaster::act() {
  for (;;) {
    look_at_source_snapshots();
    const std::vector<CheckpointAction> actions = coordinator_.take_actions();
    if (actions.empty()) break;
    for (const CheckpointAction& action : actions) {
      std::visit([this](const auto& what) { act(what); }, action);
    }
    advance();
  }
  send_source_events();
}

void JobMaster::act(const CheckpointBegan& action) {
  endpoint_.add_fact(CheckpointTriggered{action.id});
  JobRecord record = record_.wanted();
  if (record.last_id.value - action.id.value < kCheckpointIdBlock / 2) {
    record.last_id.value += kCheckpointIdBlock;
    record_.want(record);
  }
}

void JobMaster::act(const SnapshotCoordinators& action) {
  snapshotting_ = action.id;
  for (SourceCoordinator& source : sources_) source.begin_snapshot(action.id);
}

void JobMaster::look_at_source_snapshots() {
  if (!snapshotting_) return;
  std::vector<std::pair<NodeId, Bytes>> states;
  for (const SourceCoordinator& source : sources_) {
    auto state = source.snapshot_of(*snapshotting_);
    if (!state) return;
    states.emplace_back(source.node(), std::move(*state));
  }
  const CheckpointId id = *snapshotting_;
  snapshotting_.reset();
  coordinator_.coordinators_ready(id, std::move(states), endpoint_.now());
}

void JobMaster::act(const TriggerTasks& action) {
  for (const ExecutionId execution : action.to) {
    open_triggers_.push_back({execution, action.id});
    send_to(graph_.find(execution)->process, Trigger{execution, action.id, action.timestamp});
  }
}

void JobMaster::act(const StoreMetadata& action) {
  ByteWriter out;
  action.checkpoint.encode(out);
  endpoint_.env().blobs().put({kJobMaster, kMetadataWritten, action.id.value, kJobMasterWho},
                              metadata_blob(checkpointing().directory, action.id), out.take());
}

void JobMaster::act(const StoreList& action) {
  endpoint_.env().blobs().put({kJobMaster, kListWritten, action.id.value, kJobMasterWho},
                              list_blob(checkpointing().directory), encode(action.retained));
}

void JobMaster::act(const CheckpointDone& action) {
  endpoint_.add_fact(CheckpointCompleted{action.id});
  end_of_checkpoint(action.id);
}

void JobMaster::act(const CheckpointGivenUp& action) {
  endpoint_.add_fact(CheckpointAborted{action.id, abort_reason(action.reason)});
  end_of_checkpoint(action.id);
}

void JobMaster::end_of_checkpoint(CheckpointId id) {
  if (snapshotting_ == id) snapshotting_.reset();
  std::erase_if(open_triggers_, [&](const OpenTrigger& open) { return open.checkpoint == id; });
  for (SourceCoordinator& source : sources_) source.end_snapshot(id);
}

void JobMaster::act(const AcknowledgementCounted& action) {
  endpoint_.add_fact(CheckpointAcknowledged{action.execution, action.id});
  const SubtaskId subtask = action.execution.subtask;
  for (SourceCoordinator& source : sources_) {
    if (source.vertex() == subtask.vertex) source.open_gateway(subtask.index, action.id);
  }
}

void JobMaster::act(const AnnounceComplete& action) {
  for (const ExecutionId id : action.to) {
    const Execution* execution = graph_.find(id);
    if (execution == nullptr || execution->state != ExecutionState::kRunning) continue;
    send_to(execution->process, NotifyComplete{id, action.id});
  }
}

void JobMaster::act(const AnnounceAborted& action) {
  for (const ExecutionId id : action.to) {
    const Execution* execution = graph_.find(id);
    if (execution == nullptr || execution->state != ExecutionState::kRunning) continue;
    send_to(execution->process, NotifyAborted{id, action.id, action.latest_complete});
  }
}

void JobMaster::act(const DiscardBlob& action) { endpoint_.env().blobs().remove(action.name); }

void JobMaster::act(const DiscardMetadata& action) {
  endpoint_.env().blobs().remove(metadata_blob(checkpointing().directory, action.id));
}

void JobMaster::act(const FailJob&) { on_failure(); }

// ---- sources ----

void JobMaster::on_reader_event(ProcessId from, const ReaderEvent& message) {
  send_to(from, ReaderEventReceived{message.execution});
  const Execution* execution = graph_.find(message.execution);
  if (execution == nullptr || is_terminal(execution->state) ||
      execution->state == ExecutionState::kCanceling) {
    return;
  }
  const uint32_t subtask = message.execution.subtask.index;
  if (kind_of_event(message.event) == SourceEventKind::kReaderWatermark) {
    const EventTime time = ReaderWatermark::decode(message.event).time;
    endpoint_.add_fact(AlignmentHeard{message.node, subtask, time});
    return alignment_.report(message.node, subtask, time, endpoint_.now());
  }
  if (SourceCoordinator* source = coordinator_of(message.node))
    source->on_reader_event(subtask, message.event);
}

SourceCoordinator* JobMaster::coordinator_of(NodeId source) {
  for (SourceCoordinator& one : sources_) {
    if (one.node() == source) return &one;
  }
  return nullptr;
}

void JobMaster::announce_alignment() {
  for (const AlignmentGroups::Announcement& one : alignment_.due(endpoint_.now())) {
    if (status_ != JobStatus::kRunning) continue;
    endpoint_.add_fact(AlignmentAnnounced{one.node, one.subtask, one.limit});
    if (SourceCoordinator* source = coordinator_of(one.node))
      source->send(one.subtask, AlignmentLimit{one.limit}.encode());
  }
}

void JobMaster::reader_finished(SubtaskId subtask) {
  for (SourceCoordinator& source : sources_) {
    if (source.vertex() != subtask.vertex) continue;
    source.on_reader_finished(subtask.index);
    alignment_.end(source.node(), subtask.index);
  }
}

void JobMaster::send_source_events() {
  for (SourceCoordinator& source : sources_) {
    for (EventToReader& out : source.take_events()) {
      const Execution& execution = graph_.at(graph_.index().of({source.vertex(), out.subtask}));
      send_to(execution.process,
              CoordinatorEvent{execution.id, source.node(), out.number, std::move(out.event)});
    }
  }
}

}  // namespace leat
