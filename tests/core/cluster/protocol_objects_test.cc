// The small protocol objects: restart strategies, heartbeats, source coordinators, the graph's
// states.
#include <gtest/gtest.h>

#include "core/cluster/checkpoint_plan.h"
#include "core/cluster/data_messages.h"
#include "core/cluster/heartbeat_monitor.h"
#include "core/cluster/messages.h"
#include "core/cluster/restart_strategy.h"
#include "core/cluster/source_coordinator.h"
#include "core/connectors/source_events.h"

namespace leat {
namespace {

// ---- restart strategies ----

class Restart : public testing::Test {
 protected:
  std::unique_ptr<RestartStrategy> make() { return make_restart_strategy(config, choices); }
  RestartConfig config;
  PlainChoices choices;
};

TEST_F(Restart, FixedDelayAllowsItsAttemptsAndNotOneMore) {
  config.kind = RestartConfig::Kind::kFixedDelay;
  config.attempts = 2;
  config.delay = {50};
  const auto strategy = make();
  for (const bool allowed : {true, true, false}) {
    EXPECT_TRUE(strategy->notify_failure({0}));
    EXPECT_EQ(strategy->can_restart({0}), allowed);
  }
  EXPECT_EQ(strategy->backoff({0}), Duration{50});
}

TEST_F(Restart, FailureRateCountsExactlyTheIntervalAsWithin) {
  config.kind = RestartConfig::Kind::kFailureRate;
  config.max_failures = 1;
  config.interval = {100};
  const auto strategy = make();
  strategy->notify_failure({0});
  EXPECT_TRUE(strategy->can_restart({0}));
  strategy->notify_failure({100});
  EXPECT_FALSE(strategy->can_restart({100}));
  EXPECT_TRUE(strategy->can_restart({101}));
}

TEST_F(Restart, NoneMeansNone) {
  const auto strategy = make();
  strategy->notify_failure({0});
  EXPECT_FALSE(strategy->can_restart({0}));
}

TEST_F(Restart, GrowingDelaysMergeWhatFailsBeforeTheRestartAndForgetAfterAWhile) {
  config.kind = RestartConfig::Kind::kExponentialDelay;
  config.attempts = 2;
  config.delay = {10};
  config.multiplier = 2;
  config.max_delay = {1000};
  config.reset_threshold = {500};
  const auto strategy = make();
  EXPECT_TRUE(strategy->notify_failure({0}));
  EXPECT_EQ(strategy->backoff({4}), Duration{6});
  EXPECT_FALSE(strategy->notify_failure({10}));  // at the very time of the restart
  EXPECT_TRUE(strategy->notify_failure({11}));
  EXPECT_EQ(strategy->backoff({11}), Duration{20});
  EXPECT_TRUE(strategy->can_restart({11}));
  EXPECT_TRUE(strategy->notify_failure({32}));
  EXPECT_FALSE(strategy->can_restart({32}));
  EXPECT_TRUE(strategy->notify_failure({32 + 40 + 500}));
  EXPECT_TRUE(strategy->can_restart({572}));
  EXPECT_EQ(strategy->backoff({572}), Duration{10});
}

TEST_F(Restart, WhatFlinkRefusesIsRefused) {
  config.kind = RestartConfig::Kind::kExponentialDelay;
  config.attempts = 1;
  EXPECT_EQ(refusal(config), "");
  config.multiplier = 1;
  EXPECT_NE(refusal(config), "");
  EXPECT_THROW(make(), JobError);
}

// ---- heartbeats ----

TEST(Heartbeats, SilenceForTheTimeoutIsDeath) {
  HeartbeatMonitor monitor({10}, {50});
  monitor.watch({1}, {0});
  monitor.watch({2}, {0});
  EXPECT_EQ(monitor.next_due(), ProcTime{10});
  EXPECT_TRUE(monitor.ask_now({10}));
  EXPECT_FALSE(monitor.ask_now({19}));
  monitor.heard({1}, {12});
  EXPECT_TRUE(monitor.expired({49}).empty());
  EXPECT_EQ(monitor.expired({50}), std::vector<ProcessId>{{2}});
  EXPECT_EQ(monitor.expired({62}), (std::vector<ProcessId>{{1}, {2}}));
}

TEST(Heartbeats, SoAreTwoBreaksInARowButNotOne) {
  HeartbeatMonitor monitor({10}, {50});
  monitor.watch({1}, {0});
  EXPECT_FALSE(monitor.connection_broke({1}));
  monitor.heard({1}, {1});
  EXPECT_FALSE(monitor.connection_broke({1}));
  EXPECT_TRUE(monitor.connection_broke({1}));
}

// ---- source coordinators ----

// One source with two splits for two readers.
class Gateways : public ::testing::Test {
 protected:
  SourceCoordinator source{{0}, {0}, 2, 2};

  void registers(uint32_t reader) { source.on_reader_event(reader, ReaderStarted{}.encode()); }
  // Who is sent something now.
  std::vector<uint32_t> sent() {
    std::vector<uint32_t> readers;
    for (const EventToReader& event : source.take_events()) {
      readers.push_back(event.subtask);
      last_number = event.number;
    }
    return readers;
  }
  uint64_t last_number = 0;
};

using Readers = std::vector<uint32_t>;

TEST_F(Gateways, ASnapshotWaitsForEventsInFlight) {
  registers(0);
  EXPECT_EQ(sent(), Readers{0});
  source.begin_snapshot({1});
  EXPECT_FALSE(source.snapshot_of({1}).has_value());
  EXPECT_TRUE(source.has_event_in_flight(0));
  source.on_event_received(0, last_number);
  EXPECT_TRUE(source.snapshot_of({1}).has_value());
}

TEST_F(Gateways, AfterTheSnapshotEventsWaitForTheReadersAcknowledgement) {
  const Bytes nothing_given = SplitEnumerator(2, 2).snapshot();
  source.begin_snapshot({1});
  registers(0);
  registers(1);
  EXPECT_EQ(sent(), Readers{});
  EXPECT_EQ(source.snapshot_of({1}), nothing_given) << "what is given later is not in it";
  source.open_gateway(1, {1});
  EXPECT_EQ(sent(), Readers{1});
  source.end_snapshot({1});
  EXPECT_EQ(sent(), Readers{0});
}

TEST_F(Gateways, ALaterSnapshotWaitsUntilNothingIsHeldBack) {
  source.begin_snapshot({1});
  registers(0);
  source.begin_snapshot({2});
  EXPECT_FALSE(source.snapshot_of({2}).has_value())
      << "it would call given what the reader has not got before its barrier";
  source.open_gateway(0, {1});
  EXPECT_EQ(sent(), Readers{0});
  EXPECT_FALSE(source.snapshot_of({2}).has_value());
  source.on_event_received(0, last_number);
  EXPECT_TRUE(source.snapshot_of({2}).has_value());
}

TEST_F(Gateways, AResetForgetsWhatWasUnderWay) {
  source.begin_snapshot({1});
  registers(0);
  source.reset(nullptr);
  EXPECT_EQ(sent(), Readers{});
  registers(0);
  EXPECT_EQ(sent(), Readers{0});
}

// ---- executions ----

JobGraph a_chain_of_two(uint32_t parallelism) {
  JobGraph job;
  job.vertices.resize(2);
  job.vertices[0] = {"a", {}, {}, parallelism, {}, {0}, 128, ""};
  job.vertices[1] = {"b", {}, {}, parallelism, {0}, {}, 128, ""};
  JobEdge edge;
  edge.from_vertex = {0};
  edge.to_vertex = {1};
  edge.partitioning = Partitioning::kForward;
  job.edges.push_back(edge);
  return job;
}

TEST(Executions, TerminalStatesAreNeverLeft) {
  const JobGraph job = a_chain_of_two(1);
  ExecutionGraph graph(job);
  graph.reset(1);
  EXPECT_FALSE(graph.transition(0, ExecutionState::kRunning)) << "it is not deployed";
  EXPECT_TRUE(graph.transition(0, ExecutionState::kDeploying));
  EXPECT_TRUE(graph.transition(0, ExecutionState::kRunning));
  EXPECT_TRUE(graph.transition(0, ExecutionState::kCanceling));
  EXPECT_TRUE(graph.transition(0, ExecutionState::kFailed));
  EXPECT_EQ(graph.at(0).state, ExecutionState::kCanceled) << "cancelled, not failed";
  for (uint8_t s = 0; s <= static_cast<uint8_t>(ExecutionState::kFailed); ++s) {
    EXPECT_FALSE(graph.transition(0, static_cast<ExecutionState>(s)));
  }
  EXPECT_EQ(graph.find({{{0}, 0}, 0}), nullptr) << "an older attempt";
  EXPECT_THROW(graph.reset(1), InvariantViolation);
}

TEST(Executions, APointwiseEdgeTriggersBehindItsOwnFinishedSourceOnly) {
  const JobGraph job = a_chain_of_two(2);
  ExecutionGraph graph(job);
  graph.reset(1);
  for (uint32_t flat = 0; flat < 4; ++flat) {
    graph.transition(flat, ExecutionState::kDeploying);
    EXPECT_EQ(plan_checkpoint(graph).has_value(), false);
    graph.transition(flat, ExecutionState::kRunning);
  }
  EXPECT_EQ(plan_checkpoint(graph)->trigger, (std::vector<uint32_t>{0, 1}));
  graph.transition(0, ExecutionState::kFinished);
  EXPECT_EQ(plan_checkpoint(graph)->trigger, (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(plan_checkpoint(graph)->wait_for, (std::vector<uint32_t>{1, 2, 3}));
}

// ---- bytes ----

TEST(Messages, ComeBackAsTheyWent) {
  rpc::Deploy deploy;
  deploy.restore_from = {7};
  deploy.placements = {{3, {1}}, {3, {2}}};
  deploy.tasks = {{{{{1}, 0}, 3}, 1, "chk/7/b"}};
  const Bytes body = rpc::pack({2, 5}, deploy);
  EXPECT_EQ(rpc::type_of(body), rpc::MessageType::kDeploy);
  EXPECT_EQ(rpc::fence_of(body), (rpc::Fence{2, 5}));
  const auto back = rpc::unpack<rpc::Deploy>(body);
  EXPECT_EQ(back.restore_from, CheckpointId{7});
  EXPECT_EQ(back.placements.at(1).process, ProcessId{2});
  EXPECT_EQ(back.tasks.at(0).snapshot_blob, "chk/7/b");
  EXPECT_EQ(rpc::pack({2, 5}, back), body);
}

TEST(Messages, AMessageCutShortIsOurOwnMistake) {
  const Bytes body =
      rpc::pack({1, 1}, rpc::Decline{{{{0}, 0}, 1}, {4}, AbortReason::kDeclined, "no"});
  for (size_t size = 3; size < body.size(); ++size) {
    EXPECT_THROW(rpc::unpack<rpc::Decline>(std::string_view(body).substr(0, size)),
                 InvariantViolation);
  }
}

}  // namespace
}  // namespace leat
