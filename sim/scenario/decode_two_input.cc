#include "sim/scenario/decode_two_input.h"

#include <fmt/format.h>

#include "sim/scenario/broadcast_function.h"
#include "sim/scenario/decode_windows.h"
#include "sim/scenario/labels.h"
#include "sim/scenario/two_input_functions.h"

namespace leat {

namespace {

constexpr const char* kKinds[] = {"join", "cogroup", "interval_join", "connect"};

class TwoInputDecoder {
 public:
  TwoInputDecoder(const Json& json, const Schema& left, const Schema& right,
                  GraphInProgress& progress, StreamNode& node)
      : left_(left),
        right_(right),
        d_(progress.diagnostics),
        fields_(json, "node", d_),
        node_(node) {
    node_.parallelism = static_cast<uint32_t>(
        fields_.integer("parallelism", progress.graph.config.parallelism, 1, kMaxParallelism));
    decode_placing(fields_, node_);
    fields_.get("inputs");
    both_.add(left, ExprName::Place::kRow, "left");
    both_.add(right, ExprName::Place::kExtra, "right");
  }

  void decode() {
    const size_t errors = d_.errors();
    decode_kind();
    if (d_.errors() == errors) fields_.refuse_unread("this kind of node");
  }

 private:
  void decode_kind() {
    if (fields_.has("connect")) return decode_connect();
    decode_keys();
    if (fields_.has("interval_join")) return decode_interval_join();
    decode_windowed(fields_.has("join") ? "join" : "cogroup");
  }

  // "key_by": [left's, right's], each a field or a list of them.
  void decode_keys() {
    const Json* keys = fields_.get("key_by");
    if (keys == nullptr || !keys->is(Json::Kind::kList) || keys->items.size() != 2) {
      return d_.error("SC108", fields_.key_span("key_by"),
                      "a node of two inputs needs a key of either",
                      "for example \"key_by\": [\"k\", \"k\"]");
    }
    node_.keyed = true;
    node_.key_fields = fields_of(keys->items[0], left_);
    node_.second_key_fields = fields_of(keys->items[1], right_);
    if (node_.key_fields.size() != node_.second_key_fields.size() || node_.key_fields.empty()) {
      return d_.error("SC108", keys->span, "the two keys do not have the same number of fields");
    }
    for (size_t i = 0; i < node_.key_fields.size(); ++i) {
      if (left_.fields[node_.key_fields[i]].type != right_.fields[node_.second_key_fields[i]].type)
        d_.error("SC121", keys->span, "the two keys do not have the same types");
    }
  }

  std::vector<uint32_t> fields_of(const Json& names, const Schema& schema) {
    std::vector<const Json*> list;
    if (names.is(Json::Kind::kList)) {
      for (const Json& item : names.items) list.push_back(&item);
    } else {
      list.push_back(&names);
    }
    std::vector<uint32_t> fields;
    for (const Json* name : list) {
      const auto index = name->is(Json::Kind::kText) ? schema.find(name->text) : std::nullopt;
      if (index) {
        fields.push_back(*index);
        continue;
      }
      std::vector<std::string> known;
      for (const Field& field : schema.fields) known.push_back(field.name);
      report_unknown(d_, "SC112", name->span, "field", name->text, known);
    }
    return fields;
  }

  std::vector<Expression> decode_list(const char* key, const ExprScope& scope, Schema& schema) {
    std::vector<Expression> outputs;
    for (const Json* text : fields_.texts(key)) {
      std::optional<NamedExpression> e = decode_named(*text, scope, d_);
      if (!e) continue;
      // "left.k" is named k where nothing else is.
      std::string name = e->name;
      if (const size_t dot = name.find('.'); dot != std::string::npos) name = name.substr(dot + 1);
      if (schema.find(name))
        d_.error("SC105", text->span, fmt::format("two fields are named \"{}\"", name));
      schema.fields.push_back({name, e->expression.type()});
      outputs.push_back(e->expression);
    }
    if (outputs.empty())
      d_.error("SC108", fields_.span(), fmt::format("the node needs \"{}\"", key),
               "a list of expressions");
    return outputs;
  }

  void decode_connect() {
    const std::string kind = fields_.text("connect", "");
    if (kind == "broadcast") return decode_broadcast();
    if (kind == "process") return decode_co_process();
    if (kind == "flat_map") return decode_co_flat_map();
    if (kind != "map") {
      return report_unknown(d_, "SC110", fields_.get("connect")->span, "connect", kind,
                            {"map", "flat_map", "process", "broadcast"});
    }
    Schema right;
    std::vector<Expression> of_left = decode_list("left", scope_of(left_), node_.output);
    std::vector<Expression> of_right = decode_list("right", scope_of(right_), right);
    if (!(node_.output == right))
      d_.error("SC114", fields_.span(), "\"left\" and \"right\" do not make the same fields");
    node_.spec = CoMapSpec{map_of_either(std::move(of_left), std::move(of_right)), "map"};
  }

  std::optional<Expression> expression(const char* key, const ExprScope& scope) {
    const Json* json = fields_.get(key);
    if (json == nullptr) {
      d_.error("SC108", fields_.span(), fmt::format("the node needs \"{}\"", key), "an expression");
      return std::nullopt;
    }
    return decode_expression(*json, scope, d_);
  }

  // "left" and "right": the rows that are made of a row, one behind the other.
  void decode_co_flat_map() {
    std::vector<std::vector<Expression>> rows[2];
    for (uint32_t side = 0; side < 2; ++side) {
      const char* key = side == 0 ? "left" : "right";
      const ExprScope scope = scope_of(side == 0 ? left_ : right_);
      const Json* list = fields_.get(key);
      if (list == nullptr) continue;
      if (!list->is(Json::Kind::kList)) return fields_.wrong_type(*list, "a list of rows");
      for (const Json& row : list->items) {
        if (auto made = decode_row_of(row, scope, node_.output, d_))
          rows[side].push_back(std::move(*made));
      }
    }
    if (rows[0].empty() && rows[1].empty())
      return d_.error("SC108", fields_.key_span("connect"), "nothing is made of any row",
                      "for example \"left\": [[\"k\", \"v\"], [\"k\", \"-v\"]]");
    node_.spec = CoFlatMapSpec{rows_of_either(std::move(rows[0]), std::move(rows[1])), "flat map"};
  }

  void decode_co_process() {
    const Json* process = fields_.get("process");
    if (process == nullptr) {
      return d_.error("SC108", fields_.key_span("connect"), "the node needs \"process\"",
                      "for example \"process\": {\"on_left\": [{\"emit\": [\"k\"]}]}");
    }
    const size_t errors = d_.errors();
    if (fields_.has("key_by")) decode_keys();
    if (d_.errors() == errors) decode_process_of_two(*process, left_, right_, node_, d_);
  }

  // "rule": its name and its value, of the broadcast side; "on": the name that a data row asks for.
  void decode_broadcast() {
    BroadcastRules rules;
    if (const Json* key = fields_.get("key_by")) {
      node_.keyed = rules.keyed = true;
      node_.key_fields = fields_of(*key, left_);
    }
    Schema rule;
    std::vector<Expression> both = decode_list("rule", scope_of(right_), rule);
    const std::optional<Expression> on = expression("on", scope_of(left_));
    if (fields_.has("drop")) rules.drop = expression("drop", scope_of(right_));
    if (rules.drop && rules.drop->type() != ValueType::kBool)
      d_.error("SC121", fields_.get("drop")->span, "\"drop\" is a condition");
    if (both.size() != 2)
      return d_.error("SC108", fields_.key_span("rule"), "a rule is two expressions",
                      "for example \"rule\": [\"k\", \"v as most\"]");
    if (!on || on->type() != both[0].type())
      return d_.error("SC121", fields_.key_span("on"),
                      "what a row asks for has the type of the rules' names");
    ExprScope scope = scope_of(left_);
    scope.names.push_back({"rule", both[1].type(), ExprName::Place::kExtra, kRuleExtra});
    if (rules.keyed)
      scope.names.push_back({"seen", ValueType::kInt, ExprName::Place::kExtra, kSeenExtra});
    rules.name = both[0];
    rules.value = both[1];
    rules.on = *on;
    rules.select = decode_list("select", scope, node_.output);
    node_.spec = BroadcastProcessSpec{broadcast_rules(std::move(rules)), "broadcast"};
  }

  std::optional<uint32_t> late_side(const Fields& join, const char* key, const Schema& schema) {
    if (!join.has(key)) return std::nullopt;
    node_.sides.push_back({join.text(key, ""), schema});
    return static_cast<uint32_t>(node_.sides.size() - 1);
  }

  void decode_interval_join() {
    const Fields join(*fields_.get("interval_join"), "interval_join", d_);
    const Duration least{std::numeric_limits<int64_t>::min()};
    IntervalJoinSpec spec;
    spec.lower = join.duration("lower", {0}, least);
    spec.upper = join.duration("upper", {0}, least);
    using Bound = IntervalJoinSpec::Bound;
    if (join.boolean("lower_exclusive", false)) spec.lower_bound = Bound::kExclusive;
    if (join.boolean("upper_exclusive", false)) spec.upper_bound = Bound::kExclusive;
    if (spec.lower > spec.upper)
      d_.error("SC106", join.span(), "the lower bound is above the upper bound");
    spec.late_left = late_side(join, "late_left_to", left_);
    spec.late_right = late_side(join, "late_right_to", right_);
    spec.function = select_of_interval(decode_list("select", both_, node_.output));
    node_.spec = std::move(spec);
  }

  void decode_windowed(const char* kind) {
    const Json* json = fields_.get(kind);
    if (json == nullptr || !json->is(Json::Kind::kObject))
      return d_.error("SC108", fields_.key_span(kind), "a node of two inputs needs its windows",
                      "for example \"join\": {\"tumbling\": \"10s\"}");
    std::optional<WindowSpec> window = decode_window_spec(*json, both_, d_);
    if (!window) return;
    if (window->late_to_side)
      return d_.error("SC106", fields_.key_span(kind), "a window join has no output of late rows");
    if (window->gap_of != nullptr || window->trigger.of != nullptr || window->evictor.of != nullptr)
      return d_.error("SC106", fields_.key_span(kind),
                      "windows of a join look at no fields: rows of either input are in them");
    if (std::string_view(kind) == "join") {
      auto function = select_of_pair(decode_list("select", both_, node_.output));
      node_.spec = WindowJoinSpec{std::move(*window), std::move(function), "join"};
      return;
    }
    for (const uint32_t key : node_.key_fields) node_.output.fields.push_back(left_.fields[key]);
    auto function = aggregates_of_group(node_.key_fields, node_.second_key_fields, aggregates());
    node_.spec = CoGroupSpec{std::move(*window), std::move(function), "co-group"};
  }

  // "sum(left.v) as s", "count(right) as n".
  std::vector<SideAggregate> aggregates() {
    std::vector<SideAggregate> list;
    for (const Json* text : fields_.texts("aggregate")) {
      std::optional<SideAggregate> aggregate = side_aggregate(*text);
      if (!aggregate) continue;
      const std::string& name = aggregate->aggregate.name;
      if (node_.output.find(name))
        d_.error("SC105", text->span, fmt::format("two fields are named \"{}\"", name));
      node_.output.fields.push_back({name, result_type(aggregate->aggregate)});
      list.push_back(std::move(*aggregate));
    }
    if (list.empty())
      d_.error("SC108", fields_.span(), "a co-group needs \"aggregate\"",
               "for example \"aggregate\": [\"sum(left.v) as s\", \"count(right) as n\"]");
    return list;
  }

  std::optional<SideAggregate> side_aggregate(const Json& json) {
    static constexpr const char* kSides[] = {"left", "right"};
    std::optional<TextError> mistake;
    for (uint32_t side = 0; side < 2; ++side) {
      std::string text = json.text;
      const std::string counted = fmt::format("count({})", kSides[side]);
      if (const size_t at = text.find(counted); at != std::string::npos)
        text.replace(at, counted.size(), "count()");
      else if (text.find(std::string(kSides[side]) + ".") == std::string::npos)
        continue;
      ExprScope scope;
      scope.add(side == 0 ? left_ : right_, ExprName::Place::kRow, kSides[side]);
      Parsed<AggregateSpec> parsed = parse_aggregate_at(text, scope);
      if (auto* spec = std::get_if<AggregateSpec>(&parsed)) {
        return SideAggregate{side, std::move(*spec)};
      }
      mistake = std::get<TextError>(parsed);
    }
    if (mistake) {
      report(*mistake, json, d_);
    } else {
      d_.error("SC108", json.span, "an aggregate is over the rows of one side",
               "sum(left.v) as s, or count(right) as n");
    }
    return std::nullopt;
  }

  const Schema& left_;
  const Schema& right_;
  Diagnostics& d_;
  Fields fields_;
  StreamNode& node_;
  ExprScope both_;
};

AsyncRetrySpec decode_retry(const Json& json, Diagnostics& d) {
  const Fields fields(json, "retry", d);
  AsyncRetrySpec retry;
  retry.delay = fields.duration("delay", {100});
  retry.attempts = fields.integer("attempts", 3, 1, 1000);
  if (fields.has("factor")) {
    retry.kind = AsyncRetrySpec::Kind::kExponentialBackoff;
    retry.factor = fields.number("factor", 2, 1, 1000);
    retry.max_delay = fields.duration("max_delay", {10000});
  }
  retry.on_empty = retry.on_error = true;
  return retry;
}

}  // namespace

bool is_two_input_node(const Json& json) {
  for (const char* kind : kKinds) {
    if (json.find(kind) != nullptr) return true;
  }
  return false;
}

void decode_two_input_node(const Json& json, const Schema& left, const Schema& right,
                           GraphInProgress& progress, StreamNode& node) {
  TwoInputDecoder(json, left, right, progress, node).decode();
}

namespace {

struct AnswerRow {
  std::vector<Expression> cells;
  Schema schema;
};
AnswerRow answer_row(const Fields& fields, const char* key, const Schema& input) {
  AnswerRow made;
  Diagnostics& d = fields.diagnostics();
  const ExprScope scope = scope_of(input);
  for (const Json* text : fields.texts(key)) {
    std::optional<NamedExpression> e = decode_named(*text, scope, d);
    if (!e) continue;
    if (made.schema.find(e->name))
      d.error("SC105", text->span, fmt::format("two fields are named \"{}\"", e->name));
    made.schema.fields.push_back({e->name, e->expression.type()});
    made.cells.push_back(e->expression);
  }
  return made;
}
}  // namespace

void decode_async(const Fields& node, const Schema& input, StreamNode& out) {
  Diagnostics& d = node.diagnostics();
  const Fields fields(*node.get("async"), "async", d);
  AsyncSpec spec;
  const std::string mode = fields.text("mode", "ordered");
  if (mode == "unordered")
    spec.mode = AsyncSpec::Mode::kUnordered;
  else if (mode != "ordered")
    report_unknown(d, "SC110", fields.get("mode")->span, "mode", mode, {"ordered", "unordered"});
  spec.capacity = fields.integer("capacity", 100, 1, 1000000);
  spec.timeout = fields.maybe_duration("timeout", {1});
  spec.least_latency = fields.duration("least_latency", {0});
  spec.most_latency = fields.duration("most_latency", spec.least_latency);
  if (spec.most_latency < spec.least_latency || spec.most_latency.ms > 86400000)
    d.error("SC106", fields.span(),
            "the latencies go from the least up to the most, at most a day");
  if (const Json* retry = fields.get("retry"); retry != nullptr) {
    spec.retry = decode_retry(*retry, d);
    if (!spec.timeout) d.error("SC108", retry->span, "repetitions need a \"timeout\"");
  }
  AnswerRow answer = answer_row(fields, "select", input);
  if (answer.cells.empty())
    d.error("SC108", fields.span(), "async needs \"select\": what it answers");
  AnswerRow late = answer_row(fields, "on_timeout", input);
  if (const Json* on_timeout = fields.get("on_timeout"); on_timeout != nullptr) {
    if (!spec.timeout) d.error("SC108", on_timeout->span, "\"on_timeout\" needs a \"timeout\"");
    if (!late.cells.empty() && !(answer.schema == late.schema))
      d.error("SC121", on_timeout->span,
              "\"on_timeout\" does not have the names and types of \"select\"");
  }
  spec.label = late.cells.empty() ? mode : mode + kAnswersAtTimeout;
  spec.function = async_select(std::move(answer.cells), std::move(late.cells));
  out.output = std::move(answer.schema);
  out.spec = std::move(spec);
}

}  // namespace leat
