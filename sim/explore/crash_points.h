// Every point at which a process can crash: after each fact of a run, each process that lives then.
//
// The facts of a run without drawn faults are recorded. Then, for each of them and each process,
// the run is made again with one explicit fault more: that process dies right after that fact, "by
// the n-th fact of its kind", as a scenario file says it. Faults act between the steps of the
// world, so the facts of one step are one moment, and one run stands for all of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/graph/job_registry.h"
#include "sim/explore/run_once.h"

namespace leat {

struct PointsRequest {
  uint64_t seed = 1;
  Strategy strategy = Strategy::kRandom;
  uint64_t runs_max = 20'000;  // of more moments, some are left out, evenly
  uint32_t jobs = 1;           // threads
  std::vector<OracleKind> oracles = all_oracles();
  // Called now and then, from one thread at a time.
  std::function<void(uint64_t done, uint64_t of)> progress;
};

// A crash that the job did not survive.
struct PointFailure {
  Fault fault;
  uint64_t points = 0;  // that its run stands for
  RunOutcome outcome;
};

struct PointsResult {
  std::string refused;  // why no crash can be planted here; "": it can
  RunOutcome base;      // the run without crash
  uint64_t facts = 0;   // after which a process can crash
  uint64_t points = 0;  // facts x processes that live after them
  uint64_t runs = 0;    // that stand for them
  uint64_t survived = 0;
  uint64_t left_out = 0;  // points beyond runs_max
  uint64_t restored = 0;  // runs that went on from a checkpoint
  // By process: its name, its points that were tried, those survived.
  struct OfProcess {
    std::string name;
    uint64_t points = 0;
    uint64_t survived = 0;
  };
  std::vector<OfProcess> processes;
  std::vector<PointFailure> failures;  // in the order of the run
  std::string digest;                  // of all runs
  bool ok() const { return refused.empty() && base.verdict.ok() && failures.empty(); }
};

// The result is a function of scenario, seed and runs_max: threads change nothing.
PointsResult explore_points(const Scenario& scenario, const PointsRequest& request);

// The scenario with this fault in addition and none drawn.
Scenario with_fault(const Scenario& scenario, const Fault& fault);

// The failed run made explicit (pin.h): a scenario that fails so without a seed, and can be kept
// and shrunk. Nothing where the scenario has no text.
std::optional<Scenario> pinned(const Scenario& scenario, const RunOutcome& recorded,
                               const JobRegistry* registry);

}  // namespace leat
