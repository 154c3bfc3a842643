#include "sim/explore/features.h"

#include <algorithm>

#include "sim/scenario/labels.h"

namespace leat {

namespace {

template <class Kind>
using Names = std::vector<std::pair<Kind, const char*>>;

using AssignedBy = WindowSpec::Assigner;
const Names<AssignedBy> kWindows = {{AssignedBy::kTumbling, "window tumbling"},
                                    {AssignedBy::kSliding, "window sliding"},
                                    {AssignedBy::kSession, "window session"},
                                    {AssignedBy::kGlobal, "window global"}};

using Trigger = TriggerSpec::Kind;
const Names<Trigger> kTriggers = {
    {Trigger::kDefault, "trigger of the window"},
    {Trigger::kEventTime, "trigger event_time"},
    {Trigger::kProcessingTime, "trigger processing_time"},
    {Trigger::kCount, "trigger count"},
    {Trigger::kPurging, "trigger purging"},
    {Trigger::kContinuousEventTime, "trigger continuous_event_time"},
    {Trigger::kContinuousProcessingTime, "trigger continuous_processing_time"},
    {Trigger::kDelta, "trigger delta"},
    {Trigger::kProcessingTimeout, "trigger timeout"},
    {Trigger::kEndOfStream, "trigger end_of_stream"},
    {Trigger::kNever, "trigger never"}};

using Evictor = EvictorSpec::Kind;
const Names<Evictor> kEvictors = {{Evictor::kCount, "evictor count"},
                                  {Evictor::kTime, "evictor time"},
                                  {Evictor::kDelta, "evictor delta"}};

using Aggregate = AggregateSpec::Kind;
const Names<Aggregate> kAggregates = {{Aggregate::kSum, "aggregate sum"},
                                      {Aggregate::kMin, "aggregate min"},
                                      {Aggregate::kMax, "aggregate max"},
                                      {Aggregate::kCount, "aggregate count"},
                                      {Aggregate::kUser, "aggregate collect"}};

using Running = RunningAggregateSpec::Kind;
const Names<Running> kRunning = {
    {Running::kSum, "running sum"},      {Running::kMin, "running min"},
    {Running::kMax, "running max"},      {Running::kMinBy, "running min_by"},
    {Running::kMaxBy, "running max_by"}, {Running::kReduce, "running reduce"}};

using State = StateDescriptor::Kind;
const Names<State> kStates = {{State::kValue, "state value"},
                              {State::kList, "state list"},
                              {State::kMap, "state map"},
                              {State::kReducing, "state reducing"},
                              {State::kAggregating, "state aggregating"}};

using Mark = WatermarkSpec::Kind;
const Names<Mark> kWatermarks = {{Mark::kNone, "watermark none"},
                                 {Mark::kBounded, "watermark bounded"},
                                 {Mark::kPunctuated, "watermark punctuated"}};

using SinkKind = SinkSpec::Kind;
const Names<SinkKind> kSinks = {{SinkKind::kTransactional, "sink transactional"},
                                {SinkKind::kAtLeastOnce, "sink at_least_once"},
                                {SinkKind::kPrint, "sink print"}};

const Names<Partitioning> kPartitionings = {{Partitioning::kForward, "partition forward"},
                                            {Partitioning::kRebalance, "partition rebalance"},
                                            {Partitioning::kRescale, "partition rescale"},
                                            {Partitioning::kShuffle, "partition shuffle"},
                                            {Partitioning::kBroadcast, "partition broadcast"},
                                            {Partitioning::kGlobal, "partition global"},
                                            {Partitioning::kHash, "partition hash"},
                                            {Partitioning::kCustom, "partition custom"}};

using Restart = RestartConfig::Kind;
const Names<Restart> kRestarts = {{Restart::kNone, "restart none"},
                                  {Restart::kFixedDelay, "restart fixed_delay"},
                                  {Restart::kFailureRate, "restart failure_rate"},
                                  {Restart::kExponentialDelay, "restart exponential_delay"}};

const std::vector<std::string> kOthers = {"source table",
                                          "source log",
                                          "idleness",
                                          "alignment",
                                          "ingestion time",
                                          "map",
                                          "filter",
                                          "flat_map",
                                          "split",
                                          "stamp or subtask",
                                          "union",
                                          "assign",
                                          "process",
                                          "process without key",
                                          "connect map",
                                          "connect flat_map",
                                          "connect process",
                                          "connect process without key",
                                          "broadcast state",
                                          "broadcast state beside keyed",
                                          "interval_join",
                                          "window_join",
                                          "co_group",
                                          "async ordered",
                                          "async unordered",
                                          "async timeout",
                                          "async on_timeout",
                                          "time to live",
                                          "time to live renewed by reads",
                                          "time to live shown once more",
                                          "window of processing time",
                                          "window offset",
                                          "window stagger",
                                          "window session by element",
                                          "window lateness",
                                          "window late side",
                                          "window reduce",
                                          "window of all",
                                          "evictor after",
                                          "mode batch",
                                          "no checkpoints",
                                          "at least once",
                                          "unaligned",
                                          "unaligned after a timeout",
                                          "checkpoints concurrent",
                                          "checkpoint pause",
                                          "faults beyond the restarts",
                                          "the same fault again",
                                          "chaining off",
                                          "slot_sharing_group",
                                          "max_parallelism"};

class Reader {
 public:
  explicit Reader(std::set<std::string>& found) : found_(found) {}

  void operator()(const SourceSpec& s) {
    add(s.kind == SourceSpec::Kind::kTable ? "source table" : "source log");
    watermark(s.watermark);
    add("ingestion time", s.ingestion_time);
  }
  void operator()(const MapSpec&) { add("map"); }
  void operator()(const FilterSpec&) { add("filter"); }
  void operator()(const FlatMapSpec&) { add("flat_map"); }
  void operator()(const SplitSpec&) { add("split"); }
  void operator()(const SubtaskSpec&) { add("stamp or subtask"); }
  void operator()(const UnionSpec&) { add("union"); }
  void operator()(const AssignSpec& s) {
    add("assign");
    watermark(s.watermark);
    add("ingestion time", s.ingestion_time);
  }
  void operator()(const KeyedProcessSpec& s) {
    add("process");
    states(s.function->states());
  }
  void operator()(const ProcessSpec&) { add("process without key"); }
  void operator()(const CoMapSpec&) { add("connect map"); }
  void operator()(const CoFlatMapSpec&) { add("connect flat_map"); }
  void operator()(const CoProcessSpec& s) { states(s.function->states()); }
  void operator()(const BroadcastProcessSpec& s) {
    add("broadcast state");
    add("broadcast state beside keyed", !s.function->states().empty());
  }
  void operator()(const RunningAggregateSpec& s) { name(kRunning, s.kind); }
  void operator()(const WindowSpec& s) {
    name(kWindows, s.assigner);
    add("window of processing time", s.domain == TimeDomain::kProcessing);
    add("window offset", s.offset != Duration{0});
    add("window stagger", s.stagger != WindowSpec::Stagger::kAligned);
    add("window session by element", s.gap_of != nullptr);
    add("window lateness", s.allowed_lateness != Duration{0});
    add("window late side", s.late_to_side);
    add("window reduce", s.reduce != nullptr);
    trigger(s.trigger);
    name(kEvictors, s.evictor.kind);
    add("evictor after", s.evictor.when == EvictorSpec::When::kAfter);
    for (const AggregateSpec& aggregate : s.aggregates) name(kAggregates, aggregate.kind);
  }
  void operator()(const IntervalJoinSpec&) { add("interval_join"); }
  void operator()(const WindowJoinSpec& s) {
    add("window_join");
    name(kWindows, s.window.assigner);
  }
  void operator()(const CoGroupSpec& s) {
    add("co_group");
    name(kWindows, s.window.assigner);
  }
  void operator()(const AsyncSpec& s) {
    add(s.mode == AsyncSpec::Mode::kOrdered ? "async ordered" : "async unordered");
    add("async timeout", s.timeout.has_value());
    add("async on_timeout", s.label.ends_with(kAnswersAtTimeout));
  }
  void operator()(const SinkSpec& s) { name(kSinks, s.kind); }

  void around(const StreamNode& node) {
    add("window of all",
        node.keyed && node.key_fields.empty() && std::holds_alternative<WindowSpec>(node.spec));
    if (std::holds_alternative<CoProcessSpec>(node.spec))
      add(node.keyed ? "connect process" : "connect process without key");
    add("chaining off", node.chaining != ChainingStrategy::kAlways);
    add("slot_sharing_group", !node.slot_sharing_group.empty());
    add("max_parallelism", node.max_parallelism.has_value());
  }
  void config(const JobConfig& config) {
    add("mode batch", config.mode == ExecutionMode::kBatch);
    name(kRestarts, config.restart.kind);
    const CheckpointConfig& checkpoint = config.checkpoint;
    if (!checkpoint.interval) return add("no checkpoints");
    add("at least once", checkpoint.mode == CheckpointingMode::kAtLeastOnce);
    add("unaligned", checkpoint.is_unaligned() && checkpoint.alignment_timeout.ms == 0);
    add("unaligned after a timeout",
        checkpoint.is_unaligned() && checkpoint.alignment_timeout.ms > 0);
    add("checkpoints concurrent", checkpoint.max_concurrent > 1);
    add("checkpoint pause", checkpoint.min_pause != Duration{0});
  }
  void faults(const std::vector<Fault>& faults) {
    const bool kills = std::any_of(faults.begin(), faults.end(), [](const Fault& fault) {
      return fault.kind == FaultKind::kKill;
    });
    add("faults beyond the restarts", kills);
    add("the same fault again", !faults.empty() && !kills);
  }
  void edge(Partitioning partitioning) { name(kPartitionings, partitioning); }

 private:
  void add(const char* feature, bool there = true) {
    if (there) found_.insert(feature);
  }
  template <class Kind>
  void name(const Names<Kind>& names, Kind kind) {
    for (const auto& [known, feature] : names) add(feature, known == kind);
  }
  void watermark(const WatermarkSpec& spec) {
    name(kWatermarks, spec.kind);
    add("idleness", spec.idle_after.has_value());
    add("alignment", spec.alignment.has_value());
  }
  void trigger(const TriggerSpec& spec) {
    name(kTriggers, spec.kind);
    if (spec.nested != nullptr) trigger(*spec.nested);
  }
  void states(const std::vector<StateDescriptor>& states) {
    for (const StateDescriptor& state : states) {
      name(kStates, state.kind);
      add("time to live", state.ttl.has_value());
      if (!state.ttl) continue;
      add("time to live renewed by reads", state.ttl->update == StateTtl::Update::kOnReadAndWrite);
      add("time to live shown once more",
          state.ttl->visibility == StateTtl::Visibility::kReturnExpiredIfNotCleanedUp);
    }
  }
  std::set<std::string>& found_;
};

template <class Kind>
void append(const Names<Kind>& names, std::vector<std::string>& all) {
  for (const auto& [kind, name] : names) all.emplace_back(name);
}

std::vector<std::string> make_all() {
  std::vector<std::string> all = kOthers;
  append(kWindows, all);
  append(kTriggers, all);
  append(kEvictors, all);
  append(kAggregates, all);
  append(kRunning, all);
  append(kStates, all);
  append(kWatermarks, all);
  append(kSinks, all);
  append(kPartitionings, all);
  append(kRestarts, all);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

const std::vector<std::string>& all_features() {
  static const std::vector<std::string> kAll = make_all();
  return kAll;
}

std::set<std::string> features_of(const Scenario& scenario) {
  std::set<std::string> found;
  Reader reader(found);
  const JobProgram& program = *scenario.program;
  for (const StreamNode& node : program.graph.nodes) {
    std::visit(reader, node.spec);
    reader.around(node);
  }
  for (const JobEdge& edge : program.job.edges) reader.edge(edge.partitioning);
  reader.config(program.graph.config);
  reader.faults(scenario.faults);
  return found;
}

}  // namespace leat
