// The Env on the real clock: a thread for each process, files for storage. The engine that runs in
// the simulation runs here unchanged.
//
// Nothing but bytes goes from one thread to another. A Value's reference count is not atomic, so a
// process must not share rows, functions or plans that hold Values with another: every factory
// makes its own program. Immutable data that hands out fresh rows (SplitData) may be shared.
//
// Order holds per (from, to), and so per lane. A broken invariant ends the program.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/env/env.h"

namespace leat {

struct RealOptions {
  std::string directory;         // of the blobs; made if it is not there
  int64_t speed = 1;             // ms on the processes' clock for one of the real one
  std::optional<uint64_t> seed;  // of the engine's own choices; none: always the plainest
};

class RealCluster {
 public:
  // Makes the process; called in its thread at each of its starts.
  using Factory = std::function<std::unique_ptr<Process>(Env&)>;
  // Is shown every fact, of all processes, one at a time, until it is met; the next wait's
  // condition goes on from there.
  using Condition = std::function<bool(ProcessId, ProcTime, const Fact&)>;

  explicit RealCluster(RealOptions options);
  ~RealCluster();  // stops all processes
  RealCluster(const RealCluster&) = delete;
  RealCluster& operator=(const RealCluster&) = delete;

  // REQUIRES: nothing has started yet; no other process has this id.
  void add(ProcessId id, Factory factory);

  // Starts what is not running, and waits until a fact meets the condition: true, and then every
  // process stands still at its next fact until the next call of run_until() or stop(). False after
  // `patience` of real time; then they run on.
  bool run_until(Condition condition, Duration patience);

  // The process dies: nothing polite happens, what it was sent is lost, the others' connections to
  // it are reset. It starts again with the next run_until(), as the next incarnation.
  void kill(ProcessId id);
  void stop();  // all of them

  // What happened in one process, over all its incarnations; for observers and taps of one's own,
  // which are then called in its thread.  REQUIRES: it is not running.
  Trace& trace(ProcessId id);

 private:
  struct Shared;
  struct Record;
  class Host;

  Host& make_host(ProcessId id);

  const RealOptions options_;
  std::map<ProcessId, Factory> factories_;
  std::unique_ptr<Shared> shared_;
  std::map<ProcessId, std::unique_ptr<Record>> records_;
  std::map<ProcessId, std::unique_ptr<Host>> hosts_;  // the running ones
};

}  // namespace leat
