// `run --trace` and `run --step`: facts as they happen, in the names of the scenario.
#pragma once

#include <iosfwd>
#include <string>

#include "sim/explore/scenario_names.h"

namespace leat {

// "        4500  BarrierAligned execution=sum[0]#1 checkpoint=3", without an end of line.
std::string fact_line(ProcTime at, const Fact& fact, const ScenarioNames& names);
bool is_fact_line(std::string_view line);

struct FactPrinting {
  enum class Pace : uint8_t { kFlowing, kStepping };
  Pace pace = Pace::kFlowing;
  // Where it begins: a time such as "4500ms", or a text that a fact's line contains; "": at once.
  std::string from;
};

// While stepping, it waits after each fact for a line on `in`:
//   (nothing)   the next fact          20        the next 20 facts
//   4500ms      on to this time        sum[0]    on to the next fact whose line contains this
//   c           on to the end          q         on to the end without printing
// Where nobody types any more, the rest is printed without waiting.
class FactPrinter final : public FactObserver {
 public:
  struct Streams {
    std::istream& in;
    std::ostream& out;     // facts
    std::ostream& prompt;  // what may be typed
  };
  // REQUIRES: streams and scenario outlive this.
  FactPrinter(const Scenario& scenario, FactPrinting printing, Streams streams);

  void on_fact(ProcTime at, const Fact& fact) override;

 private:
  // Until when nothing waits: until a time, a text or a number of facts has come.
  struct Goal {
    enum class Kind : uint8_t { kCount, kTime, kText, kEnd };
    Kind kind = Kind::kCount;
    int64_t number = 1;  // facts, or ms
    std::string text;
  };
  enum class Mode : uint8_t { kBefore, kTelling, kSilent };

  static Goal goal_of(const std::string& words);
  static bool reaches(Goal& goal, ProcTime at, const std::string& line);
  void ask();

  const ScenarioNames names_;
  const FactPrinting printing_;
  const Streams streams_;
  Mode mode_ = Mode::kBefore;
  Goal goal_;
  bool explained_ = false;
};

}  // namespace leat
