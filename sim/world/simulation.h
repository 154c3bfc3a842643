// One run: the cluster, the log, network, storage and faults of a scenario under a virtual clock. A
// function of (scenario, choices): it owns everything that it changes, so that N of them run side
// by side on N threads, and two of the same are bit for bit alike.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/connectors/log_admin.h"
#include "core/env/choices.h"
#include "core/trace/trace.h"
#include "sim/scenario/scenario.h"

namespace leat {

enum class RunEnd : uint8_t {
  kFinished,    // the job finished and the world came to rest
  kFailed,      // the job failed (its restart strategy gave up)
  kOutOfTime,   // Limits::virtual_time
  kOutOfSteps,  // Limits::steps, or steps_per_instant: a livelock
  kStuck,       // nothing is left to happen and the job has not ended
  kBroken,      // an InvariantViolation: our bug
  kStopped,     // stop_at was reached
};

struct RunStats {
  RunEnd end = RunEnd::kFinished;
  std::string broken;  // kBroken: the claim; kFailed: "sum[0] failed: sum: / by zero"
  ProcTime ended_at;
  uint64_t steps = 0;
  std::array<uint64_t, kFaultKinds> faults_fired{};
  std::string waits_for;  // where not finished: who waits for whom
};

// How a cluster's processes are numbered: the JobManager is 0, workers are 1..N, the log is N + 1.
ClusterConfig cluster_of(uint32_t workers, uint32_t slots);
// "jobmanager", "worker-1".., "log"; "process 9" where the cluster has none such.
std::string process_name(const ClusterConfig& cluster, ProcessId process);

class World;

class Simulation {
 public:
  // REQUIRES: scenario, choices and whatever observes outlive the simulation.
  Simulation(const Scenario& scenario, Choices& choices);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  Trace& trace();
  // Runs to the end, or until the clock would pass `stop_at`.
  RunStats run(std::optional<ProcTime> stop_at = std::nullopt);
  // One event; false at the end.
  bool step();
  ProcTime now() const;
  std::string name_of(ProcessId process) const;
  std::vector<std::string> blob_names() const;  // what storage holds
  // What the log holds neither committed nor aborted.
  std::vector<UnfinishedTransaction> unfinished_transactions() const;
  // The scenario's faults, then those drawn; FaultInjected::fault is an index in here.
  const std::vector<Fault>& faults() const;

 private:
  const Scenario& scenario_;
  std::unique_ptr<World> world_;
};

}  // namespace leat
