// A cluster in a world without chance: every message takes 1 ms, storage 2 ms, steps nothing, in
// order of (time, age). What goes wrong is in the hand of the test: it loses messages, fails
// storage, kills processes, breaks connections. Facts are kept, as text and typed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/cluster/endpoint.h"
#include "core/cluster/messages.h"
#include "core/env/env.h"

namespace leat::testing {

class SmallWorld final : private FactObserver {
 public:
  using Make = std::function<std::unique_ptr<Process>(Env&)>;

  SmallWorld();
  SmallWorld(const SmallWorld&) = delete;
  SmallWorld& operator=(const SmallWorld&) = delete;
  ~SmallWorld() override;

  void add(ProcessId id, Make make);  // starts at once
  void kill(ProcessId id);            // its connections break
  void kill_silently(ProcessId id);
  void restart(ProcessId id);  // REQUIRES: dead
  void reset(ProcessId a, ProcessId b);

  // Loses a message that was just sent. Gets every one.
  std::function<bool(const Message&)> loses = [](const Message&) { return false; };
  // Extra time on the way; to keep the order of a lane is the test's business.
  std::function<int64_t(const Message&)> takes = [](const Message&) { return 0; };
  // A write to this blob fails.
  std::function<bool(const std::string&)> write_fails = [](const std::string&) { return false; };
  // A write that fails has made its blob.
  std::function<bool(const std::string&)> written_all_the_same = [](const std::string&) {
    return false;
  };
  // A read of this blob fails, though it is there.
  std::function<bool(const std::string&)> read_fails = [](const std::string&) { return false; };
  // Extra time until the reply of a write.
  std::function<int64_t(const std::string&)> write_takes = [](const std::string&) { return 0; };

  // Runs until `done` (looked at after every event), or until nothing is left or the clock has
  // passed `until`. True: it came to `done`.
  bool run_until(const std::function<bool()>& done, ProcTime until = {10'000'000});
  bool run_until_fact(const std::string& text, ProcTime until = {10'000'000});
  void run_for(Duration duration);

  ProcTime now() const { return now_; }
  Trace& trace() { return trace_; }
  const std::map<std::string, Bytes>& blobs() const { return blobs_; }
  std::vector<std::string> blobs_with(const std::string& part) const;
  // Facts whose text contains `part`, in order.
  std::vector<std::string> facts(const std::string& part) const;
  template <class F>
  std::vector<F> all() const {
    std::vector<F> found;
    for (const Fact& fact : facts_) {
      if (const F* f = std::get_if<F>(&fact)) found.push_back(*f);
    }
    return found;
  }
  // Puts a message on the wire as if `from` had said it.
  void inject(Message message);
  // Every message that was ever sent, where kept.
  bool keep_messages = false;
  std::vector<Message> messages;

 private:
  class ProcessEnv;
  struct Slot {
    ProcessId id;
    Make make;
    uint32_t incarnation = 0;
    std::unique_ptr<ProcessEnv> env;
    std::unique_ptr<Process> process;
  };
  struct Event {
    ProcTime at;
    uint64_t age = 0;
    ProcessId process;
    uint32_t incarnation = 0;
    std::optional<std::pair<ProcessId, uint64_t>> connection;  // of a message: peer and its era
    std::function<void(Process&)> act;
    uint64_t timer = 0;
    friend bool operator<(const Event& a, const Event& b) {  // the queue's top is the greatest
      return a.at != b.at ? a.at > b.at : a.age > b.age;
    }
  };
  void on_fact(ProcTime, const Fact& fact) override;
  Slot* find(ProcessId id);
  void start(Slot& slot);
  void end(ProcessId id, bool tell);
  uint64_t& era(ProcessId a, ProcessId b);
  void push(Event event);
  bool step();

  ProcTime now_{0};
  uint64_t next_age_ = 1;
  Trace trace_;
  PlainChoices choices_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::priority_queue<Event> events_;
  std::map<uint64_t, bool> timers_;  // live ones
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> eras_;
  std::map<std::string, Bytes> blobs_;
  std::vector<Fact> facts_;
};

}  // namespace leat::testing
