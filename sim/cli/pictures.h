// The pictures and pages of one run.
#pragma once

#include <string>

#include "sim/explore/run_once.h"
#include "viz/run_recorder.h"

namespace leat {

// Writes one report; the kind is one of report_kinds(). Returns an error's text, or "". `run` may
// be null for a graph: then it shows what was asked for, without figures.
std::string write_report(const std::string& kind, const std::string& path, const Scenario& scenario,
                         const RunOutcome* outcome, const RunView* run);

// For the timeline of a job whose times are assigned behind its sources.
AssignedTimes assigned_times(const JobProgram& program);

}  // namespace leat
