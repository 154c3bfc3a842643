// The key table as JSON Schema and as a page.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/scenario/decode.h"
#include "sim/scenario/fields.h"

namespace leat {

namespace {

using Ordered = nlohmann::ordered_json;

// Which kind of object stands under a key, and whether it holds one or several by name.
struct Nesting {
  std::string_view object;
  std::string_view key;
  std::string_view inside;
  enum class Form : uint8_t { kOne, kByName, kList } form;
};
constexpr Nesting kNestings[] = {
    {"scenario", "job", "job", Nesting::Form::kOne},
    {"scenario", "sources", "source", Nesting::Form::kByName},
    {"scenario", "nodes", "node", Nesting::Form::kByName},
    {"scenario", "sinks", "sink", Nesting::Form::kByName},
    {"scenario", "cluster", "cluster", Nesting::Form::kOne},
    {"scenario", "checkpoint", "checkpoint", Nesting::Form::kOne},
    {"scenario", "restart", "restart", Nesting::Form::kOne},
    {"scenario", "world", "world", Nesting::Form::kOne},
    {"scenario", "faults", "fault", Nesting::Form::kList},
    {"scenario", "random_faults", "random_faults", Nesting::Form::kOne},
    {"scenario", "expect", "expect", Nesting::Form::kOne},
    {"scenario", "limits", "limits", Nesting::Form::kOne},
    {"scenario", "reports", "reports", Nesting::Form::kOne},
    {"source", "watermark", "watermark", Nesting::Form::kOne},
    {"source", "file", "file", Nesting::Form::kOne},
    {"source", "generate", "generate", Nesting::Form::kOne},
    {"source", "generate_logs", "generate_logs", Nesting::Form::kOne},
    {"generate", "silence", "silence", Nesting::Form::kList},
    {"node", "flat_map", "flat_map", Nesting::Form::kOne},
    {"node", "split", "split", Nesting::Form::kOne},
    {"node", "assign", "assign", Nesting::Form::kOne},
    {"node", "window", "window", Nesting::Form::kOne},
    {"node", "process", "process", Nesting::Form::kOne},
    {"node", "join", "window", Nesting::Form::kOne},
    {"node", "cogroup", "window", Nesting::Form::kOne},
    {"node", "interval_join", "interval_join", Nesting::Form::kOne},
    {"node", "async", "async", Nesting::Form::kOne},
    {"node", "full_window", "full_window", Nesting::Form::kOne},
    {"async", "retry", "retry", Nesting::Form::kOne},
    {"watermark", "align", "align", Nesting::Form::kOne},
    {"assign", "watermark", "watermark", Nesting::Form::kOne},
    {"window", "trigger", "trigger", Nesting::Form::kOne},
    {"window", "evictor", "evictor", Nesting::Form::kOne},
    {"trigger", "purging", "trigger", Nesting::Form::kOne},
    {"trigger", "delta", "delta", Nesting::Form::kOne},
    {"trigger", "processing_timeout", "processing_timeout", Nesting::Form::kOne},
    {"processing_timeout", "trigger", "trigger", Nesting::Form::kOne},
    {"evictor", "delta", "delta", Nesting::Form::kOne},
    {"process", "state", "state", Nesting::Form::kByName},
    {"process", "ttl", "ttl", Nesting::Form::kOne},
    {"state", "ttl", "ttl", Nesting::Form::kOne},
    {"process", "on_row", "action", Nesting::Form::kList},
    {"process", "on_left", "action", Nesting::Form::kList},
    {"process", "on_right", "action", Nesting::Form::kList},
    {"process", "on_event_timer", "action", Nesting::Form::kList},
    {"process", "on_processing_timer", "action", Nesting::Form::kList},
};

Ordered type_schema(std::string_view type) {
  Ordered any = Ordered::array();
  for (size_t begin = 0; begin <= type.size();) {
    const size_t end = std::min(type.find('|', begin), type.size());
    const std::string_view one = type.substr(begin, end - begin);
    if (one == "duration" || one == "time") {
      any.push_back("string");
      any.push_back("integer");
    } else {
      any.push_back(std::string(one));
    }
    begin = end + 1;
  }
  any.push_back("null");
  return any;
}

Ordered property(const KeyRow& row) {
  Ordered schema = {{"description", std::string(row.doc)}};
  for (const Nesting& nesting : kNestings) {
    if (nesting.object != row.object || nesting.key != row.key) continue;
    const Ordered ref = {{"$ref", fmt::format("#/$defs/{}", nesting.inside)}};
    const bool duration = row.type.find("duration") != std::string_view::npos;
    const Ordered or_text = {
        {"anyOf", {{{"type", duration ? type_schema("duration") : Ordered("string")}}, ref}}};
    const bool short_form = duration || row.type.find("string") != std::string_view::npos ||
                            row.key == "sinks" || row.key == "state";
    switch (nesting.form) {
      case Nesting::Form::kOne:
        schema["anyOf"] = {{{"type", "null"}}, short_form ? or_text : ref};
        break;
      case Nesting::Form::kList:
        schema["type"] = "array";
        schema["items"] = ref;
        break;
      case Nesting::Form::kByName:
        schema["type"] = "object";
        schema["additionalProperties"] = short_form ? or_text : ref;
        break;
    }
    return schema;
  }
  schema["type"] = type_schema(row.type);
  return schema;
}

std::vector<std::string_view> objects() {
  std::vector<std::string_view> out;
  for (const KeyRow& row : key_table()) {
    if (out.empty() || out.back() != row.object) out.push_back(row.object);
  }
  return out;
}

}  // namespace

std::string json_schema() {
  Ordered defs = Ordered::object();
  for (const std::string_view object : objects()) {
    Ordered properties = Ordered::object();
    for (const KeyRow& row : key_table()) {
      if (row.object == object) properties[std::string(row.key)] = property(row);
    }
    defs[std::string(object)] = {
        {"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
  }
  const Ordered schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                          {"title", "Leat scenario"},
                          {"$ref", "#/$defs/scenario"},
                          {"$defs", defs}};
  return schema.dump(2) + "\n";
}

std::string key_reference() {
  std::string out;
  for (const std::string_view object : objects()) {
    out += fmt::format("\n### {}\n\n| key | type | meaning |\n|---|---|---|\n", object);
    for (const KeyRow& row : key_table()) {
      if (row.object != object) continue;
      std::string type(row.type);
      for (size_t at = 0; (at = type.find('|', at)) != std::string::npos; at += 4)
        type.replace(at, 1, " or ");
      out += fmt::format("| `{}` | {} | {} |\n", row.key, type, row.doc);
    }
  }
  return out;
}

}  // namespace leat
