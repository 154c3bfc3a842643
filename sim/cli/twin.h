// The same run in a fresh process: other addresses, another heap fill, time zone and locale. What
// comes out must be the same to the bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/run_once.h"

namespace leat {

// A run that its twin did not repeat.
struct TwinFinding {
  std::string scenario;
  uint64_t seed = 0;
  std::string expected;  // digest
  std::string got;       // the twin's digest, or why it gave none
  // The first fact that differs, as it was told here and there; "" where there was no telling.
  std::string here;
  std::string there;
};

class Twins {
 public:
  // `until`: the runs were stopped there.
  explicit Twins(std::optional<ProcTime> until = std::nullopt) : until_(until) {}

  // Runs `here` again, and finds the first fact that differs where it comes out otherwise. A twin
  // that dies or says nothing is a finding. A scenario without a file has no twin.
  void judge(const Scenario& scenario, const RunOutcome& here);

  uint64_t judged() const { return judged_; }
  const std::vector<TwinFinding>& findings() const { return findings_; }

 private:
  const std::optional<ProcTime> until_;
  uint64_t judged_ = 0;
  std::vector<TwinFinding> findings_;
};

// The report of one of them.
std::string finding_text(const TwinFinding& finding);

}  // namespace leat
