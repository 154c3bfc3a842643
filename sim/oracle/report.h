// What one oracle has to say: how many things it judged, and the first of what it found wrong.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "sim/oracle/verdict.h"

namespace leat {

// A time, or MIN or MAX.
std::string time_text(EventTime time);

class Report {
 public:
  // More than these would not be read: one broken rule tends to break everything behind it.
  static constexpr size_t kKept = 3;

  explicit Report(std::string oracle) : oracle_(std::move(oracle)) {}

  const std::string& oracle() const { return oracle_; }
  void judged(uint64_t count = 1) { judged_ += count; }
  uint64_t judged_count() const { return judged_; }
  // Keeps the first of each name and place; `violation.oracle` is filled in.
  void add(Violation violation);
  bool full() const { return violations_.size() >= kKept; }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  std::string oracle_;
  uint64_t judged_ = 0;
  std::vector<Violation> violations_;
};

}  // namespace leat
