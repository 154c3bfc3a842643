#include "sim/conform/operator_node.h"

#include <algorithm>

#include "sim/conform/scripts.h"
#include "sim/conform/two_input_node.h"
#include "sim/conform/window_node.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

ValueType type_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ValueType::kMap); ++i) {
    if (name == name_of(static_cast<ValueType>(i))) return static_cast<ValueType>(i);
  }
  return ValueType::kNull;  // "any"
}

Schema schema_of_fields(const Value& fields) {
  Schema schema;
  for (const Value& field : fields.as_list()) {
    const std::string text = text_of(field);
    const size_t colon = text.find(':');
    schema.fields.push_back({text.substr(0, colon), type_named(text.substr(colon + 1))});
  }
  return schema;
}

template <class T>
T value_or_unknown(Result<T> result) {
  if (!result.ok()) throw UnknownRequest(result.error());
  return std::move(result.value());
}

Duration duration_of(const Value& object, const char* name) {
  return {has_member(object, name) ? number_of(member(object, name)) : 0};
}

// "n * 10" of rows [k, s, n] makes [k, n * 10].
MapSpec map_of(const std::string& text, const Schema& schema) {
  std::vector<Expression> outputs;
  outputs.push_back(value_or_unknown(parse_expression(schema.fields[0].name, schema)));
  outputs.push_back(value_or_unknown(parse_expression(text, schema)));
  return {map_function(std::move(outputs)), text};
}

void set_key(const Value& key_by, const Schema& schema, StreamNode& node) {
  node.keyed = true;
  if (key_by.is_null()) return;  // one key for all rows
  const auto field = schema.find(text_of(key_by));
  if (!field) throw UnknownRequest("key_by names no field");
  node.key_fields = {*field};
  node.second_key_fields = {*field};
}

// "sum(v)", "min_by(v)", "reduce(concat)", with or without "ties".
RunningAggregateSpec running_of(const Value& node, const Schema& schema) {
  using Kind = RunningAggregateSpec::Kind;
  static constexpr std::pair<const char*, Kind> kKinds[] = {
      {"sum", Kind::kSum},      {"min", Kind::kMin},      {"max", Kind::kMax},
      {"min_by", Kind::kMinBy}, {"max_by", Kind::kMaxBy}, {"reduce", Kind::kReduce}};
  RunningAggregateSpec spec;
  spec.label = text_of(member(node, "aggregate"));
  const size_t open = spec.label.find('(');
  const auto kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& known) {
    return spec.label.substr(0, open) == known.first;
  });
  if (kind == std::end(kKinds)) throw UnknownRequest("the aggregate " + spec.label);
  spec.kind = kind->second;
  if (has_member(node, "ties") && text_of(member(node, "ties")) == "last")
    spec.ties = RunningAggregateSpec::Ties::kLast;
  const std::string argument = spec.label.substr(open + 1, spec.label.size() - open - 2);
  if (spec.kind == Kind::kReduce) {
    if (argument != "concat") throw UnknownRequest("the reduce function " + argument);
    spec.reduce = scripted_concat();
    return spec;
  }
  const auto field = schema.find(argument);
  if (!field) throw UnknownRequest("the aggregate is of no field");
  spec.field = *field;
  return spec;
}

}  // namespace

void only_members(const Value& object, std::initializer_list<std::string_view> known) {
  for (const auto& [key, item] : object.as_map()) {
    if (std::find(known.begin(), known.end(), key.as_text()) == known.end()) {
      throw UnknownRequest("\"" + std::string(key.as_text()) + "\" is not known here yet");
    }
  }
}

Row typed_row(RowView cells, const Schema& schema) {
  Row row(cells.begin(), cells.end());
  for (size_t i = 0; i < row.size() && i < schema.width(); ++i) {
    if (schema.fields[i].type != ValueType::kDouble) continue;
    if (row[i].type() == ValueType::kInt) {
      row[i] = Value::number(static_cast<double>(row[i].as_int()));
    } else if (row[i].type() == ValueType::kString) {
      row[i] = Value::number(std::stod(text_of(row[i])));
    }
  }
  return row;
}

CaseNode node_of_case(const Value& body) {
  const Value spec = member(body, "node");
  only_members(spec, {"key_by", "map", "filter", "flat_map", "window", "aggregate", "process",
                      "sides", "assign", "ties", "ttl", "default", "connect", "broadcast", "side",
                      "interval_join", "apply"});
  const Schema schema = schema_of_fields(member(body, "fields"));
  CaseNode made;
  made.input = schema;
  StreamNode& node = made.node;
  node.name = "conform";
  made.config.flink_defects = true;
  if (has_member(spec, "key_by")) set_key(member(spec, "key_by"), schema, node);

  if (has_member(spec, "map")) {
    node.output.fields.resize(2);
    node.spec = map_of(text_of(member(spec, "map")), schema);
  } else if (has_member(spec, "filter")) {
    const std::string text = text_of(member(spec, "filter"));
    node.output = schema;
    node.spec = FilterSpec{filter_function(value_or_unknown(parse_expression(text, schema))), text};
  } else if (has_member(spec, "flat_map")) {
    const std::string text = text_of(member(spec, "flat_map"));
    if (text != "repeat(n)") throw UnknownRequest("the flat_map \"" + text + "\" is not known");
    node.output.fields.resize(2);
    node.spec = FlatMapSpec{scripted_repeat(), text};
  } else if (has_member(spec, "window") && !has_member(spec, "apply")) {
    make_window_node(spec, schema, made);
  } else if (has_member(spec, "aggregate")) {
    node.output = schema;
    node.spec = running_of(spec, schema);
  } else if (has_member(spec, "assign")) {
    made.assign = member(spec, "assign");
    node.output = schema;
    node.spec = AssignSpec{};
    made.config.auto_watermark_interval = duration_of(made.assign, "interval");
  } else if (!make_two_input_node(spec, schema, made)) {
    throw UnknownRequest("the node " + to_json(spec) + " is not in the engine yet");
  }
  return made;
}

}  // namespace leat
