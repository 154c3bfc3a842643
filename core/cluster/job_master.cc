#include "core/cluster/job_master.h"

#include <algorithm>
#include <utility>

#include "core/cluster/job_master_timers.h"

namespace leat {

using namespace rpc;

namespace {

constexpr Site kFirstDelay("cluster.first_checkpoint_delay");

TimerTag timer(JobMasterTimer kind) { return {entity(kJobMasterWho, kind), kJobMaster, kind, 0}; }

// Flink draws it between the pause and the interval; the plainest is the pause.
Duration first_delay(Env& env, const CheckpointConfig& config) {
  if (!config.interval) return {0};
  const int64_t room =
      std::clamp<int64_t>(config.interval->ms - config.min_pause.ms, 0, 0x7fffffff);
  const uint32_t drawn =
      env.choices().choose(kFirstDelay, kJobMasterWho, static_cast<uint32_t>(room) + 1);
  return {config.min_pause.ms + drawn};
}

bool has_sources(const StreamGraph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const StreamNode& node) {
    return std::holds_alternative<SourceSpec>(node.spec);
  });
}

CheckpointSettings settings_of(Env& env, const StreamGraph& graph) {
  const CheckpointConfig& config = graph.config.checkpoint;
  CheckpointSettings settings;
  settings.schedule = {config.interval, first_delay(env, config), config.min_pause};
  settings.timeout = config.timeout;
  settings.max_concurrent = config.max_concurrent;
  settings.tolerable_failures = config.tolerable_failures;
  settings.retained = config.retained;
  settings.has_source_coordinators = has_sources(graph);
  return settings;
}

std::vector<SourceCoordinator> source_coordinators(const JobProgram& program) {
  std::vector<SourceCoordinator> coordinators;
  for (uint32_t n = 0; n < program.graph.nodes.size(); ++n) {
    const StreamNode& node = program.graph.nodes[n];
    const auto* spec = std::get_if<SourceSpec>(&node.spec);
    if (spec == nullptr) continue;
    const VertexId vertex = program.job.vertex_of({n});
    coordinators.emplace_back(NodeId{n}, vertex, spec->data->splits(),
                              program.job.vertex(vertex).parallelism);
  }
  return coordinators;
}

}  // namespace

JobMaster::JobMaster(Env& env, const ClusterConfig& config,
                     std::shared_ptr<const JobProgram> program, uint64_t leader)
    : endpoint_(env, kJobMaster),
      config_(config),
      program_(std::move(program)),
      leader_(leader),
      graph_(program_->job),
      coordinator_(graph_, settings_of(env, program_->graph)),
      sources_(source_coordinators(*program_)),
      alignment_(program_->graph),
      restart_(make_restart_strategy(program_->graph.config.restart, env.choices())),
      record_(env, job_blob(program_->graph.config.checkpoint.directory),
              {kJobMaster, kRecordWritten, 0, kJobMasterWho}),
      monitor_(config.heartbeat_interval, config.heartbeat_timeout),
      heartbeat_alarm_(env, timer(kHeartbeatTimer)),
      checkpoint_alarm_(env, timer(kCheckpointTimer)),
      restart_alarm_(env, timer(kRestartTimer)),
      slot_alarm_(env, timer(kSlotTimer)),
      store_alarm_(env, timer(kStoreTimer)),
      alignment_alarm_(env, timer(kAlignmentTimer)) {}

JobMaster::Worker* JobMaster::find_worker(ProcessId process) {
  for (Worker& worker : workers_) {
    if (worker.process == process) return &worker;
  }
  return nullptr;
}

JobMaster::Worker& JobMaster::known_worker(ProcessId process) {
  if (find_worker(process) == nullptr) {
    workers_.push_back({process, 0, 0, {}});
    std::sort(workers_.begin(), workers_.end(),
              [](const Worker& a, const Worker& b) { return a.process < b.process; });
  }
  return *find_worker(process);
}

void JobMaster::on_message(const Message& message) {
  const Fence fence = fence_of(message.body);
  if (fence.leader != leader_ || is_over()) return;
  const MessageType type = type_of(message.body);
  const ProcessId from = message.from.process;
  if (type == MessageType::kStartJob) {
    begin();
  } else if (type == MessageType::kTaskManagerGone) {
    Worker& gone = known_worker(unpack<TaskManagerGone>(message.body).process);
    if (gone.registration == fence.registration) release_worker(gone.process);
    gone.dead_registration = std::max(gone.dead_registration, fence.registration);
  } else if (type == MessageType::kOfferSlots) {
    on_offer(from, fence.registration, unpack<OfferSlots>(message.body));
  } else {
    const Worker* worker = find_worker(from);
    if (worker == nullptr || worker->registration != fence.registration) {
      // Of a registration that is over: nobody counts the snapshot, and nobody else knows of it.
      // (Flink: CheckpointCoordinator.discardSubtaskState.)
      if (type == MessageType::kAcknowledge) {
        const std::string blob = unpack<Acknowledge>(message.body).handle.blob;
        if (!blob.empty()) act(DiscardBlob{blob});  // a task without state has written none
      }
      return;
    }
    monitor_.heard(from, endpoint_.now());
    on_worker_message(type, message);
  }
  settle();
}

// Every event ends here: the job takes its next step, then what the coordinators decided is done.
void JobMaster::settle() {
  act();  // what is decided about checkpoints is done before the job goes on from one of them
  advance();
  act();
  if (is_over()) return;
  checkpoint_alarm_.set(coordinator_.next_due());
  alignment_alarm_.set(alignment_.next_due());
}

void JobMaster::on_worker_message(MessageType type, const Message& message) {
  const std::string_view body = message.body;
  const ProcTime now = endpoint_.now();
  if (type == MessageType::kTaskState) {
    on_task_state(unpack<TaskState>(body));
  } else if (type == MessageType::kAcknowledge) {
    const auto ack = unpack<Acknowledge>(body);
    coordinator_.on_acknowledge(ack.execution, ack.checkpoint, ack.handle, now);
  } else if (type == MessageType::kDecline) {
    const auto decline = unpack<Decline>(body);
    coordinator_.on_decline(decline.execution, decline.checkpoint, now,
                            failure_said(decline.reason));
  } else if (type == MessageType::kTriggerReceived) {
    const auto received = unpack<TriggerReceived>(body);
    std::erase_if(open_triggers_, [&](const OpenTrigger& open) {
      return open.execution == received.execution && open.checkpoint == received.checkpoint;
    });
  } else if (type == MessageType::kEndOfDataReached) {
    on_end_of_data(unpack<EndOfDataReached>(body).execution);
  } else if (type == MessageType::kReaderEvent) {
    on_reader_event(message.from.process, unpack<ReaderEvent>(body));
  } else if (type == MessageType::kCoordinatorEventReceived) {
    const auto received = unpack<CoordinatorEventReceived>(body);
    if (graph_.find(received.execution) == nullptr) return;
    if (SourceCoordinator* source = coordinator_of(received.node))
      source->on_event_received(received.execution.subtask.index, received.number);
  } else if (type == MessageType::kExecutionReport) {
    on_report(message.from.process, unpack<ExecutionReport>(body));
  }
}

// ---- TaskManagers ----

void JobMaster::on_offer(ProcessId from, uint64_t registration, const OfferSlots& offer) {
  Worker* worker = &known_worker(from);
  if (registration <= worker->dead_registration || registration < worker->registration) return;
  if (worker->registration != 0 && registration > worker->registration) release_worker(from);
  worker->registration = registration;
  for (const uint32_t slot : offer.slots) {
    if (std::find(worker->slots.begin(), worker->slots.end(), slot) == worker->slots.end()) {
      worker->slots.push_back(slot);
    }
  }
  std::sort(worker->slots.begin(), worker->slots.end());
  monitor_.watch(from, endpoint_.now());
  heartbeat_alarm_.set(monitor_.next_due());
}

void JobMaster::release_worker(ProcessId process) {
  Worker& worker = *find_worker(process);
  worker.dead_registration = worker.registration;
  worker.registration = 0;
  worker.slots.clear();
  monitor_.forget(process);
  for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
    const Execution& execution = graph_.at(flat);
    if (execution.state == ExecutionState::kCreated || is_terminal(execution.state)) continue;
    if (execution.process == process) fail_execution(flat);
  }
  for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
    const Execution& execution = graph_.at(flat);
    const bool gone = execution.process == process && execution.state == ExecutionState::kFinished;
    if (gone && has_waiting_reader(execution.id.subtask)) on_failure();
  }
}

// What a finished task has sent last, its end even, may have been lost with its TaskManager, and
// nobody is left to tell a reader: it would wait for ever.
bool JobMaster::has_waiting_reader(SubtaskId finished) const {
  const JobGraph& job = program_->job;
  for (const JobEdge& edge : job.edges) {
    if (edge.from_vertex != finished.vertex) continue;
    for (const uint32_t index :
         channel_targets(edge.partitioning, job.vertex(edge.from_vertex).parallelism,
                         job.vertex(edge.to_vertex).parallelism, finished.index)) {
      const Execution& reader = graph_.at(graph_.index().of({edge.to_vertex, index}));
      if (!is_terminal(reader.state)) return true;
    }
  }
  return false;
}

void JobMaster::worker_unreachable(ProcessId process) {
  const Fence gone = fence(*find_worker(process));
  endpoint_.send({endpoint_.env().self(), kResourceManager}, gone, TaskManagerUnreachable{process});
  release_worker(process);
}

void JobMaster::look_at_heartbeats() {
  const ProcTime now = endpoint_.now();
  for (const ProcessId lost : monitor_.expired(now)) worker_unreachable(lost);
  if (monitor_.ask_now(now)) {
    for (const ProcessId process : monitor_.targets()) send_to(process, Heartbeat{});
  }
  heartbeat_alarm_.set(monitor_.next_due());
}

// What was on the way to `peer` or from it is lost: calls without an answer count as failed.
void JobMaster::on_disconnect(ProcessId peer) {
  const Worker* worker = find_worker(peer);
  if (is_over() || worker == nullptr || worker->registration == 0) return;
  if (monitor_.connection_broke(peer)) {
    worker_unreachable(peer);
    settle();
    return;
  }
  send_to(peer, Heartbeat{});
  for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
    const Execution& execution = graph_.at(flat);
    if (execution.state == ExecutionState::kCreated || is_terminal(execution.state)) continue;
    if (execution.process != peer) continue;
    const bool event_lost =
        std::any_of(sources_.begin(), sources_.end(), [&](const SourceCoordinator& source) {
          return source.vertex() == execution.id.subtask.vertex &&
                 source.has_event_in_flight(execution.id.subtask.index);
        });
    if (execution.state == ExecutionState::kCanceling) {
      send_to(peer, Cancel{execution.id});
    } else if (execution.state == ExecutionState::kDeploying || event_lost) {
      send_to(peer, Cancel{execution.id});
      fail_execution(flat);
    }
  }
  const std::vector<OpenTrigger> open = open_triggers_;
  for (const OpenTrigger& trigger : open) {
    const Execution* execution = graph_.find(trigger.execution);
    if (execution != nullptr && execution->process == peer) {
      coordinator_.on_trigger_lost(trigger.checkpoint, endpoint_.now());
    }
  }
  settle();
}

// ---- tasks ----

void JobMaster::on_task_state(const TaskState& message) {
  const Execution* execution = graph_.find(message.execution);
  if (execution == nullptr || is_terminal(execution->state)) return;
  const uint32_t flat = graph_.index().of(message.execution.subtask);
  if (message.state == ExecutionState::kFailed || message.state == ExecutionState::kCanceled) {
    // Cancelled without having been asked: its TaskManager does not know it. Either way it is gone.
    fail_execution(flat);
  } else if (graph_.transition(flat, message.state)) {
    set_state(flat, message.state);
    if (message.state == ExecutionState::kFinished) {
      reader_finished(message.execution.subtask);
      coordinator_.on_task_finished(message.execution, endpoint_.now());
    }
  }
}

void JobMaster::on_end_of_data(ExecutionId id) {
  const Execution* execution = graph_.find(id);
  if (execution == nullptr || !graph_.reach_end_of_data(graph_.index().of(id.subtask))) return;
  // The last checkpoint of a bounded job need not wait for the scheduler (reference 8.14).
  if (checkpointing().interval && status_ == JobStatus::kRunning && graph_.all_at_end_of_data()) {
    coordinator_.request({RequestKind::kByHand, 0}, endpoint_.now());
  }
}

void JobMaster::on_report(ProcessId from, const ExecutionReport& report) {
  for (const ExecutionId id : report.executions) {
    const Execution* known = graph_.find(id);
    if (known == nullptr || is_terminal(known->state) || known->process != from) {
      send_to(from, Cancel{id});
    }
  }
  for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
    const Execution& execution = graph_.at(flat);
    // One that is still DEPLOYING may be on its way: the report cannot know it.
    const bool expected = execution.state == ExecutionState::kInitializing ||
                          execution.state == ExecutionState::kRunning ||
                          execution.state == ExecutionState::kCanceling;
    if (!expected || execution.process != from) continue;
    const auto& there = report.executions;
    if (std::find(there.begin(), there.end(), execution.id) == there.end()) fail_execution(flat);
  }
}

void JobMaster::on_timer(const TimerTag& tag) {
  if (is_over()) return;
  switch (tag.kind) {
    case kHeartbeatTimer:
      heartbeat_alarm_.fired();
      look_at_heartbeats();
      break;
    case kCheckpointTimer:
      checkpoint_alarm_.fired();
      coordinator_.on_time(endpoint_.now());
      break;
    case kRestartTimer:
      restart_alarm_.fired();
      delay_over_ = true;
      break;
    case kSlotTimer:
      slot_alarm_.fired();
      // NoResourceAvailableException: a failure of the job like any other.
      if (status_ == JobStatus::kRunning && graph_.all(ExecutionState::kCreated)) on_failure();
      break;
    case kAlignmentTimer:
      alignment_alarm_.fired();
      announce_alignment();
      break;
    case kStoreTimer:
      store_alarm_.fired();
      ask_storage_again();
      break;
    default:
      fail_check("the JobMaster has an unknown timer");
  }
  settle();
}

}  // namespace leat
