// What a run shows of its job by itself: nothing is changed in it, somebody only looks.
//
// A perturbation (perturbation.h) asks whether the result depends on what it must not depend on.
// Some assumptions of a job fail without any such difference: rows are dropped because they are
// late, a window answers twice into a sink that appends, state only grows. A watch looks at the
// facts and rows of the run without faults that all perturbed runs are compared with. It knows
// nothing of the job.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/trace/trace.h"
#include "sim/oracle/verdict.h"
#include "sim/scenario/scenario.h"

namespace leat {

class Watch : public FactObserver, public RecordTap {
 public:
  // What it wants to see of facts; rows are shown to all.
  virtual FactSet facts() const = 0;
  // What takes the finding back where `expect.may_depend_on` has it: "lateness".
  virtual std::string excuse() const = 0;
  // Asked once, after the run. The rule says which assumption failed and what would repair it.
  virtual std::optional<Violation> finding() = 0;
  // How many things it has looked at.
  virtual uint64_t judged() const = 0;

  void on_fact(ProcTime, const Fact&) override {}
};
using WatchPtr = std::unique_ptr<Watch>;

// A violation that a watch has found.
Violation seen_in_job(std::string name, std::string where, std::string rule);
// The oracle that it names.
inline constexpr const char* kJobOracle = "job";

// Rows that a window drops because they came after the watermark.
WatchPtr watch_late_rows(const Scenario& scenario);
// Windows that answer again for late rows, before something that takes each answer for a new row.
WatchPtr watch_amended_panes(const Scenario& scenario);
// Rows that wait for the watermark while a partition is silent.
WatchPtr watch_stalled_watermark(const Scenario& scenario);
// State that only grows.
WatchPtr watch_growing_state(const Scenario& scenario);
// A subtask that cannot keep up while its neighbours have little to do.
WatchPtr watch_uneven_load(const Scenario& scenario);

// All of them; the scenario outlives them.
std::vector<WatchPtr> all_watches(const Scenario& scenario);

}  // namespace leat
