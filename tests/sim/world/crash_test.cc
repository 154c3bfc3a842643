// A crash is a destructor: nothing of the old incarnation happens any more.
#include <gtest/gtest.h>

#include <set>

#include "sim/world/seeded_choices.h"
#include "tests/sim/world/toys.h"

namespace leat {
namespace {

constexpr uint32_t kVictim = 0;
constexpr uint32_t kPeer = 1;

Fault kill_at(int64_t at, FaultKind kind = FaultKind::kKill) {
  Fault fault;
  fault.kind = kind;
  fault.when = AtTime{{at}};
  fault.process = {kVictim};
  fault.lasts = {30};
  return fault;
}

RunStats run(const WorldPlan& plan, uint64_t seed, Trace* trace = nullptr,
             std::map<std::string, Bytes>* blobs = nullptr) {
  SeededChoices choices(seed);
  World world(plan, choices);
  const RunStats stats = world.run();
  if (trace != nullptr) *trace = world.trace();
  if (blobs != nullptr) *blobs = world.blobs();
  return stats;
}

// The victim's first incarnation sets a timer, announces a step, writes a blob, is written to.
// All of that lies beyond its death, and the second incarnation must hear of none of it.
TEST(Crash, FencesTimersStepsStorageAndMessages) {
  for (const FaultKind kind : {FaultKind::kKill, FaultKind::kKillSilently}) {
    for (uint64_t seed = 0; seed < 100; ++seed) {
      toys::Script victim;
      toys::Script peer;
      int intruders = 0;
      uint32_t starts = 0;
      victim.start = [&](Env& env) {
        EXPECT_EQ(env.incarnation(), ++starts);
        if (env.incarnation() > 1) return;
        env.call_at({60}, {entity("t"), 0, 0, 0});
        env.make_ready({entity("r"), 0, 0}, {60});
        env.blobs().put({}, "blob", "bytes");
        env.blobs().get({}, "blob");
        env.send(toys::message(env, kVictim, "to myself"));
      };
      victim.timer = [&](Env&, const TimerTag&) { ++intruders; };
      victim.run = [&](Env&, const RunTag&) { ++intruders; };
      victim.blob = [&](Env& env, const BlobReply&) { intruders += env.incarnation() > 1; };
      victim.message = [&](Env& env, const Message&) { intruders += env.incarnation() > 1; };
      peer.start = [&](Env& env) { env.send(toys::message(env, kVictim, "for the first")); };
      WorldPlan plan;
      plan.config.latency_min = {0};
      plan.config.latency_max = {120};
      plan.config.storage_max = {120};
      plan.processes = {toys::plan_for("victim", victim), toys::plan_for("peer", peer)};
      plan.faults = {kill_at(10, kind)};
      run(plan, seed);
      EXPECT_EQ(intruders, 0) << "seed " << seed;
      EXPECT_EQ(starts, 2u);
    }
  }
}

TEST(Crash, LeavesAnUnansweredBlobWholeOrAbsent) {
  std::set<std::map<std::string, Bytes>> seen;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    toys::Script victim;
    victim.start = [&](Env& env) {
      if (env.incarnation() == 1) env.blobs().put({}, "blob", "bytes");
    };
    WorldPlan plan;
    plan.config.storage_min = {50};
    plan.processes = {toys::plan_for("victim", victim)};
    plan.faults = {kill_at(10)};
    std::map<std::string, Bytes> blobs;
    run(plan, seed, nullptr, &blobs);
    seen.insert(blobs);
  }
  EXPECT_EQ(seen, (std::set<std::map<std::string, Bytes>>{{}, {{"blob", "bytes"}}}));
}

// A loud death is told to those it talked with; a silent one is not, and what it sent may arrive.
TEST(Crash, IsHeardOfUnlessItIsSilent) {
  for (const FaultKind kind : {FaultKind::kKill, FaultKind::kKillSilently}) {
    std::set<std::string> heard;
    int told = 0;
    for (uint64_t seed = 0; seed < 60; ++seed) {
      toys::Script victim;
      toys::Script peer;
      std::string bodies;
      victim.start = [&](Env& env) {
        if (env.incarnation() == 1) env.call_at({1}, {entity("t"), 0, 0, 0});
      };
      victim.timer = [&](Env& env, const TimerTag&) {
        for (const char* body : {"1", "2", "3"}) env.send(toys::message(env, kPeer, body));
      };
      peer.message = [&](Env&, const Message& m) { bodies += m.body; };
      peer.disconnect = [&](Env&, ProcessId) { ++told; };
      WorldPlan plan;
      plan.config.latency_min = plan.config.latency_max = {20};
      plan.processes = {toys::plan_for("victim", victim), toys::plan_for("peer", peer)};
      plan.faults = {kill_at(10, kind)};
      run(plan, seed);
      heard.insert(bodies);
    }
    if (kind == FaultKind::kKill) {
      EXPECT_EQ(told, 60);
      EXPECT_EQ(heard, (std::set<std::string>{""}));
    } else {
      EXPECT_EQ(told, 0);
      EXPECT_EQ(heard, (std::set<std::string>{"", "1", "12", "123"}));
    }
  }
}

TEST(Crash, ForEverIsTheEndOfAProcess) {
  for (const Duration lasts : {Duration{1000}, kForever}) {
    toys::Script victim;
    int starts = 0;
    victim.start = [&](Env&) { ++starts; };
    WorldPlan plan;
    plan.processes = {toys::plan_for("victim", victim)};
    plan.faults = {kill_at(10)};
    plan.faults[0].lasts = lasts;
    const RunStats stats = run(plan, 1);
    EXPECT_EQ(starts, lasts == kForever ? 1 : 2);
    EXPECT_EQ(stats.ended_at.ms, lasts == kForever ? 10 : 1010);
    EXPECT_EQ(stats.end, RunEnd::kStuck) << "nothing is left to happen, not even in the far future";
  }
}

TEST(Crash, OfADurableSystemIsAnOutage) {
  toys::Script log;
  int starts = 0;
  int64_t answered = 0;
  log.start = [&](Env& env) {
    ++starts;
    env.call_at({15}, {entity("t"), 0, 0, 0});
  };
  log.timer = [&](Env& env, const TimerTag&) { answered = env.now().ms; };
  WorldPlan plan;
  plan.processes = {toys::plan_for("log", log)};
  plan.processes[0].memory = ProcessPlan::Memory::kDurable;
  plan.faults = {kill_at(10)};
  run(plan, 1);
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(answered, 40);
}

class Transcript final : public FactObserver {
 public:
  void on_fact(ProcTime, const Fact& fact) override {
    const std::string text = to_text(fact);
    if (text.starts_with("Blob")) lines.push_back(text.substr(0, text.find(" size")));
  }
  std::vector<std::string> lines;
};

TEST(Storage, SaysWhatIsWrittenReadAndRemovedAndByWhichName) {
  toys::Script user;
  user.start = [](Env& env) { env.blobs().put({}, "a", "x"); };
  user.blob = [](Env& env, const BlobReply& reply) {
    if (reply.ticket.arg == 2) return;
    env.blobs().remove(reply.ticket.arg == 0 ? "b" : "a");
    env.blobs().get({0, 0, reply.ticket.arg + 1}, "a");
  };
  WorldPlan plan;
  plan.config.disorder = false;
  plan.processes = {toys::plan_for("w", user)};
  PlainChoices plain;
  World world(std::move(plan), plain);
  Transcript transcript;
  world.trace().observe(transcript);
  world.run();
  EXPECT_EQ(transcript.lines,
            (std::vector<std::string>{"BlobWritten name=a", "BlobMissing name=b", "BlobRead name=a",
                                      "BlobRemoved name=a", "BlobMissing name=a"}));
}

// Names are the program's own affair: renamed blobs are written as soon, or as late, as before.
TEST(Storage, TheNameOfABlobDecidesNothing) {
  std::map<std::string, std::vector<int64_t>> answered;
  for (const char* name : {"a", "b"}) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      toys::Script writer;
      writer.start = [&](Env& env) {
        for (uint64_t i = 0; i < 3; ++i)
          env.blobs().put({0, 0, i, entity("writer")}, name + std::to_string(i), "x");
      };
      writer.blob = [&](Env& env, const BlobReply& reply) {
        answered[name].push_back(static_cast<int64_t>(reply.ticket.arg));
        answered[name].push_back(env.now().ms);
      };
      WorldPlan plan;
      plan.config.storage_max = {500};
      plan.processes = {toys::plan_for("w", writer)};
      run(plan, seed);
    }
  }
  EXPECT_EQ(answered["a"], answered["b"]);
  EXPECT_EQ(answered["a"].size(), 120u);
}

// Who is told that a write failed does not know whether it was done; a read that fails says nothing
// of what is there.
TEST(Storage, WhatFailedMayHaveBeenDone) {
  std::set<std::string> held;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    toys::Script user;
    user.start = [](Env& env) { env.call_at({20}, {entity("w"), 0, 0, 0}); };
    user.timer = [](Env& env, const TimerTag&) { env.blobs().put({0, 0, 0}, "a", "x"); };
    std::string said;
    user.blob = [&](Env& env, const BlobReply& reply) {
      EXPECT_FALSE(reply.ok);
      EXPECT_FALSE(reply.absent);
      EXPECT_EQ(reply.bytes, "");
      said += reply.put + ";";
      if (reply.ticket.arg == 0) env.blobs().get({0, 0, 1}, "a");
    };
    WorldPlan plan;
    plan.processes = {toys::plan_for("w", user)};
    Fault fault;
    fault.kind = FaultKind::kStorageFail;
    fault.when = AtTime{{10}};
    fault.count = 2;
    plan.faults = {fault};
    std::map<std::string, Bytes> blobs;
    const RunStats stats = run(plan, seed, nullptr, &blobs);
    EXPECT_EQ(said, "a;;");
    EXPECT_EQ(stats.faults_fired[static_cast<size_t>(FaultKind::kStorageFail)], 2u);
    held.insert(blobs.contains("a") ? blobs.at("a") : "nothing");
  }
  EXPECT_EQ(held, (std::set<std::string>{"nothing", "x"}));
}

TEST(Storage, FailsTheNextWritesAndOnlyThose) {
  toys::Script writer;
  std::string answers;
  writer.start = [&](Env& env) {
    for (uint64_t i = 0; i < 4; ++i)
      env.call_at({20 + 20 * static_cast<int64_t>(i)}, {entity("w"), 0, 0, i});
  };
  writer.timer = [&](Env& env, const TimerTag& tag) {
    env.blobs().put({0, 0, tag.arg}, "b" + std::to_string(tag.arg), "x");
  };
  writer.blob = [&](Env&, const BlobReply& reply) { answers += reply.ok ? '+' : '-'; };
  WorldPlan plan;
  plan.config.disorder = false;
  plan.processes = {toys::plan_for("w", writer)};
  Fault fault;
  fault.kind = FaultKind::kStorageFail;
  fault.when = AtTime{{30}};
  fault.count = 2;
  plan.faults = {fault};
  Trace trace;
  std::map<std::string, Bytes> blobs;
  const RunStats stats = run(plan, 1, &trace, &blobs);
  EXPECT_EQ(answers, "+--+");
  EXPECT_EQ(trace.count<BlobFailed>(), 2u);
  EXPECT_EQ(stats.faults_fired[static_cast<size_t>(FaultKind::kStorageFail)], 2u);
  EXPECT_EQ(blobs.size(), 2u);
}

}  // namespace
}  // namespace leat
