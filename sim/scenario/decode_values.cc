#include <fmt/format.h>

#include "sim/scenario/decode_parts.h"

namespace leat {

const NamedOutput* GraphInProgress::find(std::string_view name) const {
  for (const NamedOutput& output : outputs) {
    if (output.name == name) return &output;
  }
  return nullptr;
}

bool GraphInProgress::is_taken(std::string_view name) const { return find(name) != nullptr; }

void GraphInProgress::announce(const StreamNode& node) {
  const NodeId id{static_cast<uint32_t>(graph.nodes.size() - 1)};
  const StreamEdge main{id, kMainOutput, Partitioning::kUnspecified};
  outputs.push_back({node.name, false, main, node.output});
  for (uint32_t i = 0; i < node.sides.size(); ++i) {
    const StreamEdge side{id, i, Partitioning::kUnspecified};
    outputs.push_back({node.name + "." + node.sides[i].tag, false, side, node.sides[i].schema});
  }
}

void GraphInProgress::announce_broken(const std::string& name) {
  outputs.push_back({name, true, {}, {}});
}

std::optional<Value> decode_value(const Json& json, ValueType type, Diagnostics& d) {
  switch (type) {
    case ValueType::kBool:
      if (json.is(Json::Kind::kBool)) return Value::boolean(json.boolean);
      break;
    case ValueType::kString:
      if (json.is(Json::Kind::kText)) return Value::text(json.text);
      break;
    case ValueType::kDouble:
      if (json.is(Json::Kind::kInt) || json.is(Json::Kind::kDouble))
        return Value::number(json.number);
      break;
    case ValueType::kInt:
      if (json.is(Json::Kind::kInt)) return Value::integer(json.integer);
      if (json.is(Json::Kind::kText) && (json.text == "MAX" || json.text == "MIN")) {
        return Value::integer(*parse_time(json));
      }
      break;
    case ValueType::kTime:
      if (const std::optional<int64_t> ms = parse_time(json)) return Value::time(*ms);
      break;
    case ValueType::kList:
    case ValueType::kMap:
    case ValueType::kNull:
      return value_as_it_stands(json);
  }
  d.error("SC102", json.span, fmt::format("here must stand a value of type {}", name_of(type)),
          type == ValueType::kTime ? "a time is ms, \"10s\", \"00:01:30\", \"MIN\" or \"MAX\"" : "",
          fmt::format("this is {}", name_of(json.kind)));
  return std::nullopt;
}

Value value_as_it_stands(const Json& json) {
  switch (json.kind) {
    case Json::Kind::kNull:
      return Value::null();
    case Json::Kind::kBool:
      return Value::boolean(json.boolean);
    case Json::Kind::kInt:
      return Value::integer(json.integer);
    case Json::Kind::kDouble:
      return Value::number(json.number);
    case Json::Kind::kText:
      if (json.text == "MAX" || json.text == "MIN") return Value::integer(*parse_time(json));
      return Value::text(json.text);
    case Json::Kind::kList: {
      std::vector<Value> items;
      for (const Json& item : json.items) items.push_back(value_as_it_stands(item));
      return Value::list(std::move(items));
    }
    case Json::Kind::kObject: {
      std::vector<Value::MapEntry> entries;
      for (const JsonMember& member : json.members) {
        entries.emplace_back(Value::text(member.key), value_as_it_stands(member.value));
      }
      return Value::map(std::move(entries));
    }
  }
  return Value::null();
}

namespace {

void add_field(std::string_view name, Span span, std::string_view type, Span type_span,
               Schema& schema, Diagnostics& d) {
  const std::optional<ValueType> found = type_named(type);
  if (!found) {
    report_unknown(d, "SC104", type_span, "type", type,
                   {"bool", "int", "double", "time", "string"});
    return;
  }
  if (name.empty())
    d.error("SC105", span, "the field has no name", "write \"name:type\"");
  else if (schema.find(name))
    d.error("SC105", span, fmt::format("two fields are named \"{}\"", name));
  schema.fields.push_back({std::string(name), *found});
}

}  // namespace

std::optional<Schema> decode_schema(const Json& json, Diagnostics& d) {
  Schema schema;
  const size_t errors = d.errors();
  if (json.is(Json::Kind::kObject)) {
    for (const JsonMember& member : json.members) {
      const std::string type = member.value.is(Json::Kind::kText) ? member.value.text : "";
      add_field(member.key, member.key_span, type, member.value.span, schema, d);
    }
  } else if (json.is(Json::Kind::kList)) {
    for (const Json& item : json.items) {
      const size_t colon = item.is(Json::Kind::kText) ? item.text.find(':') : std::string::npos;
      if (colon == std::string::npos) {
        d.error("SC105", item.span, "a field is written \"name:type\"",
                "types: bool, int, double, time, string");
        continue;
      }
      add_field(item.text.substr(0, colon), item.span, item.text.substr(colon + 1), item.span,
                schema, d);
    }
  } else {
    d.error("SC102", json.span, "here must stand a list of \"name:type\", or an object of types");
  }
  if (schema.fields.size() > 256) d.error("SC103", json.span, "a row has at most 256 fields");
  if (d.errors() > errors) return std::nullopt;
  return schema;
}

void report(const TextError& error, const Json& json, Diagnostics& d) {
  // Inside the quotes offsets agree, unless the string has escapes; then the whole string is
  // marked.
  const bool same = json.span.end - json.span.begin == json.text.size() + 2;
  Span span = json.span;
  if (same) {
    span.begin = json.span.begin + 1 + error.at;
    span.end = span.begin + error.length;
  }
  d.error("SC120", span, error.what, error.help);
}

namespace {
template <class T, class Parse>
std::optional<T> decode_text(const Json& json, const ExprScope& scope, Diagnostics& d,
                             Parse parse) {
  if (!json.is(Json::Kind::kText)) {
    d.error("SC102", json.span, "here must stand an expression in a string");
    return std::nullopt;
  }
  Parsed<T> parsed = parse(json.text, scope);
  if (const auto* error = std::get_if<TextError>(&parsed)) {
    report(*error, json, d);
    return std::nullopt;
  }
  return std::move(std::get<T>(parsed));
}

// A name where there is one, else none.
std::optional<NamedExpression> decode_maybe_named(const Json& json, const ExprScope& scope,
                                                  Diagnostics& d) {
  if (json.is(Json::Kind::kText) && json.text.find(" as ") != std::string::npos)
    return decode_named(json, scope, d);
  const std::optional<Expression> e = decode_expression(json, scope, d);
  if (!e) return std::nullopt;
  return NamedExpression{*e, ""};
}

bool same_types(const Schema& a, const Schema& b) {
  return std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(),
                    [](const Field& x, const Field& y) { return x.type == y.type; });
}
}  // namespace

std::optional<Expression> decode_expression(const Json& json, const ExprScope& scope,
                                            Diagnostics& d) {
  return decode_text<Expression>(json, scope, d, parse_expression_at);
}

std::optional<NamedExpression> decode_named(const Json& json, const ExprScope& scope,
                                            Diagnostics& d) {
  return decode_text<NamedExpression>(json, scope, d, parse_named_at);
}

std::optional<std::vector<Expression>> decode_row_of(const Json& json, const ExprScope& scope,
                                                     Schema& output, Diagnostics& d) {
  if (!json.is(Json::Kind::kList) || json.items.empty()) {
    d.error("SC102", json.span, "here must stand a list of expressions");
    return std::nullopt;
  }
  const bool first = output.fields.empty();
  std::vector<Expression> cells;
  Schema row;
  for (const Json& item : json.items) {
    const auto e = first ? decode_named(item, scope, d) : decode_maybe_named(item, scope, d);
    if (!e) return std::nullopt;
    if (first && row.find(e->name))
      d.error("SC105", item.span, fmt::format("two fields are named \"{}\"", e->name));
    row.fields.push_back({e->name, e->expression.type()});
    cells.push_back(e->expression);
  }
  if (first) output = row;
  if (!same_types(output, row)) {
    d.error("SC121", json.span,
            "this row does not have the types of the one that stands first for this output");
    return std::nullopt;
  }
  return cells;
}

std::optional<Expression> decode_condition(const Json& json, const ExprScope& scope,
                                           Diagnostics& d) {
  std::optional<Expression> e = decode_expression(json, scope, d);
  if (e && e->type() != ValueType::kBool) {
    d.error("SC121", json.span,
            fmt::format("a condition is needed here, and this is a {}", name_of(e->type())));
    return std::nullopt;
  }
  return e;
}

}  // namespace leat
