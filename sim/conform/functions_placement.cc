// Functions about who gets what: operator state, rows of an edge, channels.
#include <algorithm>

#include "core/runtime/channel_selector.h"
#include "core/runtime/wiring.h"
#include "core/state/operator_state.h"
#include "sim/conform/functions.h"

namespace leat {

namespace {

Value integer(uint32_t n) { return Value::integer(n); }

uint32_t count_of(const Value& args, const char* name) {
  const int64_t count = number_of(member(args, name));
  if (count < 0 || count > 1'000'000) throw JobError(std::string(name) + " is out of range");
  return static_cast<uint32_t>(count);
}

Redistribution redistribution_named(const std::string& mode) {
  if (mode == "split") return Redistribution::kSplit;
  if (mode == "union") return Redistribution::kUnion;
  if (mode == "broadcast") return Redistribution::kBroadcast;
  throw UnknownRequest("the redistribution \"" + mode + "\" is not known");
}

// Answers the number that a case says was drawn.
class Drawn final : public Choices {
 public:
  explicit Drawn(uint32_t number) : number_(number) {}
  uint32_t choose(const Site&, Entity, uint32_t) override { return number_; }
  Identity choose_among(const Site&, std::span<const Identity> candidates) override {
    return candidates.front();
  }
  void enter_epoch(Entity, uint64_t) override {}

 private:
  uint32_t number_;
};

// The partitioners of the cases: "floor_mod" of key and channels, or always the "last".
class ByCase final : public PartitionFunction {
 public:
  explicit ByCase(std::string by) : by_(std::move(by)) {
    if (by_ != "floor_mod" && by_ != "last")
      throw UnknownRequest("the partitioner by \"" + by_ + "\" is not known");
  }
  int64_t channel(RowView row, uint32_t channels) const override {
    if (by_ == "last") return int64_t{channels} - 1;
    const int64_t rest = row[0].as_int() % int64_t{channels};
    return rest < 0 ? rest + channels : rest;
  }
  std::unique_ptr<PartitionFunction> clone() const override {
    return std::make_unique<ByCase>(by_);
  }

 private:
  std::string by_;
};

Partitioning partitioning_named(const std::string& name) {
  for (int p = 0; p <= static_cast<int>(Partitioning::kCustom); ++p) {
    if (name == name_of(static_cast<Partitioning>(p))) return static_cast<Partitioning>(p);
  }
  throw UnknownRequest("the partitioner \"" + name + "\" is not known");
}

// The keys of the records, one row each; where the case names none, so many of nothing.
std::vector<Row> records_of(const Value& args) {
  if (!has_member(args, "keys")) return std::vector<Row>(count_of(args, "records"), Row{Value()});
  const Value type = member(args, "type");
  std::vector<Row> rows;
  const Value keys = member(args, "keys");
  for (const Value& key : keys.as_list()) rows.push_back({typed_key(key, text_of(type))});
  return rows;
}

SubtaskId subtask(uint32_t vertex, uint32_t index) { return {VertexId{vertex}, index}; }

}  // namespace

Value redistributed(const Value& args) {
  const Value states = member(args, "states");
  std::vector<std::optional<uint32_t>> reported;
  for (const Value& state : states.as_list()) {
    reported.push_back(state.is_null()
                           ? std::nullopt
                           : std::optional(static_cast<uint32_t>(state.as_list().size())));
  }
  const auto dealt = redistribute(redistribution_named(text_of(member(args, "mode"))), reported,
                                  count_of(args, "new_parallelism"));
  std::vector<Value> result;
  for (const auto& elements : dealt) {
    std::vector<Value> list;
    for (const ReportedElement& e : elements)
      list.push_back(states.as_list()[e.subtask].as_list()[e.element]);
    result.push_back(Value::list(std::move(list)));
  }
  return Value::list(std::move(result));
}

Value selected_channels(const Value& args, const Value& start) {
  const bool named_so = has_member(args, "partitioner");
  JobEdge edge;
  edge.partitioning = partitioning_named(text_of(member(args, named_so ? "partitioner" : "by")));
  edge.key_fields = {0};
  if (edge.partitioning == Partitioning::kCustom)
    edge.custom = std::make_shared<ByCase>(text_of(member(args, "by")));
  Drawn drawn(has_member(args, "start") ? count_of(args, "start") : 0);
  const uint32_t channels = count_of(args, "channels");
  const bool by_key = edge.partitioning == Partitioning::kHash;
  ChannelSelector selector(edge, by_key ? count_of(args, "max_parallelism") : 128, channels, drawn,
                           entity("conform"));
  if (selector.is_broadcast()) return Value::text("all");
  std::vector<uint32_t> picked;
  for (const Row& record : records_of(args)) picked.push_back(selector.select(record));
  // Where the first channel was drawn at random the case counts from it.
  const bool from_first = !start.is_null() && !picked.empty();
  const uint32_t first = from_first ? picked[0] : 0;
  std::vector<Value> result;
  for (const uint32_t channel : picked)
    result.push_back(integer((channel + channels - first) % channels));
  return Value::list(std::move(result));
}

// Two vertices with one edge, as the plan wires them.
Value wired(const Value& args) {
  const bool pointwise = text_of(member(args, "pattern")) == "pointwise";
  JobGraph job;
  job.vertices.resize(2);
  job.vertices[0].parallelism = count_of(args, "sources");
  job.vertices[1].parallelism = count_of(args, "targets");
  job.vertices[0].out_edges = {0};
  job.vertices[1].in_edges = {0};
  JobEdge edge;
  edge.from_vertex = VertexId{0};
  edge.to_vertex = VertexId{1};
  edge.partitioning = pointwise ? Partitioning::kRescale : Partitioning::kRebalance;
  job.edges.push_back(std::move(edge));
  std::vector<Value> targets;
  for (uint32_t t = 0; t < job.vertices[1].parallelism; ++t) {
    std::vector<Value> inputs;
    for (const InChannel& channel : in_channels(job, subtask(1, t))) {
      inputs.push_back(
          Value::list({integer(channel.producer.index), integer(channel.producer_channel)}));
    }
    targets.push_back(Value::list(std::move(inputs)));
  }
  return Value::list(std::move(targets));
}

}  // namespace leat
