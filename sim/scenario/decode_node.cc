#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/decode_parts.h"
#include "sim/scenario/decode_two_input.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

// Kinds of nodes that the recorded jobs have and this engine does not offer yet.
constexpr const char* kNotYet[] = {"broadcast"};

std::string label_of(const std::vector<NamedExpression>& list) {
  std::string label;
  for (const NamedExpression& e : list) {
    label += label.empty() ? "" : ", ";
    label += e.expression.text() == e.name ? e.name : e.expression.text() + " as " + e.name;
  }
  return label;
}

class NodeDecoder {
 public:
  NodeDecoder(const Json& json, const Schema& input, GraphInProgress& progress, StreamNode& node)
      : json_(json),
        input_(input),
        progress_(progress),
        d_(progress.diagnostics),
        fields_(json, "node", d_),
        node_(node),
        scope_(scope_of(input)) {
    fields_.get("inputs");
  }

  void decode() {
    const size_t errors = d_.errors();
    node_.parallelism = static_cast<uint32_t>(
        fields_.integer("parallelism", progress_.graph.config.parallelism, 1, kMaxParallelism));
    decode_key();
    decode_placing(fields_, node_);
    decode_kind();
    if (d_.errors() == errors) fields_.refuse_unread("this kind of node");
    settle_parallelism(errors);
  }

  // A node that a script completes: what all nodes have is decoded here.
  void decode_scripted(const NodeScript& script, const Json& whole, std::vector<Schema> inputs) {
    const size_t errors = d_.errors();
    node_.parallelism = static_cast<uint32_t>(
        fields_.integer("parallelism", progress_.graph.config.parallelism, 1, kMaxParallelism));
    decode_key();
    decode_placing(fields_, node_);
    node_.output = input_;
    if (d_.errors() == errors) script.complete({whole, std::move(inputs), node_, d_});
    settle_parallelism(errors);
  }

 private:
  void settle_parallelism(size_t errors) {
    if (d_.errors() == errors && node_.keyed && node_.key_fields.empty()) node_.parallelism = 1;
  }
  void decode_key() {
    if (json_.find("key_by") == nullptr) return;
    node_.keyed = true;  // null: one key for all rows
    for (const Json* name : fields_.texts("key_by")) {
      const std::optional<uint32_t> index = input_.find(name->text);
      if (index)
        node_.key_fields.push_back(*index);
      else
        unknown_field(*name);
    }
    if (node_.key_fields.size() > 8)
      d_.error("SC103", fields_.key_span("key_by"), "a key has at most 8 fields");
  }

  void decode_kind() {
    std::vector<std::string> kinds;
    for (const char* kind :
         {"map", "project", "filter", "flat_map", "split", "stamp", "union", "assign", "window",
          "process", "running", "async", "subtask", "full_window"}) {
      if (fields_.has(kind)) kinds.emplace_back(kind);
    }
    if (fields_.has("reduce") && !fields_.has("window")) kinds.emplace_back("reduce");
    if (kinds.size() != 1) return complain_of_kinds(kinds);
    node_.output = input_;
    const std::string& kind = kinds[0];
    if (kind == "map") return decode_map();
    if (kind == "project") return decode_project();
    if (kind == "filter") return decode_filter();
    if (kind == "flat_map") return decode_flat_map();
    if (kind == "split") return decode_split();
    if (kind == "stamp") return decode_stamp();
    if (kind == "union") {
      node_.spec = UnionSpec{};
      if (!fields_.boolean("union", true))
        d_.error("SC102", fields_.key_span("union"), "a union says \"union\": true");
      return;
    }
    if (kind == "assign") return decode_assign();
    if (kind == "async") return decode_async(fields_, input_, node_);
    if (kind == "subtask") return decode_subtask();
    if (kind == "process") {
      decode_process(*fields_.get("process"), input_, node_, d_);
      return;
    }
    if (!node_.keyed) {
      d_.error("SC108", json_.span, fmt::format("a {} needs \"key_by\"", kind),
               kind == "window" ? "\"key_by\": null puts all rows under one key" : "");
      return;
    }
    if (kind == "window")
      decode_window(fields_, input_, node_);
    else if (kind == "full_window")
      decode_full_window(fields_, input_, node_);
    else if (kind == "running")
      decode_running(fields_, input_, node_);
    else
      decode_running_reduce(fields_, input_, node_);
  }

  void complain_of_kinds(const std::vector<std::string>& kinds) {
    for (const char* kind : kNotYet) {
      if (json_.find(kind) != nullptr) return;  // the unknown key has been reported
    }
    if (kinds.empty()) {
      d_.error("SC108", json_.span, "the node does nothing",
               "give one of: map, project, filter, flat_map, split, stamp, subtask, union, "
               "partition, assign, window, process, running, reduce, async; of two inputs: join, "
               "cogroup, "
               "interval_join, connect");
    } else {
      d_.error("SC106", fields_.key_span(kinds[1]),
               fmt::format("a node does one thing, and this has {} and {}", kinds[0], kinds[1]),
               "make two nodes of it");
    }
  }

  void unknown_field(const Json& name) {
    std::vector<std::string> known;
    for (const Field& field : input_.fields) known.push_back(field.name);
    report_unknown(d_, "SC112", name.span, "field", name.text, known);
  }

  void decode_map() {
    std::vector<NamedExpression> list;
    std::vector<Expression> outputs;
    Schema schema;
    for (const Json* text : fields_.texts("map")) {
      std::optional<NamedExpression> e = decode_named(*text, scope_, d_);
      if (!e) continue;
      if (schema.find(e->name))
        d_.error("SC105", text->span, fmt::format("two fields are named \"{}\"", e->name));
      schema.fields.push_back({e->name, e->expression.type()});
      outputs.push_back(e->expression);
      list.push_back(std::move(*e));
    }
    if (list.empty() && fields_.has("map"))
      d_.error("SC108", fields_.key_span("map"), "a map has at least one expression");
    node_.output = std::move(schema);
    node_.spec = MapSpec{map_function(std::move(outputs)), label_of(list)};
  }

  void decode_project() {
    std::vector<Expression> outputs;
    Schema schema;
    std::string label;
    for (const Json* name : fields_.texts("project")) {
      const std::optional<uint32_t> index = input_.find(name->text);
      if (!index) {
        unknown_field(*name);
        continue;
      }
      if (schema.find(name->text))
        d_.error("SC105", name->span, fmt::format("two fields are named \"{}\"", name->text));
      schema.fields.push_back(input_.fields[*index]);
      outputs.emplace_back(read_row(*index, input_.fields[*index].type), name->text);
      label += (label.empty() ? "" : ", ") + name->text;
    }
    node_.output = std::move(schema);
    node_.spec = MapSpec{map_function(std::move(outputs)), std::move(label)};
  }

  void decode_filter() {
    const auto condition = decode_condition(*fields_.get("filter"), scope_, d_);
    if (condition) node_.spec = FilterSpec{filter_function(*condition), condition->text()};
  }

  void append(const std::string& name, ValueType type, Span span) {
    if (node_.output.find(name))
      d_.error("SC105", span, fmt::format("a field is named \"{}\" already", name));
    node_.output.fields.push_back({name, type});
  }

  void decode_flat_map() {
    const Json& json = *fields_.get("flat_map");
    const Fields inner(json, "flat_map", d_);
    const Json* repeat = inner.get("repeat");
    const Json* split = inner.get("split");
    const std::string as = inner.text("as", "");
    if ((repeat == nullptr) == (split == nullptr) || as.empty()) {
      d_.error("SC108", json.span,
               "flat_map is {\"repeat\": e, \"as\": name} or {\"split\": e, \"as\": name}");
      return;
    }
    const Json& text = repeat != nullptr ? *repeat : *split;
    const auto e = decode_expression(text, scope_, d_);
    if (!e) return;
    if (repeat != nullptr ? !is_integral(e->type()) : e->type() != ValueType::kString) {
      d_.error("SC121", text.span,
               repeat != nullptr ? "repeat takes an int" : "split takes a string");
      return;
    }
    append(as, repeat != nullptr ? ValueType::kInt : ValueType::kString, inner.key_span("as"));
    node_.spec = repeat != nullptr ? FlatMapSpec{repeat_function(*e), "repeat " + e->text()}
                                   : FlatMapSpec{split_function(*e), "words of " + e->text()};
  }

  void decode_split() {
    const Json& json = *fields_.get("split");
    const Fields inner(json, "split", d_);
    const Json* when = inner.get("when");
    const std::string to = inner.text("to", "");
    if (when == nullptr || to.empty()) {
      d_.error("SC108", json.span, "split is {\"when\": condition, \"to\": tag}");
      return;
    }
    const auto condition = decode_condition(*when, scope_, d_);
    if (!condition) return;
    node_.sides.push_back({to, input_});
    node_.spec = SplitSpec{filter_function(*condition), condition->text() + " to " + to};
  }

  void decode_stamp() {
    const std::string name = fields_.text("stamp", "at");
    append(name, ValueType::kInt, fields_.key_span("stamp"));
    node_.spec = MapSpec{stamp_function(), "timestamp as " + name};
  }

  void decode_subtask() {
    append(fields_.text("subtask", "subtask"), ValueType::kInt, fields_.key_span("subtask"));
    node_.spec = SubtaskSpec{};
  }

  void decode_assign() {
    const Json& json = *fields_.get("assign");
    const Fields inner(json, "assign", d_);
    AssignSpec spec;
    if (const Json* ts = inner.get("ts"); ts != nullptr) {
      const auto e = decode_expression(*ts, scope_, d_);
      if (e && !is_integral(e->type()))
        d_.error("SC121", ts->span, "a timestamp is a time or an int");
      if (e) spec.event_time = scalar_function(*e);
    }
    spec.ingestion_time = decode_ingestion_time(inner);
    spec.watermark = decode_watermark(inner.get("watermark"), d_, WatermarksOf::kAssigner);
    node_.spec = std::move(spec);
  }

  const Json& json_;
  const Schema& input_;
  GraphInProgress& progress_;
  Diagnostics& d_;
  Fields fields_;
  StreamNode& node_;
  ExprScope scope_;
};

// "channel": an expression over the row's fields and `channels`, how many there are.
std::shared_ptr<const PartitionFunction> decode_partitioner(const Fields& fields,
                                                            const Schema& input) {
  Diagnostics& d = fields.diagnostics();
  const Json* channel = fields.get("channel");
  if (channel == nullptr) {
    d.error("SC108", fields.key_span("partition"), "a custom partitioning needs \"channel\"",
            "such as \"floor_mod(v, channels)\"");
    return nullptr;
  }
  ExprScope scope = scope_of(input);
  scope.names.push_back({"channels", ValueType::kInt, ExprName::Place::kExtra, 0});
  const auto e = decode_expression(*channel, scope, d);
  if (e && !is_integral(e->type())) {
    d.error("SC121", channel->span, "a channel is an int");
    return nullptr;
  }
  return e ? partition_function(*e) : nullptr;
}

// A partition node exists in the file only: it is the partitioning of the edges that leave it.
void decode_partition(const std::string& name, const Json& json, const NamedOutput& input,
                      GraphInProgress& progress) {
  static constexpr std::pair<const char*, Partitioning> kKinds[] = {
      {"rebalance", Partitioning::kRebalance}, {"rescale", Partitioning::kRescale},
      {"shuffle", Partitioning::kShuffle},     {"global", Partitioning::kGlobal},
      {"broadcast", Partitioning::kBroadcast}, {"forward", Partitioning::kForward},
      {"custom", Partitioning::kCustom}};
  const Fields fields(json, "node", progress.diagnostics);
  const std::string wanted = fields.text("partition", "");
  fields.get("inputs");
  std::vector<std::string> known;
  for (const auto& [text, partitioning] : kKinds) {
    known.emplace_back(text);
    if (wanted != text) continue;
    StreamEdge edge = input.edge;
    edge.partitioning = partitioning;
    const Schema schema = input.schema;
    if (partitioning == Partitioning::kCustom) {
      edge.custom = decode_partitioner(fields, schema);
      if (edge.custom == nullptr) return progress.announce_broken(name);
    }
    fields.refuse_unread("a partitioning");
    progress.outputs.push_back({name, false, edge, schema});
    return;
  }
  report_unknown(progress.diagnostics, "SC110", fields.get("partition")->span, "partitioning",
                 wanted, known);
  progress.announce_broken(name);
}

// Names that a node could read; broken inputs give null without a word.
std::vector<const NamedOutput*> decode_inputs(const Json& json, GraphInProgress& progress,
                                              bool& good) {
  Diagnostics& d = progress.diagnostics;
  std::vector<const NamedOutput*> inputs;
  const JsonMember* member = json.find("inputs");
  if (member == nullptr) {
    d.error("SC108", json.span, "the node has no \"inputs\"");
    good = false;
    return inputs;
  }
  std::vector<const Json*> names;
  if (member->value.is(Json::Kind::kList)) {
    for (const Json& item : member->value.items) names.push_back(&item);
  } else {
    names.push_back(&member->value);
  }
  if (names.empty()) {
    d.error("SC108", member->value.span, "the node has no inputs");
    good = false;
  }
  for (const Json* name : names) {
    const NamedOutput* input = resolve_input(*name, progress);
    if (input == nullptr || input->broken)
      good = false;
    else
      inputs.push_back(input);
  }
  return inputs;
}

// Keyed inputs are dealt by key, a broadcast side goes to all.
void deal_inputs(StreamNode& node) {
  for (uint32_t i = 0; i < node.inputs.size(); ++i) {
    const bool dealt = node.keyed && !node.key_fields.empty();
    if (i == 1 && std::holds_alternative<BroadcastProcessSpec>(node.spec)) {
      node.inputs[i].partitioning = Partitioning::kBroadcast;
    } else if (dealt) {
      node.inputs[i].partitioning = Partitioning::kHash;
    }
  }
}

}  // namespace

const NamedOutput* resolve_input(const Json& json, GraphInProgress& progress) {
  Diagnostics& d = progress.diagnostics;
  if (!json.is(Json::Kind::kText)) {
    d.error("SC102", json.span, "here must stand the name of a source or node", "",
            fmt::format("this is {}", name_of(json.kind)));
    return nullptr;
  }
  if (const NamedOutput* found = progress.find(json.text)) return found;
  const std::string base = json.text.substr(0, json.text.find('.'));
  if (std::find(progress.later.begin(), progress.later.end(), base) != progress.later.end()) {
    d.error("SC113", json.span, fmt::format("\"{}\" stands further down", json.text),
            "a node stands after what it reads; a job has no cycles");
    return nullptr;
  }
  const NamedOutput* owner = progress.find(base);
  if (owner != nullptr && owner->broken) return owner;
  std::vector<std::string> known;
  for (const NamedOutput& output : progress.outputs) known.push_back(output.name);
  report_unknown(d, "SC112", json.span, "node", json.text, known);
  return nullptr;
}

void decode_placing(const Fields& fields, StreamNode& node) {
  Diagnostics& d = fields.diagnostics();
  const std::string chaining = fields.text("chaining", "always");
  if (chaining == "head")
    node.chaining = ChainingStrategy::kHead;
  else if (chaining == "never")
    node.chaining = ChainingStrategy::kNever;
  else if (chaining != "always")
    report_unknown(d, "SC110", fields.get("chaining")->span, "chaining", chaining,
                   {"always", "head", "never"});
  node.slot_sharing_group = fields.text("slot_sharing_group", "");
  node.uid = fields.text("uid", "");
  if (fields.has("max_parallelism"))
    node.max_parallelism = static_cast<uint32_t>(fields.integer("max_parallelism", 128, 1, 32768));
}

void decode_node(const std::string& name, Span name_span, const Json& json,
                 GraphInProgress& progress) {
  Diagnostics& d = progress.diagnostics;
  if (progress.is_taken(name) || name.empty() || name.find('.') != std::string::npos) {
    d.error("SC111", name_span,
            progress.is_taken(name)
                ? fmt::format("\"{}\" is the name of something else already", name)
                : "a name is not empty and has no dot");
    return;
  }
  const size_t errors = d.errors();
  if (!json.is(Json::Kind::kObject)) {
    d.error("SC102", json.span, "a node is an object", "",
            fmt::format("this is {}", name_of(json.kind)));
    return progress.announce_broken(name);
  }
  bool good = true;
  const std::vector<const NamedOutput*> inputs = decode_inputs(json, progress, good);
  const bool is_union = json.find("union") != nullptr;
  const NodeScript* script = find_script(progress.scripts, json);
  const bool is_two = is_two_input_node(json) || (script != nullptr && inputs.size() == 2);
  if (inputs.size() > 1 && !is_union && !is_two) {
    d.error("SC114", json.find("inputs")->value.span, "only a union has several inputs");
    good = false;
  }
  if (good && is_two && inputs.size() != 2) {
    d.error("SC114", json.find("inputs")->value.span, "the node reads two inputs");
    good = false;
  }
  for (const NamedOutput* input : inputs) {
    if (good && is_union && !(input->schema == inputs[0]->schema)) {
      d.error("SC114", json.find("inputs")->value.span,
              fmt::format("\"{}\" and \"{}\" do not have the same fields", inputs[0]->name,
                          input->name));
      good = false;
    }
  }
  if (!good || inputs.empty()) {
    const Fields keys_are_checked_all_the_same(json, "node", d);
    return progress.announce_broken(name);
  }
  if (json.find("partition") != nullptr && d.errors() == errors) {
    const NamedOutput input = *inputs[0];
    return decode_partition(name, json, input, progress);
  }
  StreamNode node;
  node.name = name;
  const Schema schema = inputs[0]->schema;
  for (const NamedOutput* input : inputs) node.inputs.push_back(input->edge);
  if (script != nullptr) {
    std::vector<Schema> schemas;
    for (const NamedOutput* input : inputs) schemas.push_back(input->schema);
    NodeDecoder(without_script(*script, json), schema, progress, node)
        .decode_scripted(*script, json, std::move(schemas));
  } else if (is_two) {
    const Schema right = inputs[1]->schema;
    decode_two_input_node(json, schema, right, progress, node);
  } else {
    NodeDecoder(json, schema, progress, node).decode();
  }
  if (d.errors() > errors) return progress.announce_broken(name);
  deal_inputs(node);
  progress.graph.nodes.push_back(std::move(node));
  progress.announce(progress.graph.nodes.back());
}

}  // namespace leat
