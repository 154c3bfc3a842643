#include "sim/explore/fact_marks.h"

#include <fmt/format.h>

#include <charconv>

namespace leat {

namespace {

constexpr size_t kDigits = 8;

uint32_t mark_of(const Digest& digest) { return static_cast<uint32_t>(digest.low()); }

// Takes a number and the blank behind it off the front.
std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  return number;
}

}  // namespace

std::string to_text(const FactMarks& marks) {
  std::string text = fmt::format("{} {} ", marks.facts, marks.stride);
  for (const uint32_t mark : marks.marks) text += fmt::format("{:08x}", mark);
  return text;
}

std::optional<FactMarks> parse_fact_marks(std::string_view text) {
  const std::optional<uint64_t> facts = take_number(text);
  const std::optional<uint64_t> stride = facts ? take_number(text) : std::nullopt;
  if (!stride || *stride == 0 || text.size() != *facts / *stride * kDigits) return std::nullopt;
  FactMarks marks{*facts, *stride, {}};
  for (; !text.empty(); text.remove_prefix(kDigits)) {
    uint32_t& mark = marks.marks.emplace_back();
    const auto [end, error] = std::from_chars(text.data(), text.data() + kDigits, mark, 16);
    if (error != std::errc() || end != text.data() + kDigits) return std::nullopt;
  }
  return marks;
}

void FactMarker::on_fact(ProcTime at, const Fact& fact) {
  fold(fact, at, digest_);
  if (++marks_.facts % marks_.stride != 0) return;
  marks_.marks.push_back(mark_of(digest_));
  if (marks_.marks.size() <= kMostMarks) return;
  marks_.stride *= 2;
  std::vector<uint32_t> kept;
  for (size_t i = 1; i < marks_.marks.size(); i += 2) kept.push_back(marks_.marks[i]);
  marks_.marks = std::move(kept);
}

void FactComparison::on_fact(ProcTime at, const Fact& fact) {
  if (found_) return;
  fold(fact, at, digest_);
  ++facts_;
  since_.emplace_back(at, fact);
  const bool beyond = facts_ > recorded_.facts;
  if (!beyond && facts_ % recorded_.stride != 0) return;
  const auto index = static_cast<size_t>(facts_ / recorded_.stride - 1);
  if (!beyond && recorded_.marks[index] == mark_of(digest_)) return since_.clear();
  found_ = Difference{facts_ - since_.size() + 1, facts_, std::move(since_)};
}

std::optional<FactComparison::Difference> FactComparison::difference() const {
  if (found_) return found_;
  if (facts_ < recorded_.facts) return Difference{facts_ - since_.size() + 1, facts_ + 1, {}};
  return std::nullopt;
}

}  // namespace leat
