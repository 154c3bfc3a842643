// The shuffle service of a TaskManager: batches, credits and requests between tasks.
//
// A task of the same process gets them without serialising, but never from inside another task's
// call: they wait in a short queue that is emptied right after it (a direct call would re-enter the
// sender). To another process they go as bytes, one lane a channel and direction, so that channels
// overtake one another but each keeps its order. What is meant for an execution that is not here is
// dropped; a request for one is answered, so that the consumer asks again (Flink:
// PartitionNotFoundException).
#pragma once

#include <deque>
#include <variant>

#include "core/cluster/data_messages.h"
#include "core/cluster/endpoint.h"
#include "core/cluster/task_table.h"

namespace leat {

class DataPlane {
 public:
  DataPlane(Env& env, TaskTable& tasks) : env_(env), tasks_(tasks) {}

  void send(ProcessId where, rpc::BatchMessage message);
  void send(ProcessId where, const rpc::CreditMessage& message);
  void send(ProcessId where, const rpc::PartitionRequest& message);

  void on_message(const Message& message);
  // Hands over what waits for tasks of this process, until nothing does.
  // REQUIRES: not called from inside a task.
  void hand_over();

 private:
  using Local = std::variant<rpc::BatchMessage, rpc::CreditMessage, rpc::PartitionRequest,
                             rpc::PartitionNotFound>;
  template <class M>
  void transmit(ProcessId where, Lane lane, const M& message);
  void deliver(rpc::BatchMessage& message, ProcessId from);
  void deliver(rpc::CreditMessage& message, ProcessId from);
  void deliver(rpc::PartitionRequest& message, ProcessId from);
  void deliver(rpc::PartitionNotFound& message, ProcessId from);

  Env& env_;
  TaskTable& tasks_;
  std::deque<Local> local_;
};

}  // namespace leat
