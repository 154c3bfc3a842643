// Recorded cases of the real Flink, as they are read from a file. JSON is turned into Values (an
// object into a map of text keys), so that steps, rows and arguments are of one form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/row_batch.h"

namespace leat {

struct RecordedCase {
  std::string name;  // "window/tumbling/0007"
  std::string kind;  // "operator", "function", "graph", "job", "machine"
  std::string why;
  Value body;             // the whole line
  std::string text;       // the line itself
  std::string directory;  // that its data files are looked for in
};

Result<RecordedCase> parse_case(std::string_view line);
// All cases of a file (*.jsonl), or of all such files in a directory, in the order of their names.
Result<std::vector<RecordedCase>> read_cases(const std::string& path);

// The member of an object; null where it is absent.
Value member(const Value& object, std::string_view name);
bool has_member(const Value& object, std::string_view name);
// A time or number: an int, "MIN" or "MAX".  Throws UnknownRequest otherwise.
int64_t number_of(const Value& value);
std::string text_of(const Value& value);
// "NaN", "Infinity", "-Infinity": how the cases write what JSON has no number for; else "".
std::string_view java_text(double number);
// As JSON, for transcripts.
std::string to_json(const Value& value);

// The case asks for something that the adapter does not know. It then fails: never a silent skip.
class UnknownRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace leat
