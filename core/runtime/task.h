// One attempt of a subtask, running in a TaskManager: input gate -> operator chain -> outputs.
//
// A step machine. The TaskManager (its host) hands it everything that happens, one thing at a time:
// batches and credits from the network, steps that the world has chosen, timers, checkpoint
// triggers and notifications, storage replies. It never blocks: without output credit, or with a
// channel blocked by a barrier, it takes no input until that changes, while everything else still
// comes in. (Flink: StreamTask and its mailbox, StreamInputProcessor,
// SubtaskCheckpointCoordinator.)
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/data/element.h"
#include "core/env/cluster_config.h"
#include "core/env/env.h"
#include "core/graph/job_graph.h"

namespace leat {

struct Placement {
  uint32_t attempt = 0;
  ProcessId process;
};

// What the JobMaster sends to deploy an execution.
struct TaskDescription {
  ExecutionId execution;
  CheckpointId restore_from;             // 0: start from nothing
  std::string snapshot_blob;             // where this subtask's state is; empty: none
  std::map<SubtaskId, Placement> peers;  // all producers and consumers

  void encode(ByteWriter& out) const;
  static TaskDescription decode(ByteReader& in);
};

// Where a subtask's snapshot is.
struct SnapshotHandle {
  std::string blob;  // unique per execution and checkpoint; empty where there is no state at all
  uint64_t bytes = 0;
  uint64_t hash = 0;

  void encode(ByteWriter& out) const;
  static SnapshotHandle decode(ByteReader& in);
};

class Task;

// What a task may ask of its TaskManager. Calls may come from inside any call to the task; the host
// must not call back into a task before that call has returned (it queues, or sends through Env).
class TaskHost {
 public:
  virtual ~TaskHost() = default;
  virtual Env& env() = 0;
  virtual const ClusterConfig& cluster() const = 0;
  virtual const JobProgram& program() const = 0;

  // ---- data plane: to the task at the other end of a channel ----
  virtual void send_batch(ExecutionId to, ProcessId where, uint32_t channel, uint64_t sequence,
                          Batch batch) = 0;
  virtual void send_credit(ExecutionId to, ProcessId where, uint32_t producer_channel,
                           uint32_t credits) = 0;
  // Asks the producer to begin; also carries the first credits. If the producer is not there (yet),
  // partition_not_found() of the task is called later.
  virtual void request_partition(ExecutionId producer, ProcessId where, uint32_t producer_channel,
                                 ExecutionId consumer, uint32_t consumer_channel,
                                 uint32_t credits) = 0;
  // ---- to the external log ----
  virtual void send_external(uint32_t local_task, NodeId node, Bytes body) = 0;

  // ---- to the JobMaster ----
  virtual void report_running(ExecutionId execution) = 0;
  virtual void report_end_of_data(ExecutionId execution) = 0;
  virtual void report_finished(ExecutionId execution) = 0;
  virtual void report_failed(ExecutionId execution, const std::string& cause) = 0;
  virtual void acknowledge(ExecutionId execution, CheckpointId id,
                           const SnapshotHandle& handle) = 0;
  // kDeclined: its snapshot could not be stored, which counts as a failed checkpoint; the other
  // reasons do not (Flink: CheckpointFailureManager.checkFailureCounter ignores
  // CHECKPOINT_DECLINED_TASK_NOT_READY, _ON_CANCELLATION_BARRIER and _SUBSUMED).
  virtual void decline(ExecutionId execution, CheckpointId id, AbortReason reason,
                       const std::string& cause) = 0;
  virtual void send_to_coordinator(ExecutionId execution, NodeId node, Bytes event) = 0;
};

// Timers and storage requests that a task makes through env() carry Task::kEndpointBase +
// local_task as their endpoint, so that the TaskManager can hand the reply to the right task.
class Task {
 public:
  static constexpr uint32_t kEndpointBase = 16;

  virtual ~Task() = default;

  virtual ExecutionId execution() const = 0;
  virtual ExecutionState state() const = 0;

  // Reads the snapshot back (asynchronously), opens the chain, asks for its partitions, then
  // reports that it is running.
  virtual void start() = 0;
  virtual void on_run(uint32_t channel) = 0;  // a step that env().make_ready announced
  virtual void on_timer(const TimerTag& tag) = 0;
  virtual void on_blob(BlobReply reply) = 0;

  virtual void on_batch(uint32_t channel, uint64_t sequence, Batch batch) = 0;
  virtual void on_credit(uint32_t out_channel, uint32_t credits) = 0;
  virtual void on_partition_request(uint32_t out_channel, ExecutionId consumer,
                                    uint32_t credits) = 0;
  virtual void partition_not_found(uint32_t in_channel) = 0;
  virtual void on_external(NodeId node, std::string_view body) = 0;
  // Channels to tasks there are broken: the task fails. To the log: its connectors are told.
  virtual void on_disconnect(ProcessId peer) = 0;

  virtual void trigger_checkpoint(CheckpointId id, ProcTime timestamp) = 0;  // sources only
  virtual void notify_complete(CheckpointId id) = 0;
  virtual void notify_aborted(CheckpointId id, CheckpointId latest_complete) = 0;
  virtual void on_coordinator_event(NodeId node, std::string_view event) = 0;
  // Its attempt is over, and it is called no more: deletes the snapshots that it has stored and not
  // acknowledged. (What is still being written the host deletes when it hears of it.)
  virtual void discard_snapshots() = 0;
};

// `local_task` is the TaskManager's number for this attempt, never used again in its incarnation.
std::unique_ptr<Task> make_task(TaskHost& host, TaskDescription description, uint32_t local_task);

}  // namespace leat
