#include "sim/cli/fact_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <istream>
#include <optional>
#include <ostream>

#include "sim/scenario/fields.h"

namespace leat {

namespace {

constexpr const char* kExplanation =
    "Enter: next fact · 20: twenty of them · 4500ms: on to this time · sum[0]: on to a fact with "
    "this\ntext · c: all the rest · q: no more of them\n";

std::optional<int64_t> number_in(const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::string fact_line(ProcTime at, const Fact& fact, const ScenarioNames& names) {
  return fmt::format("{:>12}  {}", at.ms, to_text(fact, names));
}

bool is_fact_line(std::string_view line) {
  const size_t first = std::min(line.find_first_not_of(' '), line.size());
  const size_t end = std::min(line.find_first_not_of("0123456789", first), line.size());
  return end > first && line.substr(end).starts_with("  ");
}

FactPrinter::FactPrinter(const Scenario& scenario, FactPrinting printing, Streams streams)
    : names_(scenario), printing_(std::move(printing)), streams_(streams) {
  const std::vector<std::string> chains = names_.chains();
  for (const std::string& chain : chains)
    streams_.out << fmt::format("{:>12}  {}\n", "task", chain);
  goal_ = printing_.from.empty() ? Goal{Goal::Kind::kCount, 1, {}} : goal_of(printing_.from);
}

FactPrinter::Goal FactPrinter::goal_of(const std::string& words) {
  if (words == "c") return {Goal::Kind::kEnd, 0, {}};
  if (words.empty()) return {Goal::Kind::kCount, 1, {}};
  if (const auto number = number_in(words)) {
    return {Goal::Kind::kCount, std::max<int64_t>(*number, 1), {}};
  }
  if (const auto time = parse_duration(words)) return {Goal::Kind::kTime, *time, {}};
  return {Goal::Kind::kText, 0, words};
}

bool FactPrinter::reaches(Goal& goal, ProcTime at, const std::string& line) {
  switch (goal.kind) {
    case Goal::Kind::kCount:
      return --goal.number <= 0;
    case Goal::Kind::kTime:
      return at.ms >= goal.number;
    case Goal::Kind::kText:
      return line.find(goal.text) != std::string::npos;
    case Goal::Kind::kEnd:
      return false;
  }
  return false;
}

void FactPrinter::on_fact(ProcTime at, const Fact& fact) {
  if (mode_ == Mode::kSilent) return;
  const std::string line = fact_line(at, fact, names_);
  const bool there = reaches(goal_, at, line);
  if (mode_ == Mode::kBefore) {
    if (!there) return;
    mode_ = Mode::kTelling;
  }
  streams_.out << line << '\n';
  if (there && printing_.pace == FactPrinting::Pace::kStepping) ask();
}

void FactPrinter::ask() {
  streams_.out << std::flush;
  if (!explained_) streams_.prompt << kExplanation;
  explained_ = true;
  streams_.prompt << "> " << std::flush;
  std::string words;
  if (!std::getline(streams_.in, words)) words.assign(1, 'c');
  if (words == "q") {
    mode_ = Mode::kSilent;
    return;
  }
  goal_ = goal_of(words);
}

}  // namespace leat
