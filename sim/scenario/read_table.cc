// Tables from files: CSV, JSON (a list of records) and JSON Lines.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>

#include "core/graph/table_data.h"
#include "sim/scenario/decode_parts.h"

namespace leat {

namespace {

constexpr size_t kMaxFile = 64u << 20;
constexpr size_t kMaxRows = 1'000'000;

// A record before its types are known: one text (or JSON value) for each wanted column.
struct RawRecord {
  size_t line = 0;
  std::vector<Json> cells;  // the fields, then `at`, then `partition`
};

// Which columns a request needs, in the order of RawRecord::cells.
std::vector<std::string> wanted(const FileRequest& request) {
  std::vector<std::string> columns = request.columns;
  if (!request.at.empty()) columns.push_back(request.at);
  if (!request.partition.empty()) columns.push_back(request.partition);
  return columns;
}

FileProblem problem(std::string what, std::string help = "") {
  return {std::move(what), std::move(help)};
}

Json text_cell(std::string text) {
  Json json;
  json.kind = Json::Kind::kText;
  json.text = std::move(text);
  return json;
}

// The cells of a CSV line. Quotes may stand around a cell ("" inside is one quote); a cell does not
// go over several lines.
std::vector<std::string> csv_cells(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += '"';
      ++i;
    } else if (c == '"' && (quoted || cells.back().empty())) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::optional<FileProblem> read_csv(const std::string& text, const FileRequest& request,
                                    std::vector<RawRecord>& out) {
  std::vector<size_t> positions;
  size_t width = 0;
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin = end + 1;
    ++number;
    if (number == 1) {
      const std::vector<std::string> head = csv_cells(line);
      width = head.size();
      for (const std::string& column : wanted(request)) {
        const auto found = std::find(head.begin(), head.end(), column);
        if (found == head.end()) {
          const std::string near = closest(column, head);
          return problem(fmt::format("{} has no column \"{}\"", request.path, column),
                         near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
        }
        positions.push_back(static_cast<size_t>(found - head.begin()));
      }
      continue;
    }
    if (line.empty()) continue;
    std::vector<std::string> cells = csv_cells(line);
    if (cells.size() != width) {
      return problem(fmt::format("{}:{}: the line has {} cells, the head line {}", request.path,
                                 number, cells.size(), width));
    }
    RawRecord record;
    record.line = number;
    for (const size_t position : positions) record.cells.push_back(text_cell(cells[position]));
    out.push_back(std::move(record));
    if (out.size() > kMaxRows) return problem(request.path + " has more than a million rows");
  }
  if (number == 0)
    return problem(request.path + " is empty; a head line with the names must stand first");
  return std::nullopt;
}

// "properties.time" inside a record; null where there is none.
const Json* inside(const Json& record, std::string_view path) {
  if (const JsonMember* whole = record.find(path)) return &whole->value;
  const Json* at = &record;
  while (!path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    const JsonMember* member = at->find(path.substr(0, dot));
    if (member == nullptr) return nullptr;
    at = &member->value;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at;
}

std::optional<FileProblem> take_record(const Json& json, size_t line, const FileRequest& request,
                                       std::vector<RawRecord>& out) {
  RawRecord record;
  record.line = line;
  for (const std::string& column : wanted(request)) {
    const Json* cell = inside(json, column);
    if (cell == nullptr) {
      return problem(fmt::format("{}:{}: the record has no \"{}\"", request.path, line, column));
    }
    record.cells.push_back(*cell);
  }
  out.push_back(std::move(record));
  if (out.size() > kMaxRows) return problem(request.path + " has more than a million rows");
  return std::nullopt;
}

FileProblem json_problem(const Diagnostic& d, std::string_view text, const std::string& path,
                         size_t line) {
  return problem(fmt::format("{}:{}:{}: {}", path, line + line_of(text, d.span.begin) - 1,
                             column_of(text, d.span.begin), d.what));
}

std::optional<FileProblem> read_json(const std::string& text, const FileRequest& request,
                                     std::vector<RawRecord>& out) {
  const std::variant<Json, Diagnostic> parsed = parse_json(text);
  if (const auto* d = std::get_if<Diagnostic>(&parsed))
    return json_problem(*d, text, request.path, 1);
  const Json* at = &std::get<Json>(parsed);
  std::string_view pointer = request.records;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const size_t slash = std::min(pointer.find('/'), pointer.size());
    const JsonMember* member = at->find(pointer.substr(0, slash));
    if (member == nullptr)
      return problem(fmt::format("{} has nothing at \"{}\"", request.path, request.records));
    at = &member->value;
    pointer.remove_prefix(slash);
  }
  if (!at->is(Json::Kind::kList)) {
    return problem(fmt::format("{}: the records are no list", request.path),
                   "\"records\" says where the list stands, for example \"/features\"");
  }
  for (const Json& item : at->items) {
    if (auto p = take_record(item, line_of(text, item.span.begin), request, out)) return p;
  }
  return std::nullopt;
}

std::optional<FileProblem> read_json_lines(const std::string& text, const FileRequest& request,
                                           std::vector<RawRecord>& out) {
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::variant<Json, Diagnostic> parsed = parse_json(line);
    if (const auto* d = std::get_if<Diagnostic>(&parsed))
      return json_problem(*d, line, request.path, number);
    if (auto p = take_record(std::get<Json>(parsed), number, request, out)) return p;
  }
  return std::nullopt;
}

template <class T>
std::optional<T> number_of(const Json& cell) {
  if (cell.is(Json::Kind::kInt) || cell.is(Json::Kind::kDouble)) {
    if constexpr (std::is_same_v<T, double>) return cell.number;
    if (cell.is(Json::Kind::kInt)) return static_cast<T>(cell.integer);
    return std::nullopt;
  }
  T value{};
  const char* const end = cell.text.data() + cell.text.size();
  const std::from_chars_result read = std::from_chars(cell.text.data(), end, value);
  if (!cell.is(Json::Kind::kText) || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

std::optional<Value> typed(const Json& cell, ValueType type) {
  switch (type) {
    case ValueType::kString:
      if (cell.is(Json::Kind::kText)) return Value::text(cell.text);
      return cell.is(Json::Kind::kInt) || cell.is(Json::Kind::kDouble)
                 ? std::optional(Value::text(cell.text))
                 : std::nullopt;
    case ValueType::kBool:
      if (cell.is(Json::Kind::kBool)) return Value::boolean(cell.boolean);
      if (cell.text == "true" || cell.text == "false") return Value::boolean(cell.text == "true");
      return std::nullopt;
    case ValueType::kDouble: {
      const auto v = number_of<double>(cell);
      return v ? std::optional(Value::number(*v)) : std::nullopt;
    }
    default: {
      const auto v = number_of<int64_t>(cell);
      if (!v) return std::nullopt;
      return type == ValueType::kTime ? Value::time(*v) : Value::integer(*v);
    }
  }
}

struct Arrived {
  Row row;
  int64_t at = 0;
  std::string partition;
  size_t line = 0;
};

std::variant<std::vector<Arrived>, FileProblem> type_records(
    const FileRequest& request, const std::vector<RawRecord>& records) {
  std::vector<Arrived> out;
  for (const RawRecord& record : records) {
    Arrived arrived;
    arrived.line = record.line;
    size_t cell = 0;
    for (const Field& field : request.schema.fields) {
      std::optional<Value> value = typed(record.cells[cell], field.type);
      if (!value) {
        return problem(fmt::format("{}:{}: \"{}\" is no {} (field {})", request.path, record.line,
                                   record.cells[cell].text, name_of(field.type), field.name));
      }
      arrived.row.push_back(std::move(*value));
      ++cell;
    }
    if (!request.at.empty()) {
      const auto at = number_of<int64_t>(record.cells[cell++]);
      if (!at)
        return problem(
            fmt::format("{}:{}: the arrival time is no integer", request.path, record.line));
      arrived.at = *at;
    }
    if (!request.partition.empty()) arrived.partition = record.cells[cell].text;
    if (!request.where || request.where->holds(arrived.row)) out.push_back(std::move(arrived));
  }
  return out;
}

}  // namespace

std::variant<std::shared_ptr<const SplitData>, FileProblem> read_table(const FileRequest& request) {
  std::ifstream file(request.path, std::ios::binary);
  std::string text;
  if (file) {
    std::ostringstream all;
    all << file.rdbuf();
    text = std::move(all).str();
  }
  if (!file || file.bad())
    return problem(fmt::format("{} cannot be read", request.path),
                   "paths are relative to the scenario");
  if (text.size() > kMaxFile) return problem(request.path + " is larger than 64 MB");
  std::vector<RawRecord> records;
  std::optional<FileProblem> bad = request.format == "csv" ? read_csv(text, request, records)
                                   : request.format == "json"
                                       ? read_json(text, request, records)
                                       : read_json_lines(text, request, records);
  if (bad) return *bad;
  auto checked = type_records(request, records);
  if (auto* p = std::get_if<FileProblem>(&checked)) return *p;
  auto& rows = std::get<std::vector<Arrived>>(checked);

  if (!request.at.empty()) {
    std::sort(rows.begin(), rows.end(), [](const Arrived& a, const Arrived& b) {
      return std::pair(a.at, a.line) < std::pair(b.at, b.line);
    });
  }
  // Only at its own speed does the file's clock go along with the job's.
  std::optional<EventTime> clock_start;
  if (!request.at.empty() && !rows.empty() && request.speed == 1)
    clock_start = EventTime{rows[0].at};
  std::vector<TableSplit> splits;
  std::map<std::string, size_t> by_name;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto [found, fresh] = by_name.try_emplace(rows[i].partition, splits.size());
    if (fresh) {
      splits.emplace_back();
      splits.back().name = rows[i].partition.empty() ? "0" : rows[i].partition;
    }
    const uint64_t since = static_cast<uint64_t>(rows[i].at) - static_cast<uint64_t>(rows[0].at);
    const int64_t at = request.at.empty()
                           ? static_cast<int64_t>(i) * request.every
                           : static_cast<int64_t>(since / static_cast<uint64_t>(request.speed));
    TableSplit& split = splits[found->second];
    split.rows.push_back(std::move(rows[i].row));
    split.arrivals.push_back(std::max<int64_t>(at, 0));
  }
  if (splits.empty()) splits.push_back({"0", {}, {}});
  if (splits.size() > kMaxPartitions) {
    return problem(fmt::format("{} has {} partitions; at most {} are allowed", request.path,
                               splits.size(), kMaxPartitions));
  }
  return std::make_shared<TableData>(request.schema.width(), std::move(splits), clock_start);
}

}  // namespace leat
