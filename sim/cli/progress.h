// One redrawn line on a terminal for what takes longer than a second, and nothing elsewhere.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

#include "core/trace/trace.h"

namespace leat {

class ProgressLine {
 public:
  enum class Terminal : uint8_t { kNo, kYes };
  using Clock = std::function<std::chrono::milliseconds()>;

  // On stderr, by the clock of the machine.
  ProgressLine();
  // REQUIRES: `out` outlives the line.
  ProgressLine(std::ostream& out, Terminal terminal, Clock clock);
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Whether it is time to say something: after the first second, ten times a second.
  bool due();
  void draw(const std::string& text);
  // Before anything else is written: the line is gone.
  void clear();

 private:
  std::ostream& out_;
  const Terminal terminal_;
  const Clock clock_;
  const std::chrono::milliseconds begun_;
  std::chrono::milliseconds drawn_at_;
  bool drawn_ = false;
};

// Tells how far a run is: its virtual time and the facts so far.
class RunProgress final : public FactObserver {
 public:
  // REQUIRES: the line outlives this.
  RunProgress(ProgressLine& line, std::string scenario)
      : line_(line), scenario_(std::move(scenario)) {}
  void on_fact(ProcTime at, const Fact& fact) override;

 private:
  ProgressLine& line_;
  const std::string scenario_;
  uint64_t facts_ = 0;
};

}  // namespace leat
