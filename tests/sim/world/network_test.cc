// Links keep order, connections break, and both ends hear of it.
#include <gtest/gtest.h>

#include <map>

#include "sim/world/seeded_choices.h"
#include "tests/sim/world/toys.h"

namespace leat {
namespace {

Fault fault_between(FaultKind kind, int64_t at, Duration lasts = {100}) {
  Fault fault;
  fault.kind = kind;
  fault.when = AtTime{{at}};
  fault.process = {0};
  fault.peer = ProcessId{1};
  fault.lasts = lasts;
  return fault;
}

// "a" (process 0) sends what its script says; "b" (1) writes down what it hears and when.
struct Pair {
  toys::Script a;
  toys::Script b;
  std::vector<std::string> heard;  // "m1@12", "cut@30"
  WorldPlan plan;

  Pair() {
    b.message = [this](Env& env, const Message& m) { note(env, m.body); };
    b.disconnect = [this](Env& env, ProcessId) { note(env, "cut"); };
    plan.processes = {toys::plan_for("a", a), toys::plan_for("b", b)};
  }
  void note(Env& env, const std::string& what) {
    heard.push_back(what + "@" + std::to_string(env.now().ms));
  }
  RunStats run(uint64_t seed, Trace* counted = nullptr) {
    SeededChoices choices(seed);
    World world(plan, choices);
    const RunStats stats = world.run();
    if (counted != nullptr) *counted = world.trace();
    return stats;
  }
  RunStats run_plainly(Trace* counted = nullptr) {
    plan.config.disorder = false;
    return run(1, counted);
  }
  // `a` does this at that time.
  void at(int64_t when, std::function<void(Env&)> what) {
    acts.emplace_back(when, std::move(what));
    a.start = [this](Env& env) {
      for (uint64_t i = 0; i < acts.size(); ++i) {
        env.call_at({acts[i].first}, {entity("act"), 0, 0, i});
      }
    };
    a.timer = [this](Env& env, const TimerTag& tag) { acts[tag.arg].second(env); };
  }
  std::vector<std::pair<int64_t, std::function<void(Env&)>>> acts;
};

std::function<void(Env&)> send(Bytes body, Lane lane = kRpcLane) {
  return [=](Env& env) { env.send(toys::message(env, 1, body, lane)); };
}

TEST(Network, ALaneKeepsOrderAndLanesOvertake) {
  bool overtaken = false;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Pair pair;
    pair.at(1, [](Env& env) {
      for (uint64_t i = 0; i < 20; ++i) send({static_cast<char>('a' + i)}, i % 2)(env);
    });
    std::map<Lane, std::string> by_lane;
    std::string all;
    pair.b.message = [&](Env&, const Message& m) {
      by_lane[m.lane] += m.body;
      all += m.body;
    };
    pair.run(seed);
    EXPECT_EQ(by_lane[0], "acegikmoqs") << "seed " << seed;
    EXPECT_EQ(by_lane[1], "bdfhjlnprt") << "seed " << seed;
    overtaken |= all != "abcdefghijklmnopqrst";
  }
  EXPECT_TRUE(overtaken);
}

TEST(Network, AResetLosesWhatIsInFlightAndTellsBothEnds) {
  Pair pair;
  pair.plan.config.latency_min = pair.plan.config.latency_max = {10};
  std::string told;
  pair.a.disconnect = [&](Env& env, ProcessId peer) {
    told = "a of " + std::to_string(peer.value) + "@" + std::to_string(env.now().ms);
  };
  pair.at(0, send("early"));
  pair.at(15, send("in flight"));
  pair.at(25, send("into the dead connection"));
  pair.at(40, send("on the new one"));
  pair.plan.faults = {fault_between(FaultKind::kReset, 20)};
  Trace trace;
  const RunStats stats = pair.run_plainly(&trace);
  EXPECT_EQ(pair.heard, (std::vector<std::string>{"early@10", "cut@30", "on the new one@50"}));
  EXPECT_EQ(told, "a of 1@30");
  EXPECT_EQ(trace.count<MessageLost>(), 2u);
  EXPECT_EQ(trace.count<ConnectionReset>(), 1u);
  EXPECT_EQ(stats.faults_fired[static_cast<size_t>(FaultKind::kReset)], 1u);
}

// Whatever chance says, an end hears of the reset before anything of the new connection.
TEST(Network, TheNewsOfAResetComesBeforeTheNewConnection) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Pair pair;
    pair.at(0, send("old"));
    bool cut = false;
    pair.a.disconnect = [&](Env& env, ProcessId) { send("new")(env); };
    pair.b.disconnect = [&](Env&, ProcessId) { cut = true; };
    pair.b.message = [&](Env&, const Message& m) { EXPECT_EQ(cut, m.body == "new"); };
    pair.plan.faults = {fault_between(FaultKind::kReset, 5)};
    pair.run(seed);
  }
}

TEST(Network, AResetWithoutAConnectionIsNoFault) {
  Pair pair;
  pair.plan.faults = {fault_between(FaultKind::kReset, 5)};
  Trace trace;
  EXPECT_EQ(pair.run_plainly(&trace).faults_fired[static_cast<size_t>(FaultKind::kReset)], 0u);
  EXPECT_EQ(trace.count<FaultInjected>(), 0u);
}

TEST(Network, APartitionHoldsAndThenReleasesOrResets) {
  std::map<std::string, int> endings;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Pair pair;
    pair.plan.config.latency_min = pair.plan.config.latency_max = {10};
    pair.at(5, send("1"));
    pair.at(6, send("2"));
    pair.plan.faults = {fault_between(FaultKind::kPartition, 8)};
    const RunStats stats = pair.run(seed);
    EXPECT_EQ(stats.faults_fired[static_cast<size_t>(FaultKind::kPartition)], 1u);
    std::string ending;
    for (const std::string& line : pair.heard) ending += line + " ";
    ++endings[ending];
  }
  EXPECT_GT(endings["1@108 2@108 "], 5);
  EXPECT_GT(endings["cut@118 "], 5);
  // Where it is reset, what was held may slip through in the instant in which it heals.
  endings.erase("1@108 cut@118 ");
  endings.erase("1@108 2@108 cut@118 ");
  EXPECT_EQ(endings.size(), 2u);
}

TEST(Network, APartitionThatHoldsNothingDoesNotCount) {
  Pair pair;
  pair.at(500, send("long after"));
  pair.plan.faults = {fault_between(FaultKind::kPartition, 8)};
  EXPECT_EQ(pair.run_plainly().faults_fired[static_cast<size_t>(FaultKind::kPartition)], 0u);
}

TEST(Network, ADelayedConnectionIsSlowForAWhile) {
  Pair pair;
  pair.plan.config.latency_min = pair.plan.config.latency_max = {10};
  Fault delay = fault_between(FaultKind::kDelay, 8);
  delay.amount = {500};
  pair.plan.faults = {delay};
  pair.at(0, send("before", 1));
  pair.at(50, send("slow", 2));
  pair.at(200, send("after", 3));
  EXPECT_EQ(pair.run_plainly().faults_fired[static_cast<size_t>(FaultKind::kDelay)], 1u);
  EXPECT_EQ(pair.heard, (std::vector<std::string>{"before@10", "after@210", "slow@560"}));
}

}  // namespace
}  // namespace leat
