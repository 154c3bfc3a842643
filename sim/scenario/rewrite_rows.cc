#include "sim/scenario/rewrite_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace leat {

namespace {

std::string quoted_cell(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < ' ')
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string as_json(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return "null";
    case ValueType::kBool:
      return value.as_bool() ? "true" : "false";
    case ValueType::kString:
      return quoted_cell(value.as_text());
    case ValueType::kInt:
    case ValueType::kTime:
      if (value.as_int() == INT64_MAX) return "\"MAX\"";
      if (value.as_int() == INT64_MIN) return "\"MIN\"";
      return std::to_string(value.as_int());
    case ValueType::kDouble:
      return fmt::format("{}", value.as_double());
    case ValueType::kList: {
      std::string out;
      for (const Value& item : value.as_list()) out += (out.empty() ? "" : ", ") + as_json(item);
      return "[" + out + "]";
    }
    case ValueType::kMap: {
      std::string out;
      for (const auto& [key, item] : value.as_map()) {
        if (key.type() != ValueType::kString)
          return quoted_cell(value.to_text());  // no JSON says that
        out += (out.empty() ? "" : ", ") + quoted_cell(key.as_text()) + ": " + as_json(item);
      }
      return "{" + out + "}";
    }
  }
  return "null";
}

// An item with what stands around it: comments and white space before, and up to the end of its
// line behind (the comma taken out).
struct Piece {
  std::string lead;
  std::string words;
  std::string tail;
};

// Where the comma is in what stands between two items: not in a comment.
size_t comma_in(std::string_view gap) {
  for (size_t i = 0; i < gap.size(); ++i) {
    if (gap[i] == ',') return i;
    if (gap[i] != '/') continue;
    const bool block = gap.substr(i, 2) == "/*";
    const size_t end = block ? gap.find("*/", i + 2) : gap.find('\n', i);
    if (end == std::string_view::npos) break;
    i = block ? end + 1 : end;
  }
  return std::string_view::npos;
}

// Where the line break of this newline begins: one before, where lines end with "\r\n".
size_t line_break(std::string_view text, size_t newline) {
  const bool two = newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r';
  return two ? newline - 1 : newline;
}

class ListText {
 public:
  ListText(std::string_view text, const RowsToWrite& rows) : rows_(rows) {
    size_t at = rows.list.begin + 1;
    std::string lead;
    for (size_t i = 0; i < rows.items.size(); ++i) {
      const Span item = rows.items[i];
      lead += text.substr(at, item.begin - at);
      const bool last = i + 1 == rows.items.size();
      const size_t end = last ? rows.list.end - 1 : rows.items[i + 1].begin;
      std::string gap(text.substr(item.end, end - item.end));
      if (const size_t comma = comma_in(gap); !last && comma != std::string::npos)
        gap.erase(comma, 1);
      const size_t line = std::min(line_break(gap, gap.find('\n')),
                                   last ? gap.size() : gap.find_last_not_of(' ') + 1);
      pieces_.push_back(
          {lead, std::string(text.substr(item.begin, item.end - item.begin)), gap.substr(0, line)});
      lead = gap.substr(line);
      at = end;
    }
    closing_ = rows.items.empty() ? "" : lead;
    const size_t newline = text.rfind('\n', rows.list.begin);
    const size_t first = newline == std::string_view::npos ? 0 : newline + 1;
    break_ = line_break(text, newline) == newline ? "\n" : "\r\n";
    indent_ =
        text.substr(first, std::min(text.find_first_not_of(" \t", first), text.size()) - first);
  }

  std::string rewritten() const {
    std::vector<Piece> out = rows_.ordered ? in_order() : in_place();
    std::string text = "[";
    for (size_t i = 0; i < out.size(); ++i) {
      text += out[i].lead + out[i].words + (i + 1 < out.size() ? "," : "") + out[i].tail;
    }
    if (out.empty()) return "[]";
    return text + (pieces_.empty() ? break_ + indent_ : closing_) + "]";
  }

 private:
  // White space of a row that comes behind others.
  std::string lead_of_new(bool first) const {
    if (pieces_.empty()) return break_ + indent_ + "  ";
    const Piece& model = pieces_.size() > 1 && !first ? pieces_[1] : pieces_[0];
    const size_t newline = line_break(model.lead, model.lead.rfind('\n'));
    if (newline != std::string::npos) return model.lead.substr(newline);
    return first ? "" : " ";
  }
  Piece fresh(const Row& row, bool first) const {
    return {lead_of_new(first), row_as_json(row), ""};
  }

  // Which of the new rows each old one becomes: itself, or else the one that is left and most like
  // it (the same key and window with another answer); none where nothing is like it.
  std::vector<std::optional<size_t>> successors(std::vector<bool>& taken) const {
    std::vector<std::optional<size_t>> next(pieces_.size());
    std::map<Row, std::vector<size_t>> same;
    for (size_t a = rows_.after.size(); a-- > 0;) same[rows_.after[a]].push_back(a);
    for (size_t i = 0; i < pieces_.size(); ++i) {
      const auto found = same.find(rows_.before[i]);
      if (found == same.end() || found->second.empty()) continue;
      next[i] = found->second.back();
      taken[*next[i]] = true;
      found->second.pop_back();
    }
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (next[i]) continue;
      size_t most = 0;
      for (size_t a = 0; a < rows_.after.size(); ++a) {
        const size_t like = taken[a] ? 0 : equal_cells(rows_.before[i], rows_.after[a]);
        if (like <= most) continue;
        most = like;
        next[i] = a;
      }
      if (next[i]) taken[*next[i]] = true;
    }
    return next;
  }

  static size_t equal_cells(const Row& a, const Row& b) {
    size_t count = 0;
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) count += a[i] == b[i] ? 1 : 0;
    return count;
  }

  // A row with another answer keeps its place and its comments.
  std::vector<Piece> in_place() const {
    std::vector<bool> taken(rows_.after.size(), false);
    const std::vector<std::optional<size_t>> next = successors(taken);
    std::vector<Piece> out;
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (!next[i]) continue;
      out.push_back(pieces_[i]);
      const Row& row = rows_.after[*next[i]];
      if (!(row == rows_.before[i])) out.back().words = row_as_json(row);
    }
    for (size_t a = 0; a < rows_.after.size(); ++a) {
      if (!taken[a]) out.push_back(fresh(rows_.after[a], out.empty()));
    }
    if (!out.empty() && !pieces_.empty() && out[0].lead == " " && pieces_[0].lead.empty())
      out[0].lead = "";
    return out;
  }
  std::vector<Piece> in_order() const {
    std::vector<bool> used(pieces_.size(), false);
    std::vector<Piece> out;
    for (const Row& row : rows_.after) {
      size_t i = 0;
      while (i < pieces_.size() && (used[i] || !(rows_.before[i] == row))) ++i;
      if (i == pieces_.size()) {
        out.push_back(fresh(row, out.empty()));
        continue;
      }
      used[i] = true;
      out.push_back(pieces_[i]);
    }
    return out;
  }

  const RowsToWrite& rows_;
  std::vector<Piece> pieces_;
  std::string closing_;
  std::string indent_;
  std::string break_;  // as lines of this file end
};

}  // namespace

std::string row_as_json(const Row& row) { return as_json(Value::list(row)); }

std::string rewrite_rows(std::string_view text, std::vector<RowsToWrite> lists) {
  std::sort(lists.begin(), lists.end(),
            [](const RowsToWrite& a, const RowsToWrite& b) { return a.list.begin < b.list.begin; });
  std::string out;
  size_t at = 0;
  for (const RowsToWrite& rows : lists) {
    out += text.substr(at, rows.list.begin - at);
    out += ListText(text, rows).rewritten();
    at = rows.list.end;
  }
  return out + std::string(text.substr(at));
}

}  // namespace leat
