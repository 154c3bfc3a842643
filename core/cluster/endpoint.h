// Sends control messages from one endpoint of a process, and keeps its one timer of each kind.
#pragma once

#include <vector>

#include "core/cluster/messages.h"

namespace leat {

// ---- endpoints ----
inline constexpr uint32_t kDispatcher = 0;  // in the JobManager
inline constexpr uint32_t kResourceManager = 1;
inline constexpr uint32_t kJobMaster = 2;
inline constexpr uint32_t kTaskExecutor = 0;  // in a TaskManager
inline constexpr uint32_t kDataPlane = 1;

// One timer that is moved: asking for an earlier time replaces it, asking for a later one lets it
// fire early once (cheaper than cancelling at every message, and harmless: whoever owns it looks at
// what is due).
class Alarm {
 public:
  Alarm(Env& env, TimerTag tag) : env_(env), tag_(tag) {}
  // ProcTime::max(): nothing to wake up for.
  void set(ProcTime when);
  void cancel();
  void fired() { at_ = ProcTime::max(); }
  uint32_t kind() const { return tag_.kind; }

 private:
  Env& env_;
  TimerTag tag_;
  TimerId timer_;
  ProcTime at_ = ProcTime::max();
};

class Endpoint {
 public:
  Endpoint(Env& env, uint32_t number) : env_(env), number_(number) {}

  template <class M>
  void send(Address to, rpc::Fence fence, const M& message) {
    env_.send({{env_.self(), number_}, to, kRpcLane, rpc::pack(fence, message)});
  }
  Env& env() const { return env_; }
  ProcTime now() const { return env_.now(); }
  void add_fact(const Fact& fact) { env_.trace().add(env_.now(), fact); }

 private:
  Env& env_;
  uint32_t number_;
};

}  // namespace leat
