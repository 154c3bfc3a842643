#include "core/operators/aligned_window_operator.h"
#include "core/operators/keyed_process_operator.h"
#include "core/operators/operator.h"
#include "core/operators/stateless_operators.h"
#include "core/operators/timestamps_and_watermarks.h"
#include "core/operators/window_operator.h"

namespace leat {

namespace {

struct Maker {
  const StreamNode& node;

  std::unique_ptr<Operator> operator()(const MapSpec& spec) const { return make_map(spec); }
  std::unique_ptr<Operator> operator()(const FilterSpec& spec) const { return make_filter(spec); }
  std::unique_ptr<Operator> operator()(const FlatMapSpec& spec) const {
    return make_flat_map(spec);
  }
  std::unique_ptr<Operator> operator()(const SplitSpec& spec) const { return make_split(spec); }
  std::unique_ptr<Operator> operator()(const AssignSpec& spec) const {
    std::shared_ptr<const ScalarFunction> event_time;
    if (spec.event_time != nullptr) event_time = spec.event_time->clone();
    return std::make_unique<TimestampsAndWatermarksOperator>(std::move(event_time),
                                                             generator_factory(spec.watermark));
  }
  std::unique_ptr<Operator> operator()(const KeyedProcessSpec&) const {
    return std::make_unique<KeyedProcessOperator>(node);
  }
  std::unique_ptr<Operator> operator()(const WindowSpec&) const {
    if (AlignedWindowOperator::fits(node)) return std::make_unique<AlignedWindowOperator>(node);
    return std::make_unique<WindowOperator>(node);
  }
  std::unique_ptr<Operator> operator()(const SourceSpec&) const {
    fail_check("sources are made by core/connectors");
  }
  std::unique_ptr<Operator> operator()(const SinkSpec&) const {
    fail_check("sinks are made by core/connectors");
  }
  std::unique_ptr<Operator> operator()(const UnionSpec&) const {
    fail_check("a union exists in the graph only");
  }
};

}  // namespace

std::unique_ptr<Operator> make_operator(const StreamNode& node) {
  return std::visit(Maker{node}, node.spec);
}

}  // namespace leat
