// From a failure to the smallest scenario file that fails in the same way.
//
// The order: choices to the plain schedule, faults, graph, input, numbers, and again until nothing
// changes. At the end every single removal has been tried and none of them fails so: the result is
// 1-minimal, and says how many were tried. Which violation it is stays: its name, its oracle, its
// node, and for a run that did not end, how it did not.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/graph/job_registry.h"
#include "sim/explore/edits.h"
#include "sim/explore/run_once.h"

namespace leat {

struct ViolationShape {
  std::string name;
  std::string oracle;
  std::string node;    // "sum" of "sum[1]"
  std::string ending;  // of runs that broke or did not end: how, without numbers
  friend bool operator==(const ViolationShape&, const ViolationShape&) = default;
};
ViolationShape shape_of(const Violation& violation, const RunStats& stats);
// The first violation of this shape, or null.
const Violation* violation_of(const RunOutcome& outcome, const ViolationShape& shape);

struct ShrinkRequest {
  const JobRegistry* registry = nullptr;
  uint32_t jobs = 1;  // threads
  std::chrono::milliseconds patience{60'000};
  // After each step that made the case smaller.
  std::function<void(const CaseSize& now, uint64_t runs)> progress;
};

struct ShrinkResult {
  std::string text;    // a scenario file; `leat run` on it fails in this way
  RunOutcome outcome;  // of that file
  CaseSize before;
  CaseSize after;
  uint64_t runs = 0;
  uint64_t removals_tried = 0;  // in the proof
  bool minimal = false;         // false: patience ended first
  double seconds = 0;
};

// `failed` is a recorded run of the scenario with a violation. Nothing where the scenario has no
// text, or where the run made explicit no longer fails so.
std::optional<ShrinkResult> shrink(const Scenario& scenario, const RunOutcome& failed,
                                   const ShrinkRequest& request);

}  // namespace leat
