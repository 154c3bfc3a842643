// Makes the operators of a task: one call, one attempt, one fresh copy of every user function.
#pragma once

#include <memory>

#include "core/operators/operator.h"
#include "core/runtime/task.h"

namespace leat {

class OperatorFactory {
 public:
  virtual ~OperatorFactory() = default;
  // A SourceOperator for a source, a Connector for a sink.
  virtual std::unique_ptr<Operator> make(const StreamNode& node) const = 0;
};

// make_task with other operators than the engine's own.  REQUIRES: the factory outlives the call.
std::unique_ptr<Task> make_task(TaskHost& host, TaskDescription description, uint32_t local_task,
                                const OperatorFactory& factory);

}  // namespace leat
