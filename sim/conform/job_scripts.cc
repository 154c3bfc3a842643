#include "sim/conform/job_scripts.h"

namespace leat {

namespace {

using Type = ValueType;

int64_t needed_number(const ScriptedNode& node, std::string_view key) {
  const JsonMember* found = node.json.find(key);
  if (found != nullptr && found->value.is(Json::Kind::kInt)) return found->value.integer;
  node.diagnostics.error("SC108", node.json.span,
                         "the script needs the number \"" + std::string(key) + "\"");
  return 0;
}

// The key, which is named so where it is one field, then these.
Schema after_key(const ScriptedNode& node, std::vector<Field> fields) {
  Schema schema;
  for (const uint32_t key : node.out.key_fields) {
    schema.fields.push_back(node.inputs[0].fields[key]);
  }
  if (schema.fields.size() == 1) schema.fields[0].name = "key";
  for (Field& field : fields) schema.fields.push_back(std::move(field));
  return schema;
}

void set(const ScriptedNode& node, std::unique_ptr<KeyedProcessFunction> function, Schema output,
         std::string label) {
  if (!node.out.keyed) {
    node.diagnostics.error("SC108", node.json.span, "a process function needs \"key_by\"");
  }
  node.out.output = std::move(output);
  node.out.spec = KeyedProcessSpec{std::move(function), std::move(label)};
}

void sort_node(const ScriptedNode& node) {
  Schema output = node.inputs[0];
  output.fields.push_back({"n", Type::kInt});
  node.out.sides.push_back({"late", node.inputs[0]});
  set(node, scripted_sort(), std::move(output), "sort");
}

void dedup_node(const ScriptedNode& node) { set(node, scripted_dedup(), node.inputs[0], "dedup"); }

void expire_node(const ScriptedNode& node) {
  set(node, scripted_expire(needed_number(node, "after")),
      after_key(node, {{"count", Type::kInt}, {"at", Type::kInt}}), "expire");
}

void ticks_node(const ScriptedNode& node) {
  set(node, scripted_ticks(needed_number(node, "every"), needed_number(node, "times")),
      after_key(node, {{"at", Type::kInt}, {"left", Type::kInt}}), "ticks");
}

void commands_node(const ScriptedNode& node) {
  Schema output{
      {{"k", Type::kString}, {"what", Type::kString}, {"a", Type::kInt}, {"b", Type::kInt}}};
  node.out.sides.push_back({"side", output});
  set(node, scripted_commands(), std::move(output), "commands");
}

void anomaly_node(const ScriptedNode& node) {
  set(node, scripted_anomaly(),
      {{{"user", Type::kString}, {"alert", Type::kString}, {"at", Type::kInt}}}, "anomaly");
}

void metrics_node(const ScriptedNode& node) {
  set(node, scripted_metrics(),
      {{{"user", Type::kString},
        {"counts", Type::kList},
        {"duration", Type::kInt},
        {"at", Type::kInt}}},
      "metrics");
}

}  // namespace

NodeScripts job_scripts() {
  NodeScripts scripts{
      {{"process", "sort"}, {{"process"}, sort_node}},
      {{"process", "dedup"}, {{"process"}, dedup_node}},
      {{"process", "expire"}, {{"process", "after"}, expire_node}},
      {{"process", "ticks"}, {{"process", "every", "times"}, ticks_node}},
      {{"process", "commands"}, {{"process"}, commands_node}},
      {{"process", "anomaly"}, {{"process"}, anomaly_node}},
      {{"process", "metrics"}, {{"process"}, metrics_node}},
  };
  add_connected_scripts(scripts);
  return scripts;
}

}  // namespace leat
