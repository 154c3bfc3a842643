// A world: some processes, the network and storage between them, what goes wrong, and a clock that
// jumps from event to event. It knows nothing of what its processes do, except that the fact
// JobStatusChanged{FINISHED | FAILED} ends the run.
//
// After that fact the world comes to rest: timers are dropped (heartbeats would go on for ever) and
// nothing starts or breaks any more, while messages, steps and storage that are under way, and what
// they bring about, still happen. The run ends when nothing is left.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/world/fault_plan.h"
#include "sim/world/network.h"
#include "sim/world/processes.h"
#include "sim/world/schedule.h"
#include "sim/world/simulation.h"
#include "sim/world/storage.h"

namespace leat {

struct WorldPlan {
  std::vector<ProcessPlan> processes;  // a ProcessId is a position in here
  WorldConfig config;
  Limits limits;
  std::vector<Fault> faults;
  std::map<std::string, Bytes> blobs;  // what storage holds from the start
  ProcTime begin;                      // when the processes start
};

class World {
 public:
  // REQUIRES: `choices` outlives the world.
  World(WorldPlan plan, Choices& choices);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Trace& trace() { return schedule_.trace; }
  Chance& chance() { return schedule_.chance; }
  ProcTime now() const { return schedule_.now; }
  const std::map<std::string, Bytes>& blobs() const { return storage_.blobs(); }
  std::string name_of(ProcessId process) const;
  // Null while it is dead.
  const Process* process(ProcessId process) const { return processes_[process.value].object.get(); }
  const std::vector<Fault>& faults() const { return faults_.faults(); }
  // Of any task, so far.
  const std::optional<TaskFailed>& last_failure() const { return faults_.last_failure(); }

  // One event; false at the end.
  bool step();
  RunStats run(std::optional<ProcTime> stop_at = std::nullopt);

 private:
  std::optional<RunEnd> reason_to_end();
  void take_one();
  void take_one_or_break();
  void dispatch(const Event& event);
  void happen_to(ProcessSlot& slot, const Event& event);
  void run_step(ProcessSlot& slot, const Event& event);
  bool waits_for_pause(const Event& event);

  void act_on_due_faults();
  void inject(uint32_t fault);
  bool apply(const Fault& fault);
  void start(ProcessId process);
  void die(ProcessId process);
  bool kill(const Fault& fault);
  bool pause(ProcessId process, Duration lasts);
  void come_to_rest();

  RunStats stats(RunEnd end) const;
  std::string who_waits_for_whom() const;

  Schedule schedule_;
  const Limits limits_;
  std::vector<ProcessSlot> processes_;
  Network network_;
  Storage storage_;
  FaultPlan faults_;
  uint64_t steps_ = 0;
  uint64_t steps_this_instant_ = 0;
  std::string broken_;  // the claim that did not hold
  bool is_broken_ = false;
};

}  // namespace leat
