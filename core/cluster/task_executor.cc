#include "core/cluster/task_executor.h"

namespace leat {

using namespace rpc;

namespace {

enum Timer : uint32_t { kRegisterTimer, kLeaderTimer };

TimerTag timer_of(ProcessId self, Timer kind) {
  return {entity(entity(entity("task_executor"), self.value), kind), kTaskExecutor, kind, 0};
}

bool is_newer(Fence a, Fence b) {
  return a.leader != b.leader ? a.leader > b.leader : a.registration > b.registration;
}

}  // namespace

TaskExecutor::TaskExecutor(TaskHost& host, TaskTable& tasks)
    : host_(host),
      config_(host.cluster()),
      tasks_(tasks),
      endpoint_(host.env(), kTaskExecutor),
      index_(host.program().job),
      offered_(config_.slots_per_task_manager, false),
      leader_(config_.heartbeat_timeout, config_.heartbeat_timeout),
      register_alarm_(host.env(), timer_of(host.env().self(), kRegisterTimer)),
      leader_alarm_(host.env(), timer_of(host.env().self(), kLeaderTimer)) {}

// ---- whom it follows ----

void TaskExecutor::start() { try_to_register(); }

void TaskExecutor::try_to_register() {
  endpoint_.send(resource_manager(), {fence_.leader, 0},
                 Register{endpoint_.env().incarnation(), config_.slots_per_task_manager, left_});
  register_alarm_.set(endpoint_.now() + config_.registration_retry);
}

void TaskExecutor::give_up_everything() {
  tasks_.clear();
  offered_.assign(offered_.size(), false);
  if (fence_.registration != 0) left_ = fence_.registration;
  fence_.registration = 0;
  leader_.clear();
  leader_alarm_.cancel();
}

void TaskExecutor::on_message(const Message& message) {
  const MessageType type = type_of(message.body);
  const Fence fence = fence_of(message.body);
  if (type == MessageType::kRegistered || type == MessageType::kDismissed ||
      type == MessageType::kLeaderChanged) {
    on_registration_message(type, fence);
    return;
  }
  if (fence_.registration == 0 || fence != fence_) return;
  leader_.heard(config_.job_manager, endpoint_.now());
  on_control(type, message);
}

void TaskExecutor::on_registration_message(MessageType type, Fence fence) {
  if (fence.leader < fence_.leader) return;
  if (type == MessageType::kRegistered) {
    if (!is_newer(fence, fence_)) return;
    give_up_everything();
    fence_ = fence;
    register_alarm_.cancel();
    leader_.watch(config_.job_manager, endpoint_.now());
    leader_alarm_.set(leader_.next_expiry());
  } else if (type == MessageType::kLeaderChanged) {
    if (fence.leader == fence_.leader) return;
    give_up_everything();
    fence_.leader = fence.leader;
    left_ = 0;
    try_to_register();
  } else {
    give_up_everything();
    register_alarm_.cancel();
    dismissed_ = true;
  }
}

void TaskExecutor::on_timer(const TimerTag& tag) {
  if (tag.kind == kRegisterTimer) {
    register_alarm_.fired();
    if (fence_.registration == 0 && !dismissed_) try_to_register();
    return;
  }
  leader_alarm_.fired();
  if (!leader_.expired(endpoint_.now()).empty()) {
    give_up_everything();
    try_to_register();
  } else {
    leader_alarm_.set(leader_.next_expiry());
  }
}

// What was on the way either way is lost. States are told again (offers too: the ResourceManager
// asks for the slots anew); an event for a source coordinator
// is not (the coordinator may have acted on it), so its task fails, as a failed call does in Flink.
void TaskExecutor::on_disconnect_from_job_manager() {
  if (fence_.registration == 0) return;
  for (TaskTable::Entry& entry : tasks_.entries()) {
    if (entry.execution.attempt == 0) continue;
    if (entry.unanswered_events > 0 && entry.task != nullptr && !entry.doomed) {
      report(entry.execution, ExecutionState::kFailed,
             "an event for the source coordinator is lost");
      continue;
    }
    tell_state(entry);
    if (entry.end_of_data) tell_job_master(EndOfDataReached{entry.execution});
  }
}

// ---- control ----

void TaskExecutor::on_control(MessageType type, const Message& message) {
  const std::string_view body = message.body;
  switch (type) {
    case MessageType::kRequestSlot:
      offered_.at(unpack<RequestSlot>(body).slot) = true;
      offer_slots();
      break;
    case MessageType::kDisconnected:
      give_up_everything();
      try_to_register();
      break;
    case MessageType::kProbe:
      endpoint_.send(resource_manager(), fence_, ProbeReply{});
      break;
    case MessageType::kHeartbeat: {
      ExecutionReport report;
      for (const TaskTable::Entry& entry : tasks_.entries()) {
        if (entry.task != nullptr && !entry.doomed) report.executions.push_back(entry.execution);
      }
      tell_job_master(report);
      break;
    }
    case MessageType::kDeploy:
      deploy(unpack<Deploy>(body));
      break;
    case MessageType::kCancel:
      cancel(unpack<Cancel>(body).execution);
      break;
    default:
      on_checkpoint_message(type, message);
  }
}

void TaskExecutor::on_checkpoint_message(MessageType type, const Message& message) {
  const std::string_view body = message.body;
  if (type == MessageType::kTrigger) {
    const auto trigger = unpack<Trigger>(body);
    tell_job_master(TriggerReceived{trigger.execution, trigger.checkpoint});
    Task* task = tasks_.task(trigger.execution);
    if (task != nullptr) task->trigger_checkpoint(trigger.checkpoint, trigger.timestamp);
  } else if (type == MessageType::kNotifyComplete) {
    const auto notice = unpack<NotifyComplete>(body);
    if (Task* task = tasks_.task(notice.execution)) task->notify_complete(notice.checkpoint);
  } else if (type == MessageType::kNotifyAborted) {
    const auto notice = unpack<NotifyAborted>(body);
    if (Task* task = tasks_.task(notice.execution)) {
      task->notify_aborted(notice.checkpoint, notice.latest_complete);
    }
  } else if (type == MessageType::kCoordinatorEvent) {
    const auto event = unpack<CoordinatorEvent>(body);
    Task* task = tasks_.task(event.execution);
    if (task == nullptr) return;
    task->on_coordinator_event(event.node, event.event);
    tell_job_master(CoordinatorEventReceived{event.execution, event.node, event.number});
  } else if (type == MessageType::kReaderEventReceived) {
    TaskTable::Entry* entry = tasks_.find(unpack<ReaderEventReceived>(body).execution);
    if (entry != nullptr && entry->unanswered_events > 0) --entry->unanswered_events;
  } else {
    fail_check("a message that is not for a TaskExecutor");
  }
}

void TaskExecutor::offer_slots() {
  OfferSlots offer;
  for (uint32_t slot = 0; slot < offered_.size(); ++slot) {
    if (offered_[slot]) offer.slots.push_back(slot);
  }
  if (!offer.slots.empty()) tell_job_master(offer);
}

// ---- tasks ----

void TaskExecutor::deploy(const Deploy& message) {
  for (const DeployedTask& task : message.tasks) deploy_one(message, task);
}

void TaskExecutor::deploy_one(const Deploy& message, const DeployedTask& task) {
  check(task.slot < offered_.size() && offered_[task.slot], "a task is sent to no slot of its own");
  TaskTable::Entry& entry = tasks_.begin(task.execution);
  TaskDescription description;
  description.execution = task.execution;
  description.restore_from = message.restore_from;
  description.snapshot_blob = task.snapshot_blob;
  const auto add_peers = [&](VertexId vertex) {
    for (uint32_t i = 0; i < host_.program().job.vertex(vertex).parallelism; ++i) {
      const SubtaskId peer{vertex, i};
      description.peers.emplace(peer, message.placements.at(index_.of(peer)));
    }
  };
  const JobGraph& job = host_.program().job;
  for (const uint32_t e : job.vertex(task.execution.subtask.vertex).in_edges) {
    add_peers(job.edges[e].from_vertex);
  }
  for (const uint32_t e : job.vertex(task.execution.subtask.vertex).out_edges) {
    add_peers(job.edges[e].to_vertex);
  }
  endpoint_.add_fact(TaskDeployed{task.execution, endpoint_.env().self(), message.restore_from});
  const uint32_t local = tasks_.next_local();
  tasks_.own(entry, local);
  entry.state = ExecutionState::kInitializing;
  tell_state(entry);
  entry.task = make_task(host_, std::move(description), local);
  entry.task->start();
}

void TaskExecutor::cancel(ExecutionId execution) {
  TaskTable::Entry* entry = tasks_.find(execution);
  if (entry == nullptr) {
    tell_job_master(TaskState{execution, ExecutionState::kCanceled, {}});
  } else if (entry->task == nullptr || entry->doomed) {
    tell_state(*entry);
  } else {
    // As a crash would: whatever it held is gone, and it says nothing more.
    tasks_.doom(*entry);
    entry->state = ExecutionState::kCanceled;
    tell_state(*entry);
  }
}

void TaskExecutor::tell_state(const TaskTable::Entry& entry) {
  tell_job_master(TaskState{entry.execution, entry.state, entry.cause});
}

void TaskExecutor::report(ExecutionId execution, ExecutionState state, const std::string& cause) {
  TaskTable::Entry* entry = tasks_.find(execution);
  if (entry == nullptr || entry->doomed) return;
  entry->state = state;
  entry->cause = cause;
  if (state != ExecutionState::kRunning) tasks_.doom(*entry);
  tell_state(*entry);
}

void TaskExecutor::report_end_of_data(ExecutionId execution) {
  TaskTable::Entry* entry = tasks_.find(execution);
  if (entry == nullptr || entry->doomed) return;
  entry->end_of_data = true;
  tell_job_master(EndOfDataReached{execution});
}

void TaskExecutor::acknowledge(ExecutionId execution, CheckpointId id,
                               const SnapshotHandle& handle) {
  tell_job_master(Acknowledge{execution, id, handle});
}

void TaskExecutor::decline(ExecutionId execution, CheckpointId id, AbortReason reason,
                           const std::string& cause) {
  tell_job_master(Decline{execution, id, reason, cause});
}

void TaskExecutor::send_reader_event(ExecutionId execution, NodeId node, Bytes event) {
  if (TaskTable::Entry* entry = tasks_.find(execution)) ++entry->unanswered_events;
  tell_job_master(ReaderEvent{execution, node, std::move(event)});
}

}  // namespace leat
