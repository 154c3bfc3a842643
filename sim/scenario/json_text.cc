#include "sim/scenario/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace leat {

namespace {

constexpr size_t kLineWidth = 110;

// Escapes as JSON does; text that is not UTF-8 gets replacement characters.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string scalar_text(const Json& json) {
  switch (json.kind) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kBool:
      return json.boolean ? "true" : "false";
    case Json::Kind::kInt:
      return std::to_string(json.integer);
    case Json::Kind::kDouble:
      return json.text.empty() ? nlohmann::json(json.number).dump() : json.text;
    case Json::Kind::kText:
      return quoted(json.text);
    case Json::Kind::kList:
    case Json::Kind::kObject:
      break;
  }
  return "";
}

std::string one_line(const Json& json) {
  std::string text;
  if (json.is(Json::Kind::kList)) {
    for (const Json& item : json.items) text += (text.empty() ? "" : ", ") + one_line(item);
    return "[" + text + "]";
  }
  if (!json.is(Json::Kind::kObject)) return scalar_text(json);
  for (const JsonMember& member : json.members) {
    text += (text.empty() ? "" : ", ") + quoted(member.key) + ": " + one_line(member.value);
  }
  return "{" + text + "}";
}

// Whether something in it is worth a line of its own.
bool is_long(const Json& json, size_t indent) {
  if (json.items.empty() && json.members.empty()) return false;
  if (indent == 0) return true;
  const bool of_lists =
      json.is(Json::Kind::kList) && json.items.size() > 1 && !json.items.front().items.empty();
  return of_lists || one_line(json).size() + indent > kLineWidth;
}

std::string laid_out(const Json& json, size_t indent) {
  if (!is_long(json, indent)) return one_line(json);
  const std::string margin(indent + 2, ' ');
  const bool list = json.is(Json::Kind::kList);
  std::string text = list ? "[" : "{";
  const char* separator = "\n";
  for (const Json& item : json.items) {
    text += separator + margin + laid_out(item, indent + 2);
    separator = ",\n";
  }
  for (const JsonMember& member : json.members) {
    text += separator + margin + quoted(member.key) + ": " + laid_out(member.value, indent + 2);
    separator = ",\n";
  }
  return text + "\n" + std::string(indent, ' ') + (list ? "]" : "}");
}

}  // namespace

std::string to_text(const Json& json) { return laid_out(json, 0) + "\n"; }

Json json_text(std::string text) {
  Json json;
  json.kind = Json::Kind::kText;
  json.text = std::move(text);
  return json;
}

Json json_integer(int64_t value) {
  Json json;
  json.kind = Json::Kind::kInt;
  json.integer = value;
  json.number = static_cast<double>(value);
  return json;
}

Json json_list(std::vector<Json> items) {
  Json json;
  json.kind = Json::Kind::kList;
  json.items = std::move(items);
  return json;
}

Json json_object() {
  Json json;
  json.kind = Json::Kind::kObject;
  return json;
}

Json* find_member(Json& object, std::string_view key) {
  for (JsonMember& member : object.members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

void set_member(Json& object, const std::string& key, Json value) {
  if (Json* old = find_member(object, key); old != nullptr) {
    *old = std::move(value);
  } else {
    object.members.push_back({key, {}, std::move(value)});
  }
}

void remove_member(Json& object, const std::string& key) {
  std::erase_if(object.members, [&](const JsonMember& member) { return member.key == key; });
}

}  // namespace leat
