// One line of a web service's log: what a user did, and when.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/row_type.h"

namespace leat {

struct LogEvent {
  std::string user_id;
  std::string session_id;
  std::string action;
  int64_t timestamp = 0;  // seconds
  std::string ip_address;
  std::string user_agent;
  std::optional<std::string> metadata;  // JSON text
};
LEAT_ROW(LogEvent, user_id, session_id, action, timestamp, ip_address, user_agent, metadata)

// None where the line is no JSON object with these fields.
std::optional<LogEvent> parse_log_event(std::string_view line);
std::string to_json(const LogEvent& event);

// In the order of event time; of equal times by their fields, so that the order is total.
bool happened_before(const LogEvent& a, const LogEvent& b);

}  // namespace leat
