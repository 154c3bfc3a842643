// Processes that do little, so that a test can see what the world does to them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/trace/trace.h"
#include "sim/world/world.h"

namespace leat::toys {

// Writes what happens to it into a log that outlives it, as lines "name: what@time".
using Log = std::vector<std::string>;

// Everything that a test does not say does nothing.
struct Script {
  std::function<void(Env&)> start = [](Env&) {};
  std::function<void(Env&, const Message&)> message = [](Env&, const Message&) {};
  std::function<void(Env&, const TimerTag&)> timer = [](Env&, const TimerTag&) {};
  std::function<void(Env&, const RunTag&)> run = [](Env&, const RunTag&) {};
  std::function<void(Env&, const BlobReply&)> blob = [](Env&, const BlobReply&) {};
  std::function<void(Env&, ProcessId)> disconnect = [](Env&, ProcessId) {};
};

class Scripted final : public Process {
 public:
  Scripted(Env& env, const Script& script) : env_(env), script_(script) {}
  void start() override { script_.start(env_); }
  void on_message(const Message& message) override { script_.message(env_, message); }
  void on_timer(const TimerTag& tag) override { script_.timer(env_, tag); }
  void on_run(const RunTag& tag) override { script_.run(env_, tag); }
  void on_blob(BlobReply reply) override { script_.blob(env_, reply); }
  void on_disconnect(ProcessId peer) override { script_.disconnect(env_, peer); }

 private:
  Env& env_;
  const Script& script_;
};

inline ProcessPlan plan_for(std::string name, const Script& script) {
  return {std::move(name), [&script](Env& env) { return std::make_unique<Scripted>(env, script); }};
}

inline Message message(Env& env, uint32_t to, Bytes body, Lane lane = kRpcLane) {
  return {{env.self(), 0}, {ProcessId{to}, 0}, lane, std::move(body)};
}

inline void finish(Env& env) { env.trace().add(env.now(), JobStatusChanged{JobStatus::kFinished}); }

// A ring of workers that gossip over several lanes, take steps, write blobs and count epochs, until
// one has heard enough. Everything in it is a race, so its digest shows any difference in order.
class Gossip final : public Process {
 public:
  Gossip(Env& env, uint32_t workers, uint32_t rounds);
  void start() override;
  void on_message(const Message& message) override;
  void on_timer(const TimerTag& tag) override;
  void on_run(const RunTag& tag) override;
  void on_blob(BlobReply reply) override;
  void on_disconnect(ProcessId peer) override;

 private:
  void tell_all(uint64_t what);

  Env& env_;
  const uint32_t workers_;
  const uint32_t rounds_;
  uint32_t round_ = 0;
  uint64_t heard_ = 0;
};

WorldPlan gossip_world(uint32_t workers, uint32_t rounds);

}  // namespace leat::toys
