#include "sim/cli/jobs/log_event.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

namespace leat {

namespace {

using nlohmann::json;

bool read_text(const json& object, const char* key, std::string& out) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return false;
  out = found->get<std::string>();
  return true;
}

// Values inside values, at most; what is deeper is nothing that anybody has logged.
constexpr int kDeepest = 64;

// Without reading deeper than that.
json parse_shallow(std::string_view line) {
  const auto shallow = [](int depth, json::parse_event_t, json&) {
    if (depth > kDeepest) throw std::length_error("too deep");
    return true;
  };
  try {
    return json::parse(line, shallow, /*allow_exceptions=*/false);
  } catch (const std::length_error&) {
    return {};
  }
}

auto order_of(const LogEvent& e) {
  return std::tie(e.timestamp, e.user_id, e.action, e.session_id, e.ip_address, e.user_agent,
                  e.metadata);
}

}  // namespace

std::optional<LogEvent> parse_log_event(std::string_view line) {
  const json object = parse_shallow(line);
  if (!object.is_object()) return std::nullopt;
  LogEvent event;
  const auto time = object.find("timestamp");
  // Not to be told in ms would be no time either.
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 1000;
  const auto is_time = [](const json& value) {
    if (value.is_number_unsigned()) return value.get<uint64_t>() <= uint64_t{kMost};
    return value.is_number_integer() && value.get<int64_t>() >= -kMost;
  };
  const bool good = read_text(object, "user_id", event.user_id) &&
                    read_text(object, "session_id", event.session_id) &&
                    read_text(object, "action", event.action) &&
                    read_text(object, "ip_address", event.ip_address) &&
                    read_text(object, "user_agent", event.user_agent) && time != object.end() &&
                    is_time(*time);
  if (!good) return std::nullopt;
  event.timestamp = time->get<int64_t>();
  if (const auto metadata = object.find("metadata"); metadata != object.end())
    event.metadata = metadata->dump();
  return event;
}

std::string to_json(const LogEvent& event) {
  json object = {{"user_id", event.user_id},       {"session_id", event.session_id},
                 {"action", event.action},         {"timestamp", event.timestamp},
                 {"ip_address", event.ip_address}, {"user_agent", event.user_agent}};
  if (event.metadata) object["metadata"] = json::parse(*event.metadata, nullptr, false);
  return object.dump();
}

bool happened_before(const LogEvent& a, const LogEvent& b) { return order_of(a) < order_of(b); }

}  // namespace leat
