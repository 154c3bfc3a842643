#include "sim/scenario/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/base/check.h"
#include "core/graph/specs.h"
#include "sim/scenario/ascii.h"
#include "sim/scenario/expr.h"

namespace leat {

namespace {

constexpr int64_t kMostMs = int64_t{10'000} * 365 * 86'400'000;  // 10,000 years

std::optional<int64_t> unit_of(std::string_view name) {
  if (name == "ms") return 1;
  if (name == "s") return 1000;
  if (name == "m" || name == "min") return 60'000;
  if (name == "h") return 3'600'000;
  if (name == "d") return 86'400'000;
  return std::nullopt;
}

bool is_in_table(std::string_view object, std::string_view key) {
  return std::any_of(key_table().begin(), key_table().end(),
                     [&](const KeyRow& row) { return row.object == object && row.key == key; });
}

// "00:01:30.250"
std::optional<int64_t> parse_clock(std::string_view text) {
  int64_t parts[3] = {0, 0, 0};
  int64_t ms = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    const std::from_chars_result read = std::from_chars(at, end, parts[i]);
    if (read.ec != std::errc() || read.ptr - at > 6 || !is_digit(*at)) return std::nullopt;
    at = read.ptr;
    if (i < 2 && (at == end || *at++ != ':')) return std::nullopt;
  }
  if (at != end) {
    if (*at++ != '.' || end - at != 3 || !is_digit(*at)) return std::nullopt;
    const std::from_chars_result read = std::from_chars(at, end, ms);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  }
  if (parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + ms;
}

}  // namespace

std::optional<int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int64_t total = 0;
  bool any = false;
  while (!text.empty()) {
    int64_t number = 0;
    const std::from_chars_result read =
        std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || !is_digit(text.front())) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
    while (text.starts_with(' ')) text.remove_prefix(1);
    const size_t letters =
        std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), text.size());
    const std::optional<int64_t> unit = unit_of(text.substr(0, letters));
    if (!unit || number > kMostMs / *unit) return std::nullopt;
    total += number * *unit;
    if (total > kMostMs) return std::nullopt;
    any = true;
    text.remove_prefix(letters);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (!any) return std::nullopt;
  return negative ? -total : total;
}

std::optional<int64_t> parse_time(const Json& json) {
  if (json.is(Json::Kind::kInt)) return json.integer;
  if (!json.is(Json::Kind::kText)) return std::nullopt;
  if (json.text == "MAX") return std::numeric_limits<int64_t>::max();
  if (json.text == "MIN") return std::numeric_limits<int64_t>::min();
  if (json.text.find(':') != std::string::npos) return parse_clock(json.text);
  return parse_duration(json.text);
}

std::optional<ValueType> type_named(std::string_view name) {
  for (const ValueType type :
       {ValueType::kBool, ValueType::kInt, ValueType::kDouble, ValueType::kTime, ValueType::kString,
        ValueType::kList, ValueType::kMap}) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

void report_unknown(Diagnostics& d, std::string_view code, Span span, std::string_view what,
                    std::string_view name, const std::vector<std::string>& known) {
  Diagnostic diagnostic =
      error_at(std::string(code), span, fmt::format("unknown {} \"{}\"", what, name));
  std::string list;
  for (const std::string& k : known) {
    if (list.size() > 300) {
      list += ", ...";
      break;
    }
    list += (list.empty() ? "" : ", ") + k;
  }
  if (!known.empty()) diagnostic.notes.push_back("known here: " + list);
  const std::string near = closest(name, known);
  if (!near.empty()) diagnostic.help = fmt::format("did you mean \"{}\"?", near);
  d.add(std::move(diagnostic));
}

Fields::Fields(const Json& json, std::string_view object, Diagnostics& diagnostics)
    : json_(json), object_(object), diagnostics_(diagnostics) {
  if (!json.is(Json::Kind::kObject)) {
    wrong_type(json, "an object");
    return;
  }
  std::vector<std::string> known;
  for (const KeyRow& row : key_table()) {
    if (row.object == object) known.emplace_back(row.key);
  }
  for (const JsonMember& member : json.members) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    report_unknown(diagnostics, "SC101", member.key_span, "key", member.key, known);
  }
}

const Json* Fields::get(std::string_view key) const {
  check(is_in_table(object_, key), "a key is read that the table of keys does not have");
  asked_.emplace(key);
  const JsonMember* member = json_.find(key);
  return member == nullptr || member->value.is(Json::Kind::kNull) ? nullptr : &member->value;
}

void Fields::refuse_unread(std::string_view here) const {
  for (const JsonMember& member : json_.members) {
    if (!is_in_table(object_, member.key)) continue;  // that has been told
    if (asked_.contains(member.key)) continue;
    diagnostics_.error("SC106", member.key_span,
                       fmt::format("\"{}\" says nothing to {}", member.key, here),
                       "leave it out, or put it where it belongs");
  }
}

Span Fields::key_span(std::string_view key) const {
  const JsonMember* member = json_.find(key);
  return member == nullptr ? json_.span : member->key_span;
}

void Fields::wrong_type(const Json& value, std::string_view wanted) const {
  diagnostics_.error("SC102", value.span, fmt::format("here must stand {}", wanted), "",
                     fmt::format("this is {}", name_of(value.kind)));
}

const Json* Fields::object(std::string_view key) const {
  const Json* value = get(key);
  if (value == nullptr || value->is(Json::Kind::kObject)) return value;
  wrong_type(*value, "an object");
  return nullptr;
}

const Json* Fields::list(std::string_view key) const {
  const Json* value = get(key);
  if (value == nullptr || value->is(Json::Kind::kList)) return value;
  wrong_type(*value, "a list");
  return nullptr;
}

std::string Fields::text(std::string_view key, std::string otherwise) const {
  const Json* value = get(key);
  if (value == nullptr) return otherwise;
  if (value->is(Json::Kind::kText)) return value->text;
  wrong_type(*value, "a string");
  return otherwise;
}

bool Fields::boolean(std::string_view key, bool otherwise) const {
  const Json* value = get(key);
  if (value == nullptr) return otherwise;
  if (value->is(Json::Kind::kBool)) return value->boolean;
  wrong_type(*value, "true or false");
  return otherwise;
}

int64_t Fields::integer(std::string_view key, int64_t otherwise, int64_t least,
                        int64_t most) const {
  const Json* value = get(key);
  if (value == nullptr) return otherwise;
  if (!value->is(Json::Kind::kInt)) {
    wrong_type(*value, "an integer");
    return otherwise;
  }
  if (value->integer < least || value->integer > most) {
    diagnostics_.error("SC103", value->span,
                       fmt::format("\"{}\" must be between {} and {}", key, least, most));
    return otherwise;
  }
  return value->integer;
}

double Fields::number(std::string_view key, double otherwise, double least, double most) const {
  const Json* value = get(key);
  if (value == nullptr) return otherwise;
  if (!value->is(Json::Kind::kInt) && !value->is(Json::Kind::kDouble)) {
    wrong_type(*value, "a number");
    return otherwise;
  }
  if (!(value->number >= least && value->number <= most)) {
    diagnostics_.error("SC103", value->span,
                       fmt::format("\"{}\" must be between {} and {}", key, least, most));
    return otherwise;
  }
  return value->number;
}

Duration Fields::duration(std::string_view key, Duration otherwise, Duration least) const {
  return maybe_duration(key, least).value_or(otherwise);
}

std::optional<Duration> Fields::maybe_duration(std::string_view key, Duration least) const {
  const Json* value = get(key);
  if (value == nullptr) return std::nullopt;
  std::optional<int64_t> ms;
  if (value->is(Json::Kind::kInt)) ms = value->integer;
  if (value->is(Json::Kind::kText)) ms = parse_duration(value->text);
  if (!ms) {
    diagnostics_.error("SC102", value->span, "here must stand a length of time",
                       "write milliseconds, or a string like \"250ms\", \"10s\", \"1d 2h\"");
    return std::nullopt;
  }
  if (*ms < least.ms || *ms > kMostMs) {
    diagnostics_.error(
        "SC103", value->span,
        fmt::format("\"{}\" must be between {} and 10,000 years", key, describe(least)));
    return std::nullopt;
  }
  return Duration{*ms};
}

std::vector<const Json*> Fields::texts(std::string_view key) const {
  std::vector<const Json*> out;
  const Json* value = get(key);
  if (value == nullptr) return out;
  if (value->is(Json::Kind::kText)) return {value};
  if (!value->is(Json::Kind::kList)) {
    wrong_type(*value, "a string or a list of strings");
    return out;
  }
  for (const Json& item : value->items) {
    if (item.is(Json::Kind::kText))
      out.push_back(&item);
    else
      wrong_type(item, "a string");
  }
  return out;
}

}  // namespace leat
