// Functions of the cases, answered by the engine's own.
#include "sim/conform/functions.h"

#include <map>

#include "core/graph/job_graph.h"
#include "core/state/key_groups.h"
#include "sim/conform/machine.h"
#include "sim/conform/subject.h"
#include "sim/conform/window_calls.h"

namespace leat {

// Java's Integer hashes to its own 32 bits, and so does the long with just these bits.
Value typed_key(const Value& key, const std::string& type) {
  if (type == "int") return Value::integer(static_cast<uint32_t>(number_of(key)));
  if (type != "double" || key.type() == ValueType::kDouble) return key;
  if (key.type() == ValueType::kInt) return Value::number(static_cast<double>(key.as_int()));
  return Value::number(std::stod(text_of(key)));  // "NaN", "Infinity"
}

namespace {

uint32_t u32_of(const Value& args, const char* name) {
  const int64_t value = number_of(member(args, name));
  if (value < 0 || value > UINT32_MAX) throw JobError(std::string(name) + " is out of range");
  return static_cast<uint32_t>(value);
}

Value list_of(const std::vector<uint32_t>& numbers) {
  std::vector<Value> items;
  for (const uint32_t n : numbers) items.push_back(Value::integer(n));
  return Value::list(std::move(items));
}

uint32_t key_group(const Value& key, const std::string& type, uint32_t max_parallelism) {
  if (type.find(',') == std::string::npos)
    return key_group_of(java_hash(typed_key(key, type)), max_parallelism);
  std::vector<uint32_t> fields;
  for (uint32_t i = 0; i < key.as_list().size(); ++i) fields.push_back(i);
  return key_group_of(key.as_list(), fields, max_parallelism);
}

uint32_t key_group(const Value& args) {
  return key_group(member(args, "key"), text_of(member(args, "type")),
                   u32_of(args, "max_parallelism"));
}

void refuse(bool wrong, const char* why) {
  if (wrong) throw JobError(why);
}

Value range_of(const Value& args, uint32_t index) {
  const KeyGroupRange range =
      key_group_range(u32_of(args, "max_parallelism"), u32_of(args, "parallelism"), index);
  return list_of({range.first, range.last});
}

void check_parallelism(const Value& args) {
  const uint32_t most = u32_of(args, "max_parallelism");
  const uint32_t parallelism = u32_of(args, "parallelism");
  refuse(parallelism == 0 || most == 0 || most > 32768 || parallelism > most,
         "parallelism is out of range");
}

Value all_ranges(const Value& args) {
  check_parallelism(args);
  std::vector<Value> ranges;
  for (uint32_t i = 0; i < u32_of(args, "parallelism"); ++i) ranges.push_back(range_of(args, i));
  return Value::list(std::move(ranges));
}

Value one_range(const Value& args) {
  check_parallelism(args);
  refuse(u32_of(args, "index") >= u32_of(args, "parallelism"), "there is no such subtask");
  return range_of(args, u32_of(args, "index"));
}

Value subtask(const Value& args) {
  check_parallelism(args);
  return Value::integer(
      subtask_of(key_group(args), u32_of(args, "max_parallelism"), u32_of(args, "parallelism")));
}

Value pointwise_channels(const Value& args) {
  const uint32_t sources = u32_of(args, "sources");
  std::vector<Value> targets;
  for (uint32_t i = 0; i < sources; ++i) {
    targets.push_back(
        list_of(channel_targets(Partitioning::kRescale, sources, u32_of(args, "targets"), i)));
  }
  return Value::list(std::move(targets));
}

// Per target the sources that have a channel to it.
Value pointwise(const Value& args) {
  const uint32_t sources = u32_of(args, "sources");
  std::vector<std::vector<uint32_t>> read(u32_of(args, "targets"));
  for (uint32_t i = 0; i < sources; ++i) {
    for (const uint32_t target :
         channel_targets(Partitioning::kRescale, sources, u32_of(args, "targets"), i)) {
      read[target].push_back(i);
    }
  }
  std::vector<Value> lists;
  for (const auto& from : read) lists.push_back(list_of(from));
  return Value::list(std::move(lists));
}

Value derived_max_parallelism(const Value& args) {
  const int64_t parallelism = number_of(member(args, "parallelism"));
  refuse(parallelism <= 0 || parallelism > 32768, "parallelism is out of range");
  return Value::integer(default_max_parallelism(static_cast<uint32_t>(parallelism)));
}

Value key_group_number(const Value& args) { return Value::integer(key_group(args)); }

}  // namespace

namespace {
Value with_member(const Value& object, std::string_view name, Value item) {
  std::vector<Value::MapEntry> entries(object.as_map().begin(), object.as_map().end());
  entries.emplace_back(Value::text(name), std::move(item));
  return Value::map(std::move(entries));  // of equal keys the last one stays
}
}  // namespace

Value call_function(const RecordedCase& recorded) {
  using Function = Value (*)(const Value& args);
  const std::map<std::string, Function> functions = {
      {"window_start", call_window_start},
      {"assign_windows", call_assign_windows},
      {"merge_windows", call_merge_windows},
      {"stagger_offset", call_stagger_offset},
      {"key_group_range", one_range},
      {"key_group_ranges", all_ranges},
      {"key_group", key_group_number},
      {"subtask", subtask},
      {"default_max_parallelism", derived_max_parallelism},
      {"pointwise", pointwise},
      {"pointwise_channels", pointwise_channels},
      {"redistribute", redistributed},
      {"wiring", wired},
      {"restart_strategy", chosen_restart_strategy},
  };
  Value args = member(recorded.body, "args");
  // In the area of whole jobs an int has 64 bits, and hashes as a long.
  if (recorded.name.starts_with("jobs/") && member(args, "type") == Value::text("int")) {
    args = with_member(args, "type", Value::text("long"));
  }
  const std::string name = text_of(member(recorded.body, "function"));
  if (name == "channels") return selected_channels(args, member(recorded.body, "start"));
  const auto found = functions.find(name);
  if (found == functions.end())
    throw UnknownRequest("the function " + name + " is not in the engine yet");
  return found->second(args);
}

}  // namespace leat
