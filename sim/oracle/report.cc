#include "sim/oracle/report.h"

namespace leat {

std::string time_text(EventTime time) {
  if (time == EventTime::min()) return "MIN";
  return time == EventTime::max() ? "MAX" : std::to_string(time.ms);
}

void Report::add(Violation violation) {
  if (full()) return;
  for (const Violation& known : violations_) {
    if (known.name == violation.name && known.where == violation.where &&
        known.subject == violation.subject) {
      return;
    }
  }
  violation.oracle = oracle_;
  violations_.push_back(std::move(violation));
}

}  // namespace leat
