#include "sim/explore/capsule.h"

#include <charconv>

namespace leat {

namespace {

constexpr std::string_view kHead = "leat capsule 1";
constexpr std::string_view kChoices = "--- choices";
constexpr std::string_view kScenario = "--- scenario";

// Takes one line off the front.
std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

bool read_field(std::string_view line, Capsule& capsule) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view key = line.substr(0, space);
  const std::string value(line.substr(space + 1));
  if (key == "path") {
    capsule.scenario_path = value;
  } else if (key == "violation") {
    capsule.violation = value;
  } else if (key == "oracle") {
    capsule.oracle = value;
  } else if (key == "digest") {
    capsule.digest = value;
  } else if (key == "build") {
    capsule.build = value;
  } else if (key == "facts") {
    const std::optional<FactMarks> marks = parse_fact_marks(value);
    if (marks) capsule.marks = *marks;
    return marks.has_value();
  } else if (key == "seed") {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), capsule.seed);
    return error == std::errc() && end == value.data() + value.size();
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string build_id() {
#if defined(__clang__)
  return "leat 0.1.0 clang " + std::to_string(__clang_major__);
#else
  return "leat 0.1.0 gcc " + std::to_string(__GNUC__);
#endif
}

std::string to_text(const Capsule& capsule) {
  std::string text(kHead);
  text += "\npath " + capsule.scenario_path;
  text += "\nseed " + std::to_string(capsule.seed);
  text += "\nviolation " + capsule.violation;
  if (!capsule.oracle.empty()) text += "\noracle " + capsule.oracle;
  text += "\ndigest " + capsule.digest;
  text += "\nbuild " + capsule.build;
  if (!capsule.marks.empty()) text += "\nfacts " + to_text(capsule.marks);
  text += "\n" + std::string(kChoices) + "\n" + to_text(capsule.choices);
  if (text.back() != '\n') text += '\n';
  return text + std::string(kScenario) + "\n" + capsule.scenario_text;
}

Result<Capsule> parse_capsule(std::string_view text) {
  if (take_line(text) != kHead)
    return Error{"this is not a capsule: it does not begin with \"" + std::string(kHead) + "\""};
  Capsule capsule;
  for (;;) {
    if (text.empty()) return Error{"the capsule ends before its choices"};
    const std::string_view line = take_line(text);
    if (line == kChoices) break;
    if (!read_field(line, capsule))
      return Error{"the capsule has a line that cannot be read: " +
                   std::string(line.substr(0, 80))};
  }
  const std::string marker = std::string(kScenario) + "\n";
  const size_t at = text.find(marker);
  if (at == std::string_view::npos) return Error{"the capsule ends before its scenario"};
  auto choices = parse_choice_map(text.substr(0, at));
  if (!choices.ok()) return Error{"the capsule's choices: " + choices.error()};
  capsule.choices = std::move(choices.value());
  capsule.scenario_text = text.substr(at + marker.size());
  return capsule;
}

}  // namespace leat
