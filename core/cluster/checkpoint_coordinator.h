// The checkpoints of a job: when they begin, when they count, when they are given up.
//
// A protocol object: it is told what happened and the time, decides, and leaves a list of actions
// for its owner (the JobMaster; in conformance cases a recorder) to carry out; it sends, stores and
// schedules nothing itself. (Flink: CheckpointCoordinator, PendingCheckpoint; reference 8.2
// to 8.14; conformance/machine.md "coordinator".)
//
// A checkpoint goes through: source coordinators snapshot first -> triggers to the sources -> all
// acknowledgements -> metadata written -> the list of completed checkpoints written -> completed.
// Invariants: ids rise and are never given twice; a checkpoint is completed exactly when the list
// that names it is durable, so while that write is under way it can neither be aborted nor be taken
// for completed, and only one such write is under way; nothing that is retained is ever discarded.
// A write of the list that fails may have been done all the same: the checkpoint is given up, and
// is in doubt until a list without it is durable. (Flink: PossibleInconsistentStateException, after
// which nothing is discarded.)
// A savepoint belongs to whoever asked for it: it is never in that list, and only one that ends the
// job is announced to tasks.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/cluster/checkpoint_failures.h"
#include "core/cluster/checkpoint_plan.h"
#include "core/cluster/checkpoint_requests.h"
#include "core/cluster/completed_checkpoint.h"

namespace leat {

struct CheckpointSettings {
  ScheduleSettings schedule;
  Duration timeout{600000};
  uint32_t max_concurrent = 1;
  uint32_t tolerable_failures = 0;
  uint32_t retained = 1;
  bool after_tasks_finish = true;        // checkpoints go on when some tasks have finished
  bool has_source_coordinators = false;  // then snapshot_coordinators is asked for, else skipped
};

// ---- what its owner is to do, in this order ----
struct CheckpointBegan {
  CheckpointId id;
};
struct SnapshotCoordinators {
  CheckpointId id;
};  // answer: coordinators_ready()
struct TriggerTasks {
  CheckpointId id;
  RequestKind kind = RequestKind::kByHand;
  ProcTime timestamp;
  std::vector<ExecutionId> to;
};
struct StoreMetadata {
  CheckpointId id;
  CompletedCheckpoint checkpoint;
};  // answer: metadata_stored()
struct StoreList {
  CheckpointId id;
  std::vector<CheckpointId> retained;
};  // answer: list_stored(); the id is 0 where the list names no new one
struct CheckpointDone {
  CheckpointId id;
  std::vector<CheckpointId> dropped;
};
struct CheckpointGivenUp {
  CheckpointId id;
  CheckpointFailure reason = CheckpointFailure::kExpired;
};
struct AcknowledgementCounted {
  ExecutionId execution;
  CheckpointId id;
};
struct AnnounceComplete {
  CheckpointId id;
  std::optional<CheckpointId> subsumed;
  std::vector<ExecutionId> to;
};
struct AnnounceAborted {
  CheckpointId id;
  CheckpointId latest_complete;
  std::vector<ExecutionId> to;
};
struct DiscardBlob {
  std::string name;
};
struct DiscardMetadata {
  CheckpointId id;
};
struct AnswerRequest {
  uint64_t number = 0;
  std::optional<CheckpointId> completed;
  CheckpointFailure failed = CheckpointFailure::kExpired;
};
struct RefusedToBegin {
  CheckpointRequest request;
  CheckpointFailure reason = CheckpointFailure::kTaskNotRunning;
};
struct FailJob {
  std::optional<ExecutionId> blamed;
};

using CheckpointAction =
    std::variant<CheckpointBegan, SnapshotCoordinators, TriggerTasks, StoreMetadata, StoreList,
                 CheckpointDone, CheckpointGivenUp, AcknowledgementCounted, AnnounceComplete,
                 AnnounceAborted, DiscardBlob, DiscardMetadata, AnswerRequest, RefusedToBegin,
                 FailJob>;

enum class AckResult : uint8_t { kCounted, kDuplicate, kExpired, kUnknown };

class CheckpointCoordinator {
 public:
  // REQUIRES: the graph outlives the coordinator.
  CheckpointCoordinator(const ExecutionGraph& graph, CheckpointSettings settings);

  // What an earlier leader left. Ids go on from `next`.
  void recover(std::vector<CompletedCheckpoint> completed, CheckpointId next);
  // Ids up to this one may be given (the JobMaster has noted that durably).
  void allow_ids_up_to(CheckpointId last) { last_allowed_ = last; }

  void start_scheduler(ProcTime now);
  void stop_scheduler(ProcTime now);  // aborts all that is pending or waits
  void failover(ProcTime now);        // aborts all that is pending
  void shut_down();                   // aborts all, and refuses whatever is asked for after
  void request(CheckpointRequest request, ProcTime now);
  void on_time(ProcTime now);  // timers due by now

  void coordinators_ready(CheckpointId id, std::vector<std::pair<NodeId, Bytes>> states,
                          ProcTime now);
  AckResult on_acknowledge(ExecutionId from, CheckpointId id, const SnapshotHandle& handle,
                           ProcTime now);
  void on_decline(ExecutionId from, CheckpointId id, ProcTime now,
                  CheckpointFailure reason = CheckpointFailure::kDeclined);
  void on_trigger_lost(CheckpointId id, ProcTime now);  // it did not reach its task
  // It is over and has said all it will: what still waits for it is given up at once, where Flink
  // would let it time out (and count that as a failure).
  void on_task_finished(ExecutionId task, ProcTime now);
  void metadata_stored(CheckpointId id, bool ok, ProcTime now);
  void list_stored(CheckpointId id, bool ok, ProcTime now);
  void settle_list();  // writes it once more, if one is in doubt; to be called again while it fails

  std::vector<CheckpointAction> take_actions();

  ProcTime next_due() const;
  // The list of completed ones is being written, or has to be once more: whether one more counts is
  // not known yet.
  bool committing() const { return list_is_written_ || !in_doubt_.empty(); }
  const std::vector<CompletedCheckpoint>& store() const { return store_; }
  const CompletedCheckpoint* latest() const { return store_.empty() ? nullptr : &store_.back(); }
  std::vector<CheckpointId> pending() const;
  CheckpointId next_id() const { return next_id_; }

 private:
  enum class Stage : uint8_t { kCoordinators, kAcknowledgements, kMetadata, kStored, kCommitting };
  struct Pending {
    CheckpointId id;
    CheckpointRequest request;
    Stage stage = Stage::kCoordinators;
    ProcTime timestamp;
    CheckpointPlan plan;
    std::vector<ExecutionId> executions;  // of plan.wait_for
    std::vector<uint8_t> acknowledged;    // the same order
    std::vector<SnapshotHandle> handles;  // the same order
    uint32_t missing = 0;
    std::vector<std::pair<NodeId, Bytes>> coordinators;
  };
  Pending* find(CheckpointId id);
  CompletedCheckpoint to_completed(const Pending& pending) const;
  bool is_kept(CheckpointId id) const;  // its files are
  void look(ProcTime now, size_t times);
  void begin(CheckpointRequest request, ProcTime now);
  void trigger(Pending& pending);
  void commit_next();
  void store_list(StoreList action);
  std::vector<CheckpointId> retained() const;
  void end_doubt();
  void complete(CheckpointId id, ProcTime now);
  void complete_savepoint(CheckpointId id, ProcTime now);
  size_t abort_below(CheckpointId id);  // how many; savepoints stay
  void refuse(const CheckpointRequest& request, CheckpointFailure reason);
  void abort(CheckpointId id, CheckpointFailure reason, std::optional<ExecutionId> blamed);
  bool fails_job(const Pending& gone, CheckpointFailure reason, bool of_task);
  void abort_all(CheckpointFailure reason);
  void drop_waiting(CheckpointFailure reason);
  void discard(const CompletedCheckpoint& checkpoint);

  const ExecutionGraph& graph_;
  CheckpointSettings settings_;
  CheckpointRequests requests_;
  CheckpointFailures failures_;
  CheckpointId next_id_{1};
  CheckpointId last_allowed_{~uint64_t{0}};
  std::optional<ProcTime> last_completion_;
  std::vector<Pending> pending_;               // by rising id
  std::vector<CompletedCheckpoint> store_;     // by rising id
  std::vector<CompletedCheckpoint> in_doubt_;  // given up, but storage's list may name them
  bool list_is_written_ = false;               // at this moment
  std::vector<CheckpointId> lately_expired_;
  bool shut_down_ = false;
  std::vector<CheckpointAction> actions_;
};

}  // namespace leat
