#include "sim/explore/fixed_by_input.h"

#include <algorithm>

#include "sim/explore/event_times.h"

namespace leat {

namespace {

bool by_watermark_alone(const TriggerSpec& trigger) {
  switch (trigger.kind) {
    case TriggerSpec::Kind::kDefault:
    case TriggerSpec::Kind::kEventTime:
      return true;
    case TriggerSpec::Kind::kPurging:
      return trigger.nested == nullptr || by_watermark_alone(*trigger.nested);
    default:
      return false;
  }
}

// Sums of doubles are made in the order of arrival, and nothing is known of a user's aggregate.
bool by_multiset_alone(const AggregateSpec& aggregate) {
  switch (aggregate.kind) {
    case AggregateSpec::Kind::kSum:
      return aggregate.argument_type != ValueType::kDouble;
    case AggregateSpec::Kind::kMin:
    case AggregateSpec::Kind::kMax:
    case AggregateSpec::Kind::kCount:
      return true;
    default:
      return false;
  }
}

bool fixed_window(const WindowSpec& spec) {
  return spec.domain == TimeDomain::kEvent && by_watermark_alone(spec.trigger) &&
         std::all_of(spec.aggregates.begin(), spec.aggregates.end(), by_multiset_alone);
}

// What an assigner in midstream sees is one split in its order only if each of its subtasks reads
// one split, by itself.
bool reads_one_split(const StreamGraph& graph, const StreamNode& source, NodeId assigner) {
  const uint32_t splits = std::get<SourceSpec>(source.spec).data->splits();
  if (splits != source.parallelism) return false;
  NodeId at = assigner;
  for (;;) {
    const StreamNode& node = graph.node(at);
    if (std::holds_alternative<SourceSpec>(node.spec)) return true;
    if (node.inputs.size() != 1 || node.parallelism != source.parallelism) return false;
    const Partitioning how = node.inputs[0].partitioning;
    if (how != Partitioning::kUnspecified && how != Partitioning::kForward) return false;
    at = node.inputs[0].from;
  }
}

// Each of these says why not; nothing where it is fixed.
std::string of_source(const StreamGraph& graph, NodeId id, Partitions partitions) {
  const StreamNode& node = graph.node(id);
  const SourceSpec& spec = std::get<SourceSpec>(node.spec);
  if (spec.data == nullptr) return node.name + " has no records of its own";
  const EventTimes times(graph, id);
  for (const Assigner& assigner : times.assigners()) {
    const std::string& name = graph.node(assigner.node).name;
    if (assigner.watermark.idle_after) return "a partition may be taken for idle at " + name;
    if (partitions == Partitions::kAsTheyAre && assigner.node != id &&
        !reads_one_split(graph, node, assigner.node))
      return "partitions of " + node.name + " share the watermark of " + name +
             " (not with as many subtasks as partitions)";
  }
  return stays_in_bound(times, *spec.data) ? "" : "rows of " + node.name + " may come late";
}

bool takes_clock_time(const NodeSpec& spec) {
  if (const auto* source = std::get_if<SourceSpec>(&spec)) return source->ingestion_time;
  const auto* assign = std::get_if<AssignSpec>(&spec);
  return assign != nullptr && assign->ingestion_time;
}

std::string of_node(const StreamGraph& graph, NodeId id, const std::set<NodeId>& clocked,
                    Partitions partitions) {
  const StreamNode& node = graph.node(id);
  if (clocked.contains(id) || takes_clock_time(node.spec)) return node.name + " looks at the clock";
  if (std::holds_alternative<SourceSpec>(node.spec)) return of_source(graph, id, partitions);
  if (const auto* window = std::get_if<WindowSpec>(&node.spec);
      window != nullptr && !fixed_window(*window)) {
    return "answers of " + node.name + " may depend on the order of its rows, or on the clock";
  }
  for (const StreamEdge& edge : node.inputs) {
    if (std::string why = of_node(graph, edge.from, clocked, partitions); !why.empty()) return why;
  }
  return {};
}

}  // namespace

std::string why_not_fixed(const StreamGraph& graph, NodeId sink, const std::set<NodeId>& clocked,
                          Partitions partitions) {
  return of_node(graph, sink, clocked, partitions);
}

bool fixed_by_input(const StreamGraph& graph, NodeId sink, const std::set<NodeId>& clocked,
                    Partitions partitions) {
  return why_not_fixed(graph, sink, clocked, partitions).empty();
}

std::map<std::string, std::string> not_compared(const StreamGraph& graph) {
  std::map<std::string, std::string> all;
  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    if (!std::holds_alternative<SinkSpec>(graph.nodes[n].spec)) continue;
    std::string why = why_not_fixed(graph, NodeId{n}, {});
    if (!why.empty()) all.emplace(graph.nodes[n].name, std::move(why));
  }
  return all;
}

}  // namespace leat
