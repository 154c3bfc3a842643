#include "core/operators/aligned_window_operator.h"
#include "core/operators/async_wait_operator.h"
#include "core/operators/broadcast_operators.h"
#include "core/operators/connected_operators.h"
#include "core/operators/interval_join_operator.h"
#include "core/operators/keyed_process_operator.h"
#include "core/operators/operator.h"
#include "core/operators/running_aggregate.h"
#include "core/operators/stateless_operators.h"
#include "core/operators/timestamps_and_watermarks.h"
#include "core/operators/window_join_operator.h"
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
  std::unique_ptr<Operator> operator()(const SubtaskSpec&) const { return make_subtask_index(); }
  std::unique_ptr<Operator> operator()(const AssignSpec& spec) const {
    return std::make_unique<TimestampsAndWatermarksOperator>(TimestampAssigner(spec),
                                                             generator_factory(spec.watermark));
  }
  std::unique_ptr<Operator> operator()(const KeyedProcessSpec&) const {
    return std::make_unique<KeyedProcessOperator>(node);
  }
  std::unique_ptr<Operator> operator()(const RunningAggregateSpec&) const {
    return std::make_unique<RunningAggregateOperator>(node);
  }
  std::unique_ptr<Operator> operator()(const WindowSpec&) const {
    if (AlignedWindowOperator::fits(node)) return std::make_unique<AlignedWindowOperator>(node);
    return std::make_unique<WindowOperator>(node);
  }
  std::unique_ptr<Operator> operator()(const ProcessSpec& spec) const { return make_process(spec); }
  std::unique_ptr<Operator> operator()(const CoMapSpec& spec) const { return make_co_map(spec); }
  std::unique_ptr<Operator> operator()(const CoFlatMapSpec& spec) const {
    return make_co_flat_map(spec);
  }
  std::unique_ptr<Operator> operator()(const CoProcessSpec& spec) const {
    if (node.keyed) return std::make_unique<KeyedCoProcessOperator>(node);
    return make_co_process(spec);
  }
  std::unique_ptr<Operator> operator()(const BroadcastProcessSpec&) const {
    return make_broadcast(node);
  }
  std::unique_ptr<Operator> operator()(const IntervalJoinSpec&) const {
    return make_interval_join(node);
  }
  std::unique_ptr<Operator> operator()(const WindowJoinSpec&) const {
    return make_window_join(node);
  }
  std::unique_ptr<Operator> operator()(const CoGroupSpec&) const { return make_window_join(node); }
  std::unique_ptr<Operator> operator()(const AsyncSpec& spec) const { return make_async(spec); }
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
