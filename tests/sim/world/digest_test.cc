// The digest of a whole simulation notices one bit: of a record, a timestamp, a timer, the state,
// an acknowledgement or any other message. Each kind of fact that knows of the thing must see it by
// itself, because the digest is made of the facts: what one of them leaves out, another may not
// know.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/cluster/wire.h"
#include "sim/scenario/decode.h"
#include "sim/world/cluster_processes.h"
#include "sim/world/world.h"

namespace leat {
namespace {

// One record of the job, one field of the function.
struct Story {
  int value = 8;
  int time = 4096;
  int wait = 1000;  // the function's timer fires so long after the row
};

// Two workers that exchange rows, three checkpoints, a crash with a restore, a keyed function with
// state and timers, a window, a transactional sink.
Scenario scenario_of(const Story& story) {
  const std::string text = fmt::format(R"({{"leat": 1, "parallelism": 2,
    "sources": {{"s": {{"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
      "watermark": {{"bounded": "10s"}},
      "rows": [[0, 0, 1000, "a", 1], [1, 1, 2000, "b", 2], [40, 0, {}, "a", {}],
               [41, 1, 3000, "c", 3], [900, 0, 20000, "b", 4], [901, 1, 21000, "a", 5]]}}}},
    "nodes": {{
      "hold": {{"inputs": ["s"], "key_by": "k", "process": {{"state": {{"sum": "int"}},
        "on_row": [{{"set": {{"sum": "coalesce(sum, 0) + v"}}, "timer": "ts + {}"}}],
        "on_event_timer": [{{"emit": ["k", "sum", "time as ts"]}}]}}}}}},
    "sinks": {{"out": {{"from": "hold", "kind": "transactional"}}}},
    "cluster": {{"workers": 2}},
    "checkpoint": {{"every": "150ms", "timeout": "2s"}},
    "faults": [{{"kill": "worker-2", "after": "2 CheckpointCompleted", "for": "200ms"}}],
    "limits": {{"steps": 20000, "virtual_time": "60s"}}
  }})",
                                       story.time, story.value, story.wait);
  Decoded decoded = decode_scenario(text, "story.json");
  EXPECT_EQ(decoded.report, "");
  return std::move(decoded.scenario.value());
}

// A digest for each kind of fact, and of all.
class DigestByKind final : public FactObserver {
 public:
  void on_fact(ProcTime at, const Fact& fact) override {
    fold(fact, at, digests_[kind_name(static_cast<uint32_t>(fact.index()))]);
  }
  // The kinds whose digests are not the same.
  std::set<std::string> differing(const DigestByKind& other) const {
    std::set<std::string> kinds;
    for (const auto& [kind, digest] : digests_) {
      const auto there = other.digests_.find(kind);
      if (there == other.digests_.end() || !(there->second == digest)) kinds.insert(kind);
    }
    return kinds;
  }
  bool has(const std::string& kind) const { return digests_.contains(kind); }

 private:
  std::map<std::string, Digest> digests_;
};

struct Told {
  DigestByKind kinds;
  std::string digest;
  RunEnd end = RunEnd::kStuck;
};

// The plainest schedule: what differs is due to the story alone.
Told run(WorldPlan plan) {
  PlainChoices plain;
  World world(std::move(plan), plain);
  Told done;
  world.trace().observe(done.kinds);
  done.end = world.run().end;
  done.digest = world.trace().digest().hex();
  return done;
}
Told run(const Story& story) {
  const Scenario scenario = scenario_of(story);
  return run(world_plan(scenario));
}

void expect_seen_by(const Told& one, const Told& other, const std::set<std::string>& kinds) {
  EXPECT_NE(one.digest, other.digest);
  const std::set<std::string> differing = one.kinds.differing(other.kinds);
  for (const std::string& kind : kinds) EXPECT_TRUE(differing.contains(kind)) << kind;
}

const std::set<std::string> kOfState = {"SnapshotTaken", "BlobWritten", "BlobRead", "TaskRestored"};

TEST(DigestOfASimulation, TheStoryHasACrashAndComesToItsEnd) {
  const Told plain = run(Story{});
  EXPECT_EQ(plain.end, RunEnd::kFinished);
  EXPECT_EQ(plain.digest, run(Story{}).digest);
  for (const char* kind : {"TaskRestored", "TimerFired", "BlobRead", "BlobRemoved",
                           "TransactionCommitted", "CheckpointAcknowledged"}) {
    EXPECT_TRUE(plain.kinds.has(kind)) << kind;
  }
}

TEST(DigestOfASimulation, NoticesABitOfARecord) {
  expect_seen_by(run({.value = 8}), run({.value = 9}),
                 {"SplitRead", "BatchSent", "MessageDelivered", "TransactionPreCommitted",
                  "TransactionCommitted"});
  expect_seen_by(run({.value = 8}), run({.value = 9}), kOfState);
}

TEST(DigestOfASimulation, NoticesABitOfATimestamp) {
  expect_seen_by(run({.time = 4096}), run({.time = 4097}),
                 {"SplitRead", "BatchSent", "MessageDelivered", "TimerFired", "TimersChanged"});
}

TEST(DigestOfASimulation, NoticesABitOfATimer) {
  expect_seen_by(run({.wait = 1024}), run({.wait = 1025}), {"TimerFired", "TimersChanged"});
  expect_seen_by(run({.wait = 1024}), run({.wait = 1025}), kOfState);
}

// ---- a bit on its way ----

// The world of one process, in which one bit of one message or of one stored blob is turned while
// it is on the wire or in the storage. Whoever gets it gets it as it was: so only what the world
// says of it can differ.
class TurningEnv final : public Env, private BlobStore {
 public:
  struct Turn {
    enum class What : uint8_t { kMessage, kBlob } what = What::kMessage;
    uint64_t nth = 0;   // over all processes of the world
    uint64_t seen = 0;  // so far
    uint64_t bit = 0;   // modulo the length
    bool was_acknowledgement = false;
    bool done = false;
    Bytes was = {};
    Bytes is = {};

    void undo(Bytes& bytes) const {
      if (done && bytes == is) bytes = was;
    }
  };
  TurningEnv(Env& env, Turn& turn) : env_(env), turn_(turn) {}

  ProcessId self() const override { return env_.self(); }
  uint32_t incarnation() const override { return env_.incarnation(); }
  ProcTime now() const override { return env_.now(); }
  TimerId call_at(ProcTime when, TimerTag tag) override { return env_.call_at(when, tag); }
  void cancel(TimerId timer) override { env_.cancel(timer); }
  void make_ready(RunTag tag, ProcTime not_before) override { env_.make_ready(tag, not_before); }
  Choices& choices() override { return env_.choices(); }
  Trace& trace() override { return env_.trace(); }
  BlobStore& blobs() override { return *this; }
  void send(Message message) override {
    if (turn(Turn::What::kMessage, message.body) && message.lane == kRpcLane) {
      turn_.was_acknowledgement =
          message.body[0] == static_cast<char>(rpc::MessageType::kAcknowledge);
    }
    env_.send(std::move(message));
  }
  void put(BlobTicket ticket, std::string name, Bytes bytes) override {
    turn(Turn::What::kBlob, bytes);
    env_.blobs().put(ticket, std::move(name), std::move(bytes));
  }
  void get(BlobTicket ticket, std::string name) override {
    env_.blobs().get(ticket, std::move(name));
  }
  void remove(std::string name) override { env_.blobs().remove(std::move(name)); }

 private:
  // The first byte says what a message is: turned, it would be another message, which is easy.
  bool turn(Turn::What what, Bytes& bytes) {
    if (what != turn_.what || turn_.seen++ != turn_.nth || bytes.size() < 2) return false;
    turn_.was = bytes;
    const uint64_t bit = turn_.bit % ((bytes.size() - 1) * 8);
    bytes[1 + bit / 8] = static_cast<char>(bytes[1 + bit / 8] ^ (1 << (bit % 8)));
    turn_.is = bytes;
    return turn_.done = true;
  }

  Env& env_;
  Turn& turn_;
};

// A process with the world that it sees.
class Turned final : public Process {
 public:
  using Make = std::function<std::unique_ptr<Process>(Env&)>;
  Turned(Env& env, TurningEnv::Turn& turn, const Make& make)
      : env_(env, turn), turn_(turn), process_(make(env_)) {}
  void start() override { process_->start(); }
  void on_message(const Message& message) override {
    Message as_it_was = message;
    turn_.undo(as_it_was.body);
    process_->on_message(as_it_was);
  }
  void on_timer(const TimerTag& tag) override { process_->on_timer(tag); }
  void on_run(const RunTag& tag) override { process_->on_run(tag); }
  void on_blob(BlobReply reply) override {
    turn_.undo(reply.bytes);
    process_->on_blob(std::move(reply));
  }
  void on_disconnect(ProcessId peer) override { process_->on_disconnect(peer); }

 private:
  TurningEnv env_;
  const TurningEnv::Turn& turn_;
  std::unique_ptr<Process> process_;
};

Told run_turned(const Scenario& scenario, TurningEnv::Turn& turn) {
  WorldPlan plan = world_plan(scenario);
  for (ProcessPlan& process : plan.processes) {
    process.make = [&turn, make = process.make](Env& env) {
      return std::make_unique<Turned>(env, turn, make);
    };
  }
  return run(std::move(plan));
}

TEST(DigestOfASimulation, NoticesABitOfAnyMessageAcknowledgementsAmongThem) {
  const Scenario scenario = scenario_of({});
  const std::string plain = run(world_plan(scenario)).digest;
  uint64_t acknowledgements = 0;
  for (uint64_t nth = 0;; ++nth) {
    TurningEnv::Turn turn{TurningEnv::Turn::What::kMessage, nth, 0, hash_name("bit") + nth * 37};
    const Told turned = run_turned(scenario, turn);
    if (turn.seen <= nth) break;  // past the last message
    if (turn.done) {
      EXPECT_NE(turned.digest, plain) << "message " << nth;
    }
    acknowledgements += turn.was_acknowledgement ? 1 : 0;
  }
  EXPECT_GE(acknowledgements, 4U);
}

TEST(DigestOfASimulation, NoticesABitOfAnyStoredBlob) {
  const Scenario scenario = scenario_of({});
  const std::string plain = run(world_plan(scenario)).digest;
  for (uint64_t nth = 0;; ++nth) {
    TurningEnv::Turn turn{TurningEnv::Turn::What::kBlob, nth, 0, nth * 11};
    const Told turned = run_turned(scenario, turn);
    if (turn.seen <= nth) {
      EXPECT_GE(nth, 6U);
      break;
    }
    if (turn.done) {
      EXPECT_NE(turned.digest, plain) << "blob " << nth;
    }
  }
}

}  // namespace
}  // namespace leat
