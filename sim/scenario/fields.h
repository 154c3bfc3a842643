// The keys of one JSON object, read by name and type. A mistake is reported with its place and
// answered with the default, so that all mistakes of a file are found at once.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/data/schema.h"
#include "sim/scenario/diagnostics.h"
#include "sim/scenario/json_tree.h"

namespace leat {

// One row of the table of all keys, from which unknown keys are told, the schema for editors and
// the reference page are made.
struct KeyRow {
  std::string_view object;  // "source"
  std::string_view key;
  std::string_view type;  // of JSON Schema, several parted by "|": "string|integer"
  std::string_view doc;   // one sentence for people
};
const std::vector<KeyRow>& key_table();

// "250ms", "10s", "1d 2h", "-5s"; units ms, s, m or min, h, d.
std::optional<int64_t> parse_duration(std::string_view text);
// A point in time: ms, a duration since 0, "00:01:30.250", "MIN", "MAX".
std::optional<int64_t> parse_time(const Json& json);
// "bool", "int", "double", "time", "string", "list", "map".
std::optional<ValueType> type_named(std::string_view name);
// An error for a name that is not among those that there are.
void report_unknown(Diagnostics& d, std::string_view code, Span span, std::string_view what,
                    std::string_view name, const std::vector<std::string>& known);

class Fields {
 public:
  // Reports what is no object, and every key that is not in the table for this kind of object.
  Fields(const Json& json, std::string_view object, Diagnostics& diagnostics);

  // Null where the key is absent (or the value is JSON's null, which says the same).
  // REQUIRES: the key is in the table.
  const Json* get(std::string_view key) const;
  bool has(std::string_view key) const { return get(key) != nullptr; }
  Span span() const { return json_.span; }
  Span key_span(std::string_view key) const;

  std::string text(std::string_view key, std::string otherwise) const;
  bool boolean(std::string_view key, bool otherwise) const;
  int64_t integer(std::string_view key, int64_t otherwise, int64_t least, int64_t most) const;
  double number(std::string_view key, double otherwise, double least, double most) const;
  // At least `least`, at most 10,000 years.
  Duration duration(std::string_view key, Duration otherwise, Duration least = {0}) const;
  std::optional<Duration> maybe_duration(std::string_view key, Duration least = {0}) const;
  // Their members or items; null where they are absent or of another kind (then that is told).
  const Json* object(std::string_view key) const;
  const Json* list(std::string_view key) const;
  // A string or a list of strings.
  std::vector<const Json*> texts(std::string_view key) const;

  // Reports each key that nobody has asked for so far: it stands in the table, and means nothing
  // here
  // ("this node").
  void refuse_unread(std::string_view here) const;

  void wrong_type(const Json& value, std::string_view wanted) const;
  Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  const Json& json_;
  std::string_view object_;
  Diagnostics& diagnostics_;
  mutable std::set<std::string, std::less<>> asked_;
};

}  // namespace leat
