#include "core/connectors/connector_context.h"
#include "core/runtime/operator_factory.h"

namespace leat {

namespace {

// The engine's own operators.
class EngineOperators final : public OperatorFactory {
 public:
  std::unique_ptr<Operator> make(const StreamNode& node) const override {
    if (std::holds_alternative<SourceSpec>(node.spec)) return make_source(node);
    if (std::holds_alternative<SinkSpec>(node.spec)) return make_sink(node);
    return make_operator(node);
  }
};

}  // namespace

std::unique_ptr<Task> make_task(TaskHost& host, TaskDescription description, uint32_t local_task) {
  return make_task(host, std::move(description), local_task, EngineOperators{});
}

}  // namespace leat
