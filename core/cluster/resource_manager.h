// The ResourceManager: which TaskManagers there are, and which of their slots the job has.
//
// It is the one place that decides whether a TaskManager is there: its own heartbeats, the
// JobMaster's and a new incarnation all lead to the same step (lost: fact, the JobMaster is told,
// the TaskManager is told to register anew). A registration has a number that is never used again
// in this leadership; everything that is said about a TaskManager later carries it.
#pragma once

#include <vector>

#include "core/cluster/endpoint.h"
#include "core/cluster/heartbeat_monitor.h"
#include "core/env/cluster_config.h"

namespace leat {

class ResourceManager {
 public:
  ResourceManager(Env& env, const ClusterConfig& config, uint64_t leader);

  void start();
  void on_message(const Message& message);
  void on_timer(const TimerTag& tag);
  void on_disconnect(ProcessId peer);

 private:
  struct Worker {
    ProcessId process;
    uint64_t registration = 0;
    uint32_t incarnation = 0;
    std::vector<bool> allocated;  // by slot
  };
  Worker* find(ProcessId process);
  rpc::Fence fence(const Worker& worker) const { return {leader_, worker.registration}; }
  Address executor(ProcessId process) const { return {process, kTaskExecutor}; }
  void on_register(ProcessId from, uint64_t leader, const rpc::Register& message);
  void lose(ProcessId process);
  void allocate();
  void look_at_heartbeats();
  void shut_down();

  Endpoint endpoint_;
  const ClusterConfig& config_;
  uint64_t leader_;
  uint64_t next_registration_ = 1;
  uint32_t required_ = 0;
  bool shut_down_ = false;
  std::vector<Worker> workers_;
  HeartbeatMonitor monitor_;
  Alarm heartbeat_;
};

}  // namespace leat
