// The processes of a world: which live, in which incarnation, and until when each is paused.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/env/env.h"

namespace leat {

// How a process is made, each time it starts.
struct ProcessPlan {
  enum class Memory : uint8_t {
    kVolatile,  // forgets everything when it dies
    kDurable,   // an external system whose contents are safe: killing it is an outage, no more
  };
  std::string name;
  std::function<std::unique_ptr<Process>(Env&)> make;
  Memory memory = Memory::kVolatile;
  uint32_t earlier_starts = 0;  // in a life before this world
};

// One process; its number is its position in the world.
struct ProcessSlot {
  ProcessPlan plan;
  std::unique_ptr<Env> env;
  std::unique_ptr<Process> object;  // null while it is dead
  uint32_t incarnation = 0;         // counts the starts from 1
  ProcTime paused_until;
  bool pause_counted = true;   // the pause has held something up
  std::vector<ProcTime> busy;  // by the process's own number of the task: until when

  bool alive() const { return object != nullptr; }
  bool is_current(uint32_t meant_for) const { return alive() && incarnation == meant_for; }
  ProcTime& busy_until(uint32_t task) {
    if (task >= busy.size()) busy.resize(task + 1);
    return busy[task];
  }
};

}  // namespace leat
