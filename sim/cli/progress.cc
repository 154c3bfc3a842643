#include "sim/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "core/graph/specs.h"
#include "viz/svg.h"

namespace leat {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{1000};
constexpr milliseconds kBetween{100};

// The clock is not asked at each fact.
constexpr uint64_t kFactsBetween = 1024;

milliseconds machine_clock() {
  return std::chrono::duration_cast<milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

ProgressLine::ProgressLine()
    : ProgressLine(std::cerr, ::isatty(STDERR_FILENO) != 0 ? Terminal::kYes : Terminal::kNo,
                   machine_clock) {}

ProgressLine::ProgressLine(std::ostream& out, Terminal terminal, Clock clock)
    : out_(out),
      terminal_(terminal),
      clock_(std::move(clock)),
      begun_(clock_()),
      drawn_at_(begun_ + kPatience - kBetween) {}

bool ProgressLine::due() { return terminal_ == Terminal::kYes && clock_() - drawn_at_ >= kBetween; }

void ProgressLine::draw(const std::string& text) {
  if (terminal_ == Terminal::kNo) return;
  drawn_at_ = clock_();
  drawn_ = true;
  out_ << '\r' << text << "\033[K" << std::flush;
}

void ProgressLine::clear() {
  if (drawn_) out_ << "\r\033[K" << std::flush;
  drawn_ = false;
}

void RunProgress::on_fact(ProcTime at, const Fact&) {
  if (++facts_ % kFactsBetween != 0 || !line_.due()) return;
  line_.draw(fmt::format("{}  {} facts, {} of virtual time", scenario_, with_commas(facts_),
                         describe(Duration{at.ms})));
}

}  // namespace leat
