// The JobMaster: runs the one job. It holds the execution graph, the slots that TaskManagers have
// offered, the checkpoint coordinator, the source coordinators and the restart strategy, and is the
// only one that acts for them.
//
// Decide, then act: every event changes the execution graph or a protocol object first, then
// advance() looks at where the job stands and takes the next step, and act() carries out what the
// checkpoint coordinator has decided. Nothing is remembered that can be derived from the graph.
//
// Failover is whole: the job is one pipelined region. On a failure all other tasks are cancelled;
// when all are terminal, or their TaskManagers lost, and the delay is over, and no
// completed-checkpoint list is being written, every task starts anew from the latest completed
// checkpoint with a higher attempt. (Flink: JobMaster, DefaultScheduler, ExecutionFailureHandler;
// reference 9.)
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/cluster/alignment_groups.h"
#include "core/cluster/checkpoint_coordinator.h"
#include "core/cluster/endpoint.h"
#include "core/cluster/heartbeat_monitor.h"
#include "core/cluster/job_store.h"
#include "core/cluster/restart_strategy.h"
#include "core/cluster/source_coordinator.h"
#include "core/env/cluster_config.h"

namespace leat {

class JobMaster {
 public:
  JobMaster(Env& env, const ClusterConfig& config, std::shared_ptr<const JobProgram> program,
            uint64_t leader);

  void on_message(const Message& message);
  void on_timer(const TimerTag& tag);
  void on_blob(BlobReply reply);
  void on_disconnect(ProcessId peer);

 private:
  // A TaskManager that has offered slots.
  struct Worker {
    ProcessId process;
    uint64_t registration = 0;       // 0: not here now
    uint64_t dead_registration = 0;  // this one and those before are over
    std::vector<uint32_t> slots;
  };
  struct OpenTrigger {
    ExecutionId execution;
    CheckpointId checkpoint;
  };
  // What the completed checkpoints of an earlier leader are read into.
  struct Recovery {
    struct Read {
      uint32_t kind = 0;
      uint64_t arg = 0;
      std::string blob;
    };
    std::vector<Read> again;  // that storage has not answered
    std::optional<JobRecord> record;
    std::vector<CheckpointId> list;
    std::vector<CompletedCheckpoint> checkpoints;
  };

  Worker* find_worker(ProcessId process);
  Worker& known_worker(ProcessId process);  // made where it was not
  rpc::Fence fence(const Worker& worker) const { return {leader_, worker.registration}; }
  template <class M>
  void send_to(ProcessId process, const M& message) {
    if (const Worker* worker = find_worker(process);
        worker != nullptr && worker->registration != 0) {
      endpoint_.send({process, kTaskExecutor}, fence(*worker), message);
    }
  }
  const StreamGraph& stream() const { return program_->graph; }
  const CheckpointConfig& checkpointing() const { return stream().config.checkpoint; }

  // ---- job_master_recovery.cc: the leadership begins, the job ends ----
  void begin();
  void read(uint32_t kind, uint64_t arg, const std::string& blob);
  void on_recovery_reply(const BlobReply& reply);
  void read_again(const BlobReply& reply, const std::string& blob);
  void ask_storage_again();
  void recover_record(const BlobReply& reply);
  void recover_list(const BlobReply& reply);
  void recover_checkpoint(const BlobReply& reply);
  void recovered();
  void on_record_written(bool ok);
  void announce_end();
  bool is_over() const { return status_ == JobStatus::kFinished || status_ == JobStatus::kFailed; }

  // ---- job_master.cc: messages ----
  void on_worker_message(rpc::MessageType type, const Message& message);
  void on_offer(ProcessId from, uint64_t registration, const rpc::OfferSlots& offer);
  void release_worker(ProcessId process);
  void on_task_state(const rpc::TaskState& message);
  void on_end_of_data(ExecutionId execution);
  void on_report(ProcessId from, const rpc::ExecutionReport& report);
  void look_at_heartbeats();
  void worker_unreachable(ProcessId process);
  bool has_waiting_reader(SubtaskId finished) const;
  void settle();

  // ---- job_master_failover.cc: where the job goes ----
  void set_status(JobStatus status);
  void set_state(uint32_t flat, ExecutionState state);
  void advance();
  void start_attempt();
  bool ready_to_deploy() const;
  void deploy();
  void place_executions();
  void fail_execution(uint32_t flat);
  void on_failure();
  void cancel_all();
  uint32_t slots_here() const;

  // ---- job_master_checkpoints.cc ----
  void act();
  void act(const CheckpointBegan& action);
  void act(const SnapshotCoordinators& action);
  void act(const TriggerTasks& action);
  void act(const StoreMetadata& action);
  void act(const StoreList& action);
  void act(const CheckpointDone& action);
  void act(const CheckpointGivenUp& action);
  void act(const AcknowledgementCounted& action);
  void act(const AnnounceComplete& action);
  void act(const AnnounceAborted& action);
  void act(const DiscardBlob& action);
  void act(const DiscardMetadata& action);
  void act(const AnswerRequest&) {}  // nobody outside asks yet
  void act(const RefusedToBegin&) {}
  void act(const FailJob& action);
  void end_of_checkpoint(CheckpointId id);
  void look_at_source_snapshots();
  void on_reader_event(ProcessId from, const rpc::ReaderEvent& message);
  void send_source_events();
  void announce_alignment();
  void reader_finished(SubtaskId subtask);
  SourceCoordinator* coordinator_of(NodeId source);  // null: there is no such source

  Endpoint endpoint_;
  const ClusterConfig& config_;
  std::shared_ptr<const JobProgram> program_;
  uint64_t leader_;

  JobStatus status_ = JobStatus::kCreated;
  ExecutionGraph graph_;
  CheckpointCoordinator coordinator_;
  std::vector<SourceCoordinator> sources_;
  AlignmentGroups alignment_;
  std::unique_ptr<RestartStrategy> restart_;
  JobRecordWriter record_;
  Recovery recovery_;
  bool delay_over_ = false;                   // of the restart that is pending
  std::optional<CheckpointId> snapshotting_;  // the source coordinators are at it
  std::vector<OpenTrigger> open_triggers_;
  std::vector<Worker> workers_;
  HeartbeatMonitor monitor_;

  Alarm heartbeat_alarm_;
  Alarm checkpoint_alarm_;
  Alarm restart_alarm_;
  Alarm slot_alarm_;
  Alarm store_alarm_;
  Alarm alignment_alarm_;
};

}  // namespace leat
