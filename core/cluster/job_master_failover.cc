// Where the job goes next: deployment, failures, restarts, its end.
#include <algorithm>

#include "core/cluster/job_master.h"

namespace leat {

using namespace rpc;

namespace {
constexpr Site kWhichPlace("cluster.which_slot_for_subtasks");
}

void JobMaster::set_status(JobStatus status) {
  status_ = status;
  endpoint_.add_fact(JobStatusChanged{status});
}

void JobMaster::set_state(uint32_t flat, ExecutionState state) {
  const Execution& execution = graph_.at(flat);
  endpoint_.add_fact(ExecutionStateChanged{execution.id, state, execution.process});
}

void JobMaster::advance() {
  const bool ending = record_.wanted().status != JobStatus::kRunning;
  if (ending || coordinator_.committing()) return;
  JobRecord record = record_.wanted();
  if (status_ == JobStatus::kRunning && graph_.all(ExecutionState::kFinished)) {
    coordinator_.stop_scheduler(endpoint_.now());
    record.status = JobStatus::kFinished;
    record_.want(record);
  } else if (status_ == JobStatus::kRunning && graph_.all(ExecutionState::kCreated)) {
    if (ready_to_deploy()) deploy();
  } else if (status_ == JobStatus::kRestarting && delay_over_ && graph_.all_terminal()) {
    start_attempt();
    if (ready_to_deploy()) deploy();
  } else if (status_ == JobStatus::kFailing && graph_.all_terminal()) {
    record.status = JobStatus::kFailed;
    record_.want(record);
  }
}

// ---- starting ----

uint32_t JobMaster::slots_here() const {
  size_t slots = 0;
  for (const Worker& worker : workers_) slots += worker.slots.size();
  return static_cast<uint32_t>(slots);
}

// The attempt that the record names, from the latest completed checkpoint.
void JobMaster::start_attempt() {
  const uint32_t attempt = record_.wanted().attempt;
  coordinator_.failover(endpoint_.now());
  alignment_.start(endpoint_.now());
  graph_.reset(attempt);
  open_triggers_.clear();
  snapshotting_.reset();
  const CompletedCheckpoint* latest = coordinator_.latest();
  for (SourceCoordinator& source : sources_) {
    source.reset(latest == nullptr ? nullptr : latest->coordinator(source.node()));
  }
  if (attempt > 1) {
    endpoint_.add_fact(JobRestored{latest == nullptr ? CheckpointId{} : latest->id, attempt - 1});
  }
  set_status(JobStatus::kRunning);
  coordinator_.start_scheduler(endpoint_.now());
  slot_alarm_.set(endpoint_.now() + config_.slot_request_timeout);
}

bool JobMaster::ready_to_deploy() const {
  return slots_here() >= slots_needed(program_->job) &&
         record_.durable().attempt >= record_.wanted().attempt;
}

void JobMaster::place_executions() {
  std::vector<Identity> free;
  for (const Worker& worker : workers_) {
    for (const uint32_t slot : worker.slots) free.push_back({worker.process.value, 0, slot});
  }
  // Slot sharing: one subtask of every vertex of a group fits into one slot (reference 9.9).
  for (const SlotSharingGroup& group : slot_sharing_groups(program_->job)) {
    for (uint32_t index = 0; index < group.slots; ++index) {
      const Identity slot = free.size() == 1
                                ? free.front()
                                : endpoint_.env().choices().choose_among(kWhichPlace, free);
      std::erase(free, slot);
      for (const VertexId vertex : group.vertices) {
        if (index >= program_->job.vertex(vertex).parallelism) continue;
        graph_.place(graph_.index().of({vertex, index}), {static_cast<uint32_t>(slot.entity)},
                     static_cast<uint32_t>(slot.sequence));
      }
    }
  }
}

void JobMaster::deploy() {
  slot_alarm_.cancel();
  place_executions();
  const CompletedCheckpoint* latest = coordinator_.latest();
  Deploy message;
  if (latest != nullptr) message.restore_from = latest->id;
  for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
    message.placements.push_back({graph_.at(flat).id.attempt, graph_.at(flat).process});
  }
  for (const Worker& worker : workers_) {
    message.tasks.clear();
    for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
      const Execution& execution = graph_.at(flat);
      if (execution.process != worker.process) continue;
      check(graph_.transition(flat, ExecutionState::kDeploying), "a task is deployed twice");
      set_state(flat, ExecutionState::kDeploying);
      const SnapshotHandle* handle =
          latest == nullptr ? nullptr : latest->find(execution.id.subtask);
      message.tasks.push_back(
          {execution.id, execution.slot, handle == nullptr ? std::string() : handle->blob});
    }
    if (!message.tasks.empty()) send_to(worker.process, message);
  }
}

// ---- failing ----

void JobMaster::fail_execution(uint32_t flat) {
  if (!graph_.transition(flat, ExecutionState::kFailed)) return;
  const ExecutionState state = graph_.at(flat).state;
  set_state(flat, state);
  if (state == ExecutionState::kFailed) on_failure();
}

void JobMaster::on_failure() {
  // While the job is restarting or failing, its tasks are being cancelled already: merged into
  // that.
  if (status_ != JobStatus::kRunning || record_.wanted().status != JobStatus::kRunning) return;
  const ProcTime now = endpoint_.now();
  restart_->notify_failure(now);
  slot_alarm_.cancel();
  if (restart_->can_restart(now)) {
    set_status(JobStatus::kRestarting);
    delay_over_ = false;
    restart_alarm_.set(now + restart_->backoff(now));
    JobRecord record = record_.wanted();
    ++record.attempt;
    record_.want(record);
  } else {
    set_status(JobStatus::kFailing);
  }
  coordinator_.stop_scheduler(now);
  cancel_all();
}

void JobMaster::cancel_all() {
  for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
    if (graph_.at(flat).state == ExecutionState::kCreated) {
      graph_.transition(flat, ExecutionState::kCanceled);
      set_state(flat, ExecutionState::kCanceled);
    } else if (graph_.transition(flat, ExecutionState::kCanceling)) {
      set_state(flat, ExecutionState::kCanceling);
      const ProcessId process = graph_.at(flat).process;
      const Worker* worker = find_worker(process);
      if (worker->registration == 0) {
        // Lost with its TaskManager: nobody will answer.
        graph_.transition(flat, ExecutionState::kCanceled);
        set_state(flat, ExecutionState::kCanceled);
      } else {
        send_to(process, Cancel{graph_.at(flat).id});
      }
    }
  }
}

}  // namespace leat
