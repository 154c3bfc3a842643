#include "core/cluster/checkpoint_coordinator.h"

#include <algorithm>

namespace leat {

CheckpointCoordinator::CheckpointCoordinator(const ExecutionGraph& graph,
                                             CheckpointSettings settings)
    : graph_(graph),
      settings_(settings),
      requests_(settings.schedule),
      failures_(settings.tolerable_failures) {}

void CheckpointCoordinator::recover(std::vector<CompletedCheckpoint> completed, CheckpointId next) {
  check(pending_.empty() && next >= next_id_, "a coordinator that has begun recovers");
  store_ = std::move(completed);
  next_id_ = next;
  if (!store_.empty()) {
    check(store_.back().id < next_id_, "a checkpoint id would be given again");
    failures_.completed(store_.back().id);
  }
}

// ---- the scheduler ----

void CheckpointCoordinator::start_scheduler(ProcTime now) { requests_.start(now); }

void CheckpointCoordinator::stop_scheduler(ProcTime now) {
  drop_waiting(CheckpointFailure::kCoordinatorSuspend);
  abort_all(CheckpointFailure::kCoordinatorSuspend);
  look(now, 1);
}

void CheckpointCoordinator::failover(ProcTime now) {
  abort_all(CheckpointFailure::kJobFailover);
  look(now, 2);
}

void CheckpointCoordinator::shut_down() {
  shut_down_ = true;
  drop_waiting(CheckpointFailure::kCoordinatorShutdown);
  abort_all(CheckpointFailure::kCoordinatorShutdown);
}

void CheckpointCoordinator::drop_waiting(CheckpointFailure reason) {
  for (const CheckpointRequest& request : requests_.stop()) {
    if (request.number == 0) continue;
    actions_.push_back(AnswerRequest{request.number, std::nullopt, reason});
  }
}

void CheckpointCoordinator::refuse(const CheckpointRequest& request, CheckpointFailure reason) {
  if (request.number != 0) {
    actions_.push_back(AnswerRequest{request.number, std::nullopt, reason});
  }
  actions_.push_back(RefusedToBegin{request, reason});
}

void CheckpointCoordinator::request(CheckpointRequest request, ProcTime now) {
  if (shut_down_) return refuse(request, CheckpointFailure::kCoordinatorShutdown);
  if (request.kind == RequestKind::kPeriodic && !requests_.started()) {
    return refuse(request, CheckpointFailure::kSchedulerShutdown);
  }
  requests_.add(request);
  look(now, 1);
}

void CheckpointCoordinator::on_time(ProcTime now) {
  while (requests_.tick(now)) look(now, 1);
  std::vector<CheckpointId> expired;
  for (const Pending& pending : pending_) {
    const bool decided = pending.stage == Stage::kCommitting;
    if (!decided && pending.timestamp + settings_.timeout <= now) expired.push_back(pending.id);
  }
  for (const CheckpointId id : expired) {
    constexpr size_t kRemembered = 16;  // Flink: NUM_GHOST_CHECKPOINT_IDS
    lately_expired_.push_back(id);
    if (lately_expired_.size() > kRemembered) lately_expired_.erase(lately_expired_.begin());
    abort(id, CheckpointFailure::kExpired, std::nullopt);
    look(now, 2);
  }
}

// Flink looks at the waiting requests twice when a checkpoint has ended (once for the scheduler,
// once when it is cleaned up), and once more for each one dropped; against the pause each look
// drops one.
void CheckpointCoordinator::look(ProcTime now, size_t times) {
  while (times > 0) {
    const bool triggering = std::any_of(pending_.begin(), pending_.end(), [](const Pending& p) {
      return p.stage == Stage::kCoordinators;
    });
    if (triggering) return;
    const bool room = pending_.size() < settings_.max_concurrent;
    const auto next = requests_.look(room, last_completion_, now);
    if (next) {
      begin(*next, now);
    } else {
      --times;
    }
  }
}

// ---- one checkpoint ----

void CheckpointCoordinator::begin(CheckpointRequest request, ProcTime now) {
  auto plan = plan_checkpoint(graph_);
  const bool too_late = plan && !plan->finished.empty() && !settings_.after_tasks_finish;
  if (!plan || plan->wait_for.empty() || too_late || next_id_ > last_allowed_) {
    return refuse(request, CheckpointFailure::kTaskNotRunning);
  }
  Pending pending;
  pending.id = next_id_;
  next_id_.value += 1;
  pending.request = request;
  pending.timestamp = now;
  pending.plan = std::move(*plan);
  for (const uint32_t flat : pending.plan.wait_for) {
    pending.executions.push_back(graph_.at(flat).id);
  }
  pending.missing = static_cast<uint32_t>(pending.executions.size());
  pending.acknowledged.resize(pending.missing);
  pending.handles.resize(pending.missing);
  actions_.push_back(CheckpointBegan{pending.id});
  pending_.push_back(std::move(pending));
  if (settings_.has_source_coordinators) {
    actions_.push_back(SnapshotCoordinators{pending_.back().id});
  } else {
    trigger(pending_.back());
  }
}

void CheckpointCoordinator::trigger(Pending& pending) {
  pending.stage = Stage::kAcknowledgements;
  TriggerTasks action{pending.id, pending.request.kind, pending.timestamp, {}};
  for (const uint32_t flat : pending.plan.trigger) action.to.push_back(graph_.at(flat).id);
  actions_.push_back(std::move(action));
}

void CheckpointCoordinator::coordinators_ready(CheckpointId id,
                                               std::vector<std::pair<NodeId, Bytes>> states,
                                               ProcTime now) {
  Pending* pending = find(id);
  if (pending == nullptr) return;
  check(pending->stage == Stage::kCoordinators, "source coordinators have answered twice");
  pending->coordinators = std::move(states);
  trigger(*pending);
  look(now, 1);
}

AckResult CheckpointCoordinator::on_acknowledge(ExecutionId from, CheckpointId id,
                                                const SnapshotHandle& handle, ProcTime now) {
  (void)now;
  Pending* pending = find(id);
  size_t at = 0;
  if (pending != nullptr) {
    const auto& all = pending->executions;
    at = static_cast<size_t>(std::find(all.begin(), all.end(), from) - all.begin());
  }
  if (pending == nullptr || at == pending->executions.size()) {
    // Late, or of an old attempt: nothing refers to its state. (Jet #2504 is what happens when such
    // a one is counted.) A checkpoint in the store keeps what it has.
    if (!handle.blob.empty() && !is_kept(id)) actions_.push_back(DiscardBlob{handle.blob});
    const bool expired =
        std::find(lately_expired_.begin(), lately_expired_.end(), id) != lately_expired_.end();
    return expired ? AckResult::kExpired : AckResult::kUnknown;
  }
  if (pending->acknowledged[at]) return AckResult::kDuplicate;
  pending->acknowledged[at] = 1;
  pending->handles[at] = handle;
  actions_.push_back(AcknowledgementCounted{from, id});
  if (--pending->missing == 0) {
    pending->stage = Stage::kMetadata;
    actions_.push_back(StoreMetadata{id, to_completed(*pending)});
  }
  return AckResult::kCounted;
}

void CheckpointCoordinator::on_decline(ExecutionId from, CheckpointId id, ProcTime now,
                                       CheckpointFailure reason) {
  const Pending* pending = find(id);
  if (pending == nullptr || pending->stage == Stage::kCommitting) return;
  const auto& all = pending->executions;
  if (std::find(all.begin(), all.end(), from) == all.end()) return;
  abort(id, reason, from);
  look(now, 2);
}

void CheckpointCoordinator::on_trigger_lost(CheckpointId id, ProcTime now) {
  const Pending* pending = find(id);
  if (pending == nullptr || pending->stage != Stage::kAcknowledgements) return;
  abort(id, CheckpointFailure::kTaskNotRunning, std::nullopt);
  look(now, 2);
}

void CheckpointCoordinator::on_task_finished(ExecutionId task, ProcTime now) {
  for (const CheckpointId id : pending()) {
    const Pending& waiting = *find(id);
    const auto& all = waiting.executions;
    const auto at = static_cast<size_t>(std::find(all.begin(), all.end(), task) - all.begin());
    if (at == all.size() || waiting.acknowledged[at]) continue;
    abort(id, CheckpointFailure::kTaskNotRunning, std::nullopt);
    look(now, 2);
  }
}

void CheckpointCoordinator::metadata_stored(CheckpointId id, bool ok, ProcTime now) {
  Pending* pending = find(id);
  if (pending == nullptr) {
    // Given up while the write was under way.
    if (!is_kept(id)) actions_.push_back(DiscardMetadata{id});
    return;
  }
  if (!ok) {
    actions_.push_back(DiscardMetadata{id});  // it may be there all the same
    abort(id, CheckpointFailure::kStorageFailed, std::nullopt);
    look(now, 2);
    return;
  }
  if (is_savepoint(pending->request.kind)) return complete_savepoint(id, now);
  pending->stage = Stage::kStored;
  commit_next();
}

void CheckpointCoordinator::complete_savepoint(CheckpointId id, ProcTime now) {
  Pending done = std::move(*find(id));
  std::erase_if(pending_, [&](const Pending& p) { return p.id == id; });
  failures_.completed(id);
  last_completion_ = now;
  if (done.request.number != 0) actions_.push_back(AnswerRequest{done.request.number, id});
  size_t lower = 0;
  if (ends_job(done.request.kind)) {
    lower = abort_below(id);
    actions_.push_back(AnnounceComplete{id, std::nullopt, std::move(done.executions)});
  }
  look(now, 2 + 2 * lower);
}

size_t CheckpointCoordinator::abort_below(CheckpointId id) {
  std::vector<CheckpointId> lower;
  for (const Pending& pending : pending_) {
    if (pending.id < id && !is_savepoint(pending.request.kind)) lower.push_back(pending.id);
  }
  for (const CheckpointId subsumed : lower) {
    abort(subsumed, CheckpointFailure::kSubsumed, std::nullopt);
  }
  return lower.size();
}

void CheckpointCoordinator::commit_next() {
  if (list_is_written_) return;
  for (Pending& pending : pending_) {
    if (pending.stage != Stage::kStored) continue;
    pending.stage = Stage::kCommitting;
    StoreList action{pending.id, retained()};
    action.retained.push_back(pending.id);
    while (action.retained.size() > std::max(settings_.retained, 1U)) {
      action.retained.erase(action.retained.begin());
    }
    store_list(std::move(action));
    return;
  }
}

void CheckpointCoordinator::settle_list() {
  if (!in_doubt_.empty() && !list_is_written_) store_list({CheckpointId{}, retained()});
}

void CheckpointCoordinator::store_list(StoreList action) {
  list_is_written_ = true;
  actions_.push_back(std::move(action));
}

std::vector<CheckpointId> CheckpointCoordinator::retained() const {
  std::vector<CheckpointId> ids;
  for (const CompletedCheckpoint& kept : store_) ids.push_back(kept.id);
  return ids;
}

void CheckpointCoordinator::end_doubt() {
  for (const CompletedCheckpoint& given_up : std::exchange(in_doubt_, {})) discard(given_up);
}

void CheckpointCoordinator::list_stored(CheckpointId id, bool ok, ProcTime now) {
  check(std::exchange(list_is_written_, false),
        "a list of checkpoints is stored that nobody waits for");
  const bool settles = id == CheckpointId{};
  const Pending* listed = find(id);
  check(settles || (listed != nullptr && listed->stage == Stage::kCommitting),
        "a list of checkpoints is stored for one that is not committing");
  if (settles) {
    if (ok) end_doubt();
  } else if (ok) {
    complete(id, now);
  } else {
    // The list may name it all the same, and a new leader would go on from it: what it consists of
    // stays until a list that does not name it is stored.
    in_doubt_.push_back(to_completed(*listed));
    abort(id, CheckpointFailure::kStorageFailed, std::nullopt);
    look(now, 2);
  }
  commit_next();
}

void CheckpointCoordinator::complete(CheckpointId id, ProcTime now) {
  Pending done = std::move(*find(id));
  std::erase_if(pending_, [&](const Pending& p) { return p.id == id; });
  store_.push_back(to_completed(done));
  std::vector<CompletedCheckpoint> dropped;
  while (store_.size() > std::max(settings_.retained, 1U)) {
    dropped.push_back(std::move(store_.front()));
    store_.erase(store_.begin());
  }
  CheckpointDone action{id, {}};
  for (const CompletedCheckpoint& old : dropped) action.dropped.push_back(old.id);
  actions_.push_back(std::move(action));
  failures_.completed(id);
  last_completion_ = now;
  if (done.request.number != 0) actions_.push_back(AnswerRequest{done.request.number, id});

  const size_t lower = abort_below(id);
  std::optional<CheckpointId> subsumed;
  if (!dropped.empty()) subsumed = dropped.back().id;
  actions_.push_back(AnnounceComplete{id, subsumed, std::move(done.executions)});
  for (const CompletedCheckpoint& old : dropped) discard(old);
  end_doubt();
  look(now, 2 + dropped.size() + 2 * lower);
}

void CheckpointCoordinator::abort(CheckpointId id, CheckpointFailure reason,
                                  std::optional<ExecutionId> blamed) {
  Pending gone = std::move(*find(id));
  std::erase_if(pending_, [&](const Pending& p) { return p.id == id; });
  if (gone.request.number != 0) {
    actions_.push_back(AnswerRequest{gone.request.number, std::nullopt, reason});
  }
  actions_.push_back(CheckpointGivenUp{id, reason});
  const CheckpointId latest_complete = latest() == nullptr ? CheckpointId{} : latest()->id;
  actions_.push_back(AnnounceAborted{id, latest_complete, std::move(gone.executions)});
  if (!is_kept(id)) {
    for (const SnapshotHandle& handle : gone.handles) {
      if (!handle.blob.empty()) actions_.push_back(DiscardBlob{handle.blob});
    }
    if (gone.stage == Stage::kStored) actions_.push_back(DiscardMetadata{id});
  }
  // An i/o exception is put down to the coordinator, whoever reports it.
  const bool of_task = blamed && reason != CheckpointFailure::kIoFailed;
  if (!fails_job(gone, reason, of_task)) return;
  const bool names_task = of_task && !ends_job(gone.request.kind);
  actions_.push_back(FailJob{names_task ? blamed : std::nullopt});
}

// Of a savepoint only a task's failure counts, and of one that is to end the job it always does.
bool CheckpointCoordinator::fails_job(const Pending& gone, CheckpointFailure reason, bool of_task) {
  if (of_task && ends_job(gone.request.kind)) return true;
  if (!of_task && is_savepoint(gone.request.kind)) return false;
  return failures_.add(gone.id, reason);
}

void CheckpointCoordinator::abort_all(CheckpointFailure reason) {
  for (const CheckpointId id : pending()) {
    if (find(id)->stage != Stage::kCommitting) abort(id, reason, std::nullopt);
  }
}

void CheckpointCoordinator::discard(const CompletedCheckpoint& checkpoint) {
  for (const SubtaskSnapshot& s : checkpoint.subtasks) {
    if (!s.handle.blob.empty()) actions_.push_back(DiscardBlob{s.handle.blob});
  }
  actions_.push_back(DiscardMetadata{checkpoint.id});
}

// ---- looking ----

CheckpointCoordinator::Pending* CheckpointCoordinator::find(CheckpointId id) {
  for (Pending& pending : pending_) {
    if (pending.id == id) return &pending;
  }
  return nullptr;
}

CompletedCheckpoint CheckpointCoordinator::to_completed(const Pending& pending) const {
  CompletedCheckpoint completed;
  completed.id = pending.id;
  completed.timestamp = pending.timestamp;
  completed.coordinators = pending.coordinators;
  size_t running = 0;
  for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
    const bool ran = running < pending.executions.size() && pending.plan.wait_for[running] == flat;
    completed.subtasks.push_back(
        {graph_.index().at(flat), !ran, ran ? pending.handles[running] : SnapshotHandle{}});
    if (ran) ++running;
  }
  return completed;
}

bool CheckpointCoordinator::is_kept(CheckpointId id) const {
  const auto is_it = [&](const CompletedCheckpoint& c) { return c.id == id; };
  return std::any_of(store_.begin(), store_.end(), is_it) ||
         std::any_of(in_doubt_.begin(), in_doubt_.end(), is_it);
}

std::vector<CheckpointAction> CheckpointCoordinator::take_actions() {
  return std::exchange(actions_, {});
}

ProcTime CheckpointCoordinator::next_due() const {
  ProcTime due = requests_.next_due();
  for (const Pending& pending : pending_) {
    if (pending.stage != Stage::kCommitting) {
      due = std::min(due, pending.timestamp + settings_.timeout);
    }
  }
  return due;
}

std::vector<CheckpointId> CheckpointCoordinator::pending() const {
  std::vector<CheckpointId> ids;
  for (const Pending& pending : pending_) ids.push_back(pending.id);
  return ids;
}

}  // namespace leat
