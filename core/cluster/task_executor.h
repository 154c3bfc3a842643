// The TaskExecutor: the TaskManager's side of the control plane.
//
// It registers at the ResourceManager until it is heard, offers the slots it is asked for, and runs
// what the JobMaster deploys. It follows one registration under one leader at a time; a new one of
// either means that everything it has was given up by the cluster: tasks are dropped and slots
// free. So does a leader that is not heard of for the heartbeat timeout. (Flink: TaskExecutor.)
#pragma once

#include <functional>
#include <vector>

#include "core/cluster/endpoint.h"
#include "core/cluster/heartbeat_monitor.h"
#include "core/cluster/task_table.h"
#include "core/env/cluster_config.h"

namespace leat {

class TaskExecutor {
 public:
  // `host` is what the tasks get.
  TaskExecutor(TaskHost& host, TaskTable& tasks);

  void start();
  void on_message(const Message& message);
  void on_timer(const TimerTag& tag);
  void on_disconnect_from_job_manager();

  // From tasks, possibly inside their calls.
  void report(ExecutionId execution, ExecutionState state, const std::string& cause);
  void report_end_of_data(ExecutionId execution);
  void acknowledge(ExecutionId execution, CheckpointId id, const SnapshotHandle& handle);
  void decline(ExecutionId execution, CheckpointId id, AbortReason reason,
               const std::string& cause);
  void send_reader_event(ExecutionId execution, NodeId node, Bytes event);

 private:
  Address resource_manager() const { return {config_.job_manager, kResourceManager}; }
  Address job_master() const { return {config_.job_manager, kJobMaster}; }
  template <class M>
  void tell_job_master(const M& message) {
    endpoint_.send(job_master(), fence_, message);
  }
  void try_to_register();
  void give_up_everything();
  void on_registration_message(rpc::MessageType type, rpc::Fence fence);
  void on_control(rpc::MessageType type, const Message& message);
  void on_checkpoint_message(rpc::MessageType type, const Message& message);
  void deploy(const rpc::Deploy& message);
  void deploy_one(const rpc::Deploy& message, const rpc::DeployedTask& task);
  void cancel(ExecutionId execution);
  void offer_slots();
  void tell_state(const TaskTable::Entry& entry);

  TaskHost& host_;
  const ClusterConfig& config_;
  TaskTable& tasks_;
  Endpoint endpoint_;
  SubtaskIndex index_;
  rpc::Fence fence_;        // of the leader and registration that it follows; registration 0: none
  uint64_t left_ = 0;       // the registration of this leader that was given up last; 0: none
  bool dismissed_ = false;  // the cluster has shut down
  std::vector<bool> offered_;  // by slot
  HeartbeatMonitor leader_;
  Alarm register_alarm_;
  Alarm leader_alarm_;
};

}  // namespace leat
