#include "sim/explore/edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/scenario/json_text.h"

namespace leat {

namespace {

// Members that stay: without them the file is no scenario, or it asks for what a correct engine
// need not give.
const std::set<std::string>& kept_members() {
  static const std::set<std::string> kKept = {
      "leat",    "seed",      "scenario", "name",  "limits", "cluster", "restart",       "faults",
      "choices", "sources",   "nodes",    "sinks", "fields", "rows",    "job",           "for",
      "by",      "count",     "at",       "when",  "after",  "kill",    "kill_silently", "pause",
      "reset",   "partition", "delay",    "fail",  "slow"};
  return kKept;
}

// Where only numbers may be made smaller, and nothing taken out.
bool is_closed(const std::string& key) {
  return key == "limits" || key == "cluster" || key == "restart" || key == "rows" ||
         key == "fields" || key == "faults" || key == "choices";
}

bool is_named_object(const JsonPath& path) {
  if (path.size() != 1) return false;
  const auto* key = std::get_if<std::string>(&path[0]);
  return key != nullptr && (*key == "sources" || *key == "nodes" || *key == "sinks");
}

std::string text_of(const JsonPath& path) {
  std::string text;
  for (const auto& step : path) {
    if (const auto* key = std::get_if<std::string>(&step)) {
      text += "/" + *key;
    } else {
      text += fmt::format("/{}", std::get<size_t>(step));
    }
  }
  return text;
}

JsonPath extended(JsonPath path, std::variant<std::string, size_t> step) {
  path.push_back(std::move(step));
  return path;
}

void remove_at(Json& document, const JsonPath& path) {
  Json* parent = at_path(document, JsonPath(path.begin(), path.end() - 1));
  if (parent == nullptr) return;
  if (const auto* key = std::get_if<std::string>(&path.back())) {
    remove_member(*parent, *key);
  } else {
    parent->items.erase(parent->items.begin() +
                        static_cast<std::ptrdiff_t>(std::get<size_t>(path.back())));
  }
}

Edit removal(const JsonPath& path) {
  return {text_of(path), [path](Json& document) { remove_at(document, path); }};
}

// ---- taking a node out: who read it reads what it read ----

std::vector<std::string> inputs_of(const Json& node) {
  std::vector<std::string> names;
  for (const char* key : {"inputs", "input", "from"}) {
    const JsonMember* member = node.find(key);
    if (member == nullptr) continue;
    if (member->value.is(Json::Kind::kText)) names.push_back(member->value.text);
    for (const Json& item : member->value.items) {
      if (item.is(Json::Kind::kText)) names.push_back(item.text);
    }
  }
  return names;
}

bool reads(const std::string& input, const std::string& name) {
  return input == name || input.starts_with(name + ".");
}

void rewire(Json& inputs, const std::string& name, const std::vector<std::string>& instead) {
  if (inputs.is(Json::Kind::kText)) {
    if (reads(inputs.text, name)) inputs = instead.empty() ? Json{} : json_text(instead.front());
    return;
  }
  std::vector<Json> items;
  for (Json& item : inputs.items) {
    if (!item.is(Json::Kind::kText) || !reads(item.text, name)) {
      items.push_back(std::move(item));
      continue;
    }
    for (const std::string& other : instead) {
      const bool there =
          std::any_of(items.begin(), items.end(), [&](const Json& i) { return i.text == other; });
      if (!there) items.push_back(json_text(other));
    }
  }
  inputs.items = std::move(items);
}

void take_out(Json& document, const std::string& where, const std::string& name) {
  Json* group = find_member(document, where);
  const Json* node = group == nullptr ? nullptr : find_member(*group, name);
  if (node == nullptr) return;
  const std::vector<std::string> instead =
      where == "nodes" ? inputs_of(*node) : std::vector<std::string>{};
  remove_member(*group, name);
  for (const char* readers : {"nodes", "sinks"}) {
    Json* all = find_member(document, readers);
    if (all == nullptr) continue;
    for (JsonMember& member : all->members) {
      if (member.value.is(Json::Kind::kText)) rewire(member.value, name, instead);
      for (const char* key : {"inputs", "input", "from"}) {
        if (Json* inputs = find_member(member.value, key)) rewire(*inputs, name, instead);
      }
    }
  }
}

void collect_named(const Json& group, const std::string& where, std::vector<Edit>& edits);

void collect(const Json& json, const JsonPath& path, std::vector<Edit>& edits) {
  for (const JsonMember& member : json.members) {
    const JsonPath below = extended(path, member.key);
    if (path.empty() && is_named_object(below)) {
      collect_named(member.value, member.key, edits);
      continue;
    }
    if (!kept_members().contains(member.key)) edits.push_back(removal(below));
    if (!is_closed(member.key)) collect(member.value, below, edits);
  }
  for (size_t i = 0; i < json.items.size(); ++i) {
    const JsonPath below = extended(path, i);
    edits.push_back(removal(below));
    collect(json.items[i], below, edits);
  }
}

void collect_named(const Json& group, const std::string& where, std::vector<Edit>& edits) {
  for (const JsonMember& member : group.members) {
    edits.push_back({"/" + where + "/" + member.key, [where, name = member.key](Json& document) {
                       take_out(document, where, name);
                     }});
    collect(member.value, {where, member.key}, edits);
  }
}

// ---- plainer values ----

void add_number(const JsonPath& path, int64_t now, const std::vector<int64_t>& instead,
                std::vector<Edit>& edits) {
  std::set<int64_t> seen = {now};
  for (const int64_t value : instead) {
    if (!seen.insert(value).second) continue;
    edits.push_back({fmt::format("{} = {}", text_of(path), value), [path, value](Json& document) {
                       if (Json* json = at_path(document, path)) *json = json_integer(value);
                     }});
  }
}

// Numbers nearer to zero and with fewer digits.
std::vector<int64_t> plainer(int64_t value) {
  std::vector<int64_t> all = {0};
  if (value < 0) all.push_back(-value);
  for (const int64_t unit : {10000, 1000, 100, 10}) {
    if (value > unit) all.push_back(value / unit * unit);
  }
  if (value > 1) all.push_back(1);
  all.push_back(value / 2);
  return all;
}

bool counts_something(const std::string& key) {
  return key == "parallelism" || key == "workers" || key == "slots" || key == "partitions" ||
         key == "count" || key == "max_parallelism" || key == "keys" || key == "batch_rows" ||
         key == "buffers";
}

void collect_numbers(const Json& json, const JsonPath& path, const std::string& key,
                     std::vector<Edit>& edits) {
  if (json.is(Json::Kind::kInt)) {
    if (counts_something(key)) {
      if (json.integer > 1)
        add_number(path, json.integer, {1, json.integer / 2, json.integer - 1}, edits);
    } else if (json.integer != 0) {
      add_number(path, json.integer, plainer(json.integer), edits);
    }
  }
  for (const JsonMember& member : json.members)
    collect_numbers(member.value, extended(path, member.key), member.key, edits);
  for (size_t i = 0; i < json.items.size(); ++i)
    collect_numbers(json.items[i], extended(path, i), key, edits);
}

// A process that pauses is milder than one that dies, and one that dies loudly than silently.
void collect_milder_faults(const Json& document, std::vector<Edit>& edits) {
  const JsonMember* faults = document.find("faults");
  if (faults == nullptr) return;
  const std::vector<std::string> order = {"pause", "kill", "kill_silently"};
  for (size_t i = 0; i < faults->value.items.size(); ++i) {
    for (size_t now = 1; now < order.size(); ++now) {
      if (faults->value.items[i].find(order[now]) == nullptr) continue;
      for (size_t milder = 0; milder < now; ++milder) {
        edits.push_back({fmt::format("/faults/{} = {}", i, order[milder]),
                         [i, from = order[now], to = order[milder]](Json& doc) {
                           Json& fault = find_member(doc, "faults")->items[i];
                           for (JsonMember& member : fault.members) {
                             if (member.key == from) member.key = to;
                           }
                         }});
      }
    }
  }
}

}  // namespace

Json* at_path(Json& document, const JsonPath& path) {
  Json* json = &document;
  for (const auto& step : path) {
    if (const auto* key = std::get_if<std::string>(&step)) {
      json = find_member(*json, *key);
      if (json == nullptr) return nullptr;
    } else {
      const size_t index = std::get<size_t>(step);
      if (index >= json->items.size()) return nullptr;
      json = &json->items[index];
    }
  }
  return json;
}

CaseSize size_of(const Json& document) {
  CaseSize size;
  const auto length = [&](const Json& json, const char* key) -> uint64_t {
    const JsonMember* member = json.find(key);
    return member == nullptr ? 0 : member->value.items.size() + member->value.members.size();
  };
  size.faults = length(document, "faults");
  size.choices = length(document, "choices");
  size.nodes = length(document, "sources") + length(document, "nodes") + length(document, "sinks");
  if (const JsonMember* sources = document.find("sources"); sources != nullptr) {
    for (const JsonMember& source : sources->value.members)
      size.rows += length(source.value, "rows");
  }
  return size;
}

std::vector<JsonPath> long_lists(const Json& document) {
  std::vector<JsonPath> lists = {{"choices"}, {"faults"}};
  if (const JsonMember* sources = document.find("sources"); sources != nullptr) {
    for (const JsonMember& source : sources->value.members)
      lists.push_back({"sources", source.key, "rows"});
  }
  return lists;
}

std::vector<Edit> structural_removals(const Json& document) {
  std::vector<Edit> edits;
  collect(document, {}, edits);
  return edits;
}

std::vector<Edit> removals(const Json& document) {
  std::vector<Edit> edits = structural_removals(document);
  Json copy = document;
  for (const JsonPath& list : long_lists(document)) {
    const Json* json = at_path(copy, list);
    for (size_t i = 0; json != nullptr && i < json->items.size(); ++i)
      edits.push_back(removal(extended(list, i)));
  }
  return edits;
}

std::vector<Edit> simplifications(const Json& document) {
  std::vector<Edit> edits;
  collect_milder_faults(document, edits);
  for (const JsonMember& member : document.members) {
    if (member.key == "cluster") {
      for (const JsonMember& part : member.value.members) {
        if (counts_something(part.key))
          collect_numbers(part.value, {member.key, part.key}, part.key, edits);
      }
    } else if (member.key != "limits" && member.key != "restart" && member.key != "leat" &&
               member.key != "seed" && member.key != "choices" && member.key != "checkpoint" &&
               member.key != "world") {
      collect_numbers(member.value, {member.key}, member.key, edits);
    }
  }
  return edits;
}

}  // namespace leat
