#include "sim/conform/recorded.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace leat {

namespace {

using nlohmann::json;

Value to_value(const json& j) {
  switch (j.type()) {
    case json::value_t::boolean:
      return Value::boolean(j.get<bool>());
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return Value::integer(j.get<int64_t>());
    case json::value_t::number_float:
      return Value::number(j.get<double>());
    case json::value_t::string: {
      const auto& text = j.get_ref<const std::string&>();
      // No string of any case has one of these two values: they are the 64-bit extremes.
      if (text == "MIN") return Value::integer(std::numeric_limits<int64_t>::min());
      if (text == "MAX") return Value::integer(std::numeric_limits<int64_t>::max());
      return Value::text(text);
    }
    case json::value_t::array: {
      std::vector<Value> items;
      for (const json& item : j) items.push_back(to_value(item));
      return Value::list(std::move(items));
    }
    case json::value_t::object: {
      std::vector<Value::MapEntry> entries;
      for (const auto& [key, item] : j.items())
        entries.emplace_back(Value::text(key), to_value(item));
      return Value::map(std::move(entries));
    }
    default:
      return Value::null();
  }
}

json to_json_value(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return nullptr;
    case ValueType::kBool:
      return value.as_bool();
    case ValueType::kInt:
    case ValueType::kTime:
      if (value.as_int() == std::numeric_limits<int64_t>::min()) return "MIN";
      if (value.as_int() == std::numeric_limits<int64_t>::max()) return "MAX";
      return value.as_int();
    case ValueType::kDouble:
      if (!std::isfinite(value.as_double())) return java_text(value.as_double());
      return value.as_double();
    case ValueType::kString:
      return std::string(value.as_text());
    case ValueType::kList: {
      json list = json::array();
      for (const Value& item : value.as_list()) list.push_back(to_json_value(item));
      return list;
    }
    case ValueType::kMap: {
      json object = json::object();
      for (const auto& [key, item] : value.as_map())
        object[std::string(key.as_text())] = to_json_value(item);
      return object;
    }
  }
  fail_check("a value has an unknown type");
}

Result<std::vector<std::string>> case_files(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (!fs::exists(path, failed)) return Error{path + ": no such file or directory"};
  std::vector<std::string> files;
  if (!fs::is_directory(path, failed)) {
    files.push_back(path);
    return files;
  }
  for (const auto& entry : fs::recursive_directory_iterator(path, failed)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<RecordedCase> parse_case(std::string_view line) {
  const json j = json::parse(line, nullptr, false);
  if (j.is_discarded() || !j.is_object()) return Error{"the line is not a JSON object"};
  RecordedCase recorded;
  recorded.body = to_value(j);
  recorded.text = line;
  for (const char* needed : {"case", "kind"}) {
    if (!j.contains(needed) || !j[needed].is_string())
      return Error{std::string("the line has no \"") + needed + "\""};
  }
  recorded.name = j["case"].get<std::string>();
  recorded.kind = j["kind"].get<std::string>();
  if (j.contains("why") && j["why"].is_string()) recorded.why = j["why"].get<std::string>();
  return recorded;
}

Result<std::vector<RecordedCase>> read_cases(const std::string& path) {
  const auto files = case_files(path);
  if (!files.ok()) return Error{files.error()};
  std::vector<RecordedCase> cases;
  for (const std::string& file : files.value()) {
    std::ifstream in(file);
    if (!in) return Error{file + ": cannot be read"};
    std::string line;
    for (size_t number = 1; std::getline(in, line); ++number) {
      if (line.empty()) continue;
      auto recorded = parse_case(line);
      if (!recorded.ok())
        return Error{file + ":" + std::to_string(number) + ": " + recorded.error()};
      recorded.value().directory = std::filesystem::path(file).parent_path().string();
      cases.push_back(std::move(recorded.value()));
    }
  }
  return cases;
}

namespace {
const Value* find_member(const Value& object, std::string_view name) {
  if (object.type() != ValueType::kMap) return nullptr;
  for (const auto& [key, item] : object.as_map()) {
    if (key.as_text() == name) return &item;
  }
  return nullptr;
}
}  // namespace

Value member(const Value& object, std::string_view name) {
  const Value* found = find_member(object, name);
  return found != nullptr ? *found : Value::null();
}

bool has_member(const Value& object, std::string_view name) {
  return find_member(object, name) != nullptr;
}

int64_t number_of(const Value& value) {
  if (value.type() != ValueType::kInt)
    throw UnknownRequest("a number was expected, not " + to_json(value));
  return value.as_int();
}

std::string text_of(const Value& value) {
  if (value.type() != ValueType::kString)
    throw UnknownRequest("a text was expected, not " + to_json(value));
  return std::string(value.as_text());
}

std::string_view java_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return "";
}

std::string to_json(const Value& value) { return to_json_value(value).dump(); }

}  // namespace leat
