#include "sim/oracle/classes.h"

#include <algorithm>

#include "sim/oracle/window_of_two.h"

namespace leat {
namespace {

constexpr OutFlow kLate{SinkClass::kConfluent, true, true};

// Where every record of every split stays inside the bound of its own watermarks, no record is late
// anywhere: a combined watermark is never above the split's own, and a split that is read again
// after a restore starts from MIN.
OutFlow of_source(const SourceSpec& spec, uint32_t width) {
  if (spec.watermark.idle_after.has_value()) return kLate;  // the others go on without it
  OutFlow out;
  if (spec.watermark.kind == WatermarkSpec::Kind::kNone) return out;
  if (spec.event_time == nullptr || spec.data == nullptr) return kLate;
  RowBatch rows(width);
  for (uint32_t split = 0; split < spec.data->splits(); ++split) {
    int64_t watermark = EventTime::min().ms;
    int64_t largest = EventTime::min().ms;
    const uint64_t size = spec.data->size(split);
    for (uint64_t first = 0; first < size; first += 256) {
      rows.clear();
      spec.data->read(split, first, static_cast<uint32_t>(std::min<uint64_t>(256, size - first)),
                      rows);
      for (uint32_t i = 0; i < rows.size(); ++i) {
        const Value time = spec.event_time->eval(rows.row(i), rows.timestamp(i));
        if (time.type() != ValueType::kTime && time.type() != ValueType::kInt) return kLate;
        const int64_t t = time.as_int();
        if (t <= watermark) return kLate;
        out.may_meet = out.may_meet || (watermark > EventTime::min().ms && t == watermark + 1);
        largest = std::max(largest, t);
        watermark = wrapping_sub(wrapping_sub(largest, spec.watermark.bound.ms), 1);
        if (watermark > largest) watermark = EventTime::min().ms;  // wrapped below MIN
      }
    }
  }
  return out;
}

bool order_dependent(const AggregateSpec& aggregate) {
  switch (aggregate.kind) {
    case AggregateSpec::Kind::kSum:
      return aggregate.argument_type == ValueType::kDouble;
    case AggregateSpec::Kind::kCollect:
    case AggregateSpec::Kind::kUser:  // nothing says that it is not
      return true;
    default:
      return false;
  }
}

// How a trigger decides: by watermark alone, by the order of rows, or by the clock.
SinkClass trigger_class(const TriggerSpec& trigger, TimeDomain domain) {
  using Kind = TriggerSpec::Kind;
  switch (trigger.kind) {
    case Kind::kDefault:
      return domain == TimeDomain::kEvent ? SinkClass::kConfluent : SinkClass::kProcessingTime;
    case Kind::kEventTime:
    case Kind::kEndOfStream:
    case Kind::kNever:
      return SinkClass::kConfluent;
    case Kind::kCount:
    case Kind::kDelta:
    case Kind::kContinuousEventTime:  // each watermark on the way brings an answer
      return SinkClass::kLateSensitive;
    case Kind::kProcessingTime:
    case Kind::kContinuousProcessingTime:
    case Kind::kProcessingTimeout:
    case Kind::kCustom:  // nothing says that it does not look at the clock
      return SinkClass::kProcessingTime;
    case Kind::kPurging:
      return trigger.nested ? trigger_class(*trigger.nested, domain) : SinkClass::kConfluent;
  }
  return SinkClass::kProcessingTime;
}

SinkClass window_class(const WindowSpec& window) {
  if (window.assigner == WindowSpec::Assigner::kCustom) return SinkClass::kProcessingTime;
  if (window.domain == TimeDomain::kProcessing && !window.is_global()) {
    return SinkClass::kProcessingTime;
  }
  SinkClass c = window.is_global() && window.trigger.kind == TriggerSpec::Kind::kDefault
                    ? SinkClass::kConfluent
                    : trigger_class(window.trigger, TimeDomain::kEvent);
  // Where the grid lies, and what is left of the elements, is decided by the order of arrival.
  if (window.stagger != WindowSpec::Stagger::kAligned) c = SinkClass::kProcessingTime;
  const bool by_order =
      window.evictor.kind != EvictorSpec::Kind::kNone || window.function != nullptr ||
      window.reduce != nullptr ||
      std::any_of(window.aggregates.begin(), window.aggregates.end(), order_dependent);
  return by_order ? std::max(c, SinkClass::kLateSensitive) : c;
}

OutFlow through(const StreamNode& node, OutFlow in) {
  const NodeSpec& spec = node.spec;
  if (const auto* source = std::get_if<SourceSpec>(&spec)) {
    // The clock, which never goes back: late for nothing, unless the others go on without it.
    if (source->ingestion_time)
      return {SinkClass::kProcessingTime, source->watermark.idle_after.has_value(), true};
    return of_source(*source, node.output.width());
  }
  if (const auto* assign = std::get_if<AssignSpec>(&spec)) {
    if (assign->ingestion_time)
      return {SinkClass::kProcessingTime, assign->watermark.idle_after.has_value(), true};
    // Here the order in which the channels interleave decides what the watermark has overtaken.
    in.may_be_late = assign->watermark.kind != WatermarkSpec::Kind::kNone ||
                     assign->watermark.idle_after.has_value();
    in.may_meet = in.may_be_late;
    return in;
  }
  if (std::holds_alternative<SubtaskSpec>(spec)) {
    in.c =
        std::max(in.c, SinkClass::kLateSensitive);  // where a row goes is no matter of its values
    return in;
  }
  if (std::holds_alternative<KeyedProcessSpec>(spec)) {
    in.c = std::max(in.c, SinkClass::kLateSensitive);
    const auto& function = std::get<KeyedProcessSpec>(spec).function;
    for (const StateDescriptor& state : function->states()) {
      if (state.ttl) in.c = SinkClass::kProcessingTime;  // the clock says what is still there
    }
    in.may_be_late = true;  // it may emit with any timestamp of the past
    in.may_meet = true;
    return in;
  }
  if (std::holds_alternative<RunningAggregateSpec>(spec)) {
    in.c = std::max(in.c, SinkClass::kLateSensitive);  // each result shows the order of the rows
    return in;
  }
  if (std::holds_alternative<IntervalJoinSpec>(spec)) {
    if (in.may_be_late) in.c = std::max(in.c, SinkClass::kLateSensitive);
    return in;
  }
  if (const auto* async = std::get_if<AsyncSpec>(&spec)) {
    // Whether an answer is in time is for the clock to say, and repetitions are not foreseen.
    if (async->timeout || async->retry) in.c = SinkClass::kProcessingTime;
    return in;
  }
  if (std::holds_alternative<CoProcessSpec>(spec) || std::holds_alternative<ProcessSpec>(spec) ||
      std::holds_alternative<BroadcastProcessSpec>(spec) ||
      std::holds_alternative<CoFlatMapSpec>(spec)) {
    // Nothing says that they do not look at the order, or at the clock.
    return {SinkClass::kProcessingTime, true, true};
  }
  if (const WindowSpec* window = windows_of_node(spec)) {
    in.c = std::max(in.c, window_class(*window));
    if (const auto* group = std::get_if<CoGroupSpec>(&spec)) {
      if (group->function->depends_on_order()) in.c = std::max(in.c, SinkClass::kLateSensitive);
    }
    if (in.c == SinkClass::kProcessingTime) in.may_be_late = true;
    if (in.may_be_late) in.c = std::max(in.c, SinkClass::kLateSensitive);
    in.may_meet =
        true;  // its answers bear the time that the watermark comes to when they are given
  }
  return in;
}

}  // namespace

const char* name_of(SinkClass c) {
  static constexpr const char* kNames[] = {"confluent", "late-sensitive", "processing-time",
                                           "at least once"};
  return kNames[static_cast<size_t>(c)];
}

std::vector<OutFlow> flows_of(const StreamGraph& graph) {
  const bool inexact = graph.config.checkpoint.interval &&
                       graph.config.checkpoint.mode == CheckpointingMode::kAtLeastOnce;
  std::vector<OutFlow> flows(graph.nodes.size());
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    OutFlow in;
    for (const StreamEdge& edge : graph.nodes[n].inputs) {
      const OutFlow& from = flows[edge.from.value];
      in.c = std::max(in.c, from.c);
      in.may_be_late = in.may_be_late || from.may_be_late;
      in.may_meet = in.may_meet || from.may_meet;
    }
    flows[n] = through(graph.nodes[n], in);
  }
  // Only now: what may be late behind a node is decided by its class with checkpoints exactly once.
  for (OutFlow& flow : flows) {
    if (inexact) flow.c = SinkClass::kAtLeastOnce;
  }
  return flows;
}

std::map<std::string, std::string> sink_classes(const Plan& plan) {
  std::map<std::string, std::string> by_name;
  for (uint32_t n = 0; n < plan.graph().nodes.size(); ++n) {
    const StreamNode& node = plan.graph().nodes[n];
    if (std::holds_alternative<SinkSpec>(node.spec))
      by_name[node.name] = name_of(plan.flow(NodeId{n}).c);
  }
  return by_name;
}

}  // namespace leat
