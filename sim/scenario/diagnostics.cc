#include "sim/scenario/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

namespace leat {

namespace {

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

size_t code_points(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

// What a terminal can show; a long line is cut around the place.
constexpr size_t kWidth = 120;

std::string shown(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

}  // namespace

Diagnostic error_at(std::string code, Span span, std::string what) {
  Diagnostic d;
  d.code = std::move(code);
  d.span = span;
  d.what = std::move(what);
  return d;
}

size_t line_of(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  return 1 + static_cast<size_t>(std::count(
                 text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

size_t column_of(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  const size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return 1 + code_points(text.substr(start, offset - start));
}

std::string render(const Diagnostic& d, std::string_view path, std::string_view text) {
  const size_t begin = std::min(d.span.begin, text.size());
  const size_t newline = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  size_t end = std::min(text.find('\n', begin), text.size());
  const size_t line = line_of(text, begin);
  const size_t column = column_of(text, begin);
  if (begin - start > kWidth) start = begin - kWidth / 2;
  while (start < begin && !starts_code_point(text[start])) ++start;
  if (end - start > kWidth) end = start + kWidth;
  while (end > begin && end < text.size() && !starts_code_point(text[end])) --end;
  const size_t marked = std::clamp(d.span.end, begin, std::max(begin, end));

  const std::string number = std::to_string(line);
  const std::string pad(number.size(), ' ');
  std::string out = fmt::format(
      "{}[{}]: {}\n", d.level == Diagnostic::Level::kError ? "error" : "warning", d.code, d.what);
  out += fmt::format("{} --> {}:{}:{}\n", pad, path.empty() ? "scenario" : path, line, column);
  out += fmt::format("{} |\n", pad);
  out += fmt::format("{} | {}\n", number, shown(text.substr(start, end - start)));
  const size_t carets = std::max<size_t>(1, code_points(text.substr(begin, marked - begin)));
  out += fmt::format("{} | {}{}{}\n", pad,
                     std::string(code_points(text.substr(start, begin - start)), ' '),
                     std::string(carets, '^'), d.label.empty() ? "" : " " + d.label);
  for (const std::string& note : d.notes) out += fmt::format("{} = {}\n", pad, note);
  if (!d.help.empty()) out += fmt::format("{} = help: {}\n", pad, d.help);
  return out;
}

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.level == Diagnostic::Level::kError) {
    if (++errors_ > kMost) return;
  } else if (list_.size() > 2 * kMost) {
    return;
  }
  list_.push_back(std::move(diagnostic));
}

void Diagnostics::error(std::string code, Span span, std::string what, std::string help,
                        std::string label) {
  Diagnostic d = error_at(std::move(code), span, std::move(what));
  d.help = std::move(help);
  d.label = std::move(label);
  add(std::move(d));
}

void Diagnostics::warning(std::string code, Span span, std::string what, std::string help) {
  Diagnostic d = error_at(std::move(code), span, std::move(what));
  d.level = Diagnostic::Level::kWarning;
  d.help = std::move(help);
  add(std::move(d));
}

std::string Diagnostics::render_all(std::string_view path, std::string_view text) const {
  std::string out;
  for (const Diagnostic& d : list_) out += render(d, path, text) + "\n";
  if (errors_ > kMost) out += fmt::format("... and {} errors more\n", errors_ - kMost);
  return out;
}

}  // namespace leat
