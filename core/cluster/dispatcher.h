// The Dispatcher: starts the job's JobMaster, and ends the cluster when the job has ended
// (Flink: application mode, one job a cluster).
#pragma once

#include "core/cluster/endpoint.h"

namespace leat {

class Dispatcher {
 public:
  Dispatcher(Env& env, uint64_t leader) : endpoint_(env, kDispatcher), leader_(leader) {}

  void start();
  void on_message(const Message& message);
  JobStatus job_status() const { return status_; }

 private:
  Endpoint endpoint_;
  uint64_t leader_;
  JobStatus status_ = JobStatus::kCreated;
};

}  // namespace leat
