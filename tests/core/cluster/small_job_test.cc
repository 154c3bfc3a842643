// Whole jobs on whole clusters, and what goes wrong on the way.
#include "tests/core/cluster/small_job.h"

#include <gtest/gtest.h>

namespace leat::testing {
namespace {

using Ids = std::vector<uint64_t>;
using Texts = std::vector<std::string>;

bool is(const Message& message, rpc::MessageType type) {
  return message.to.endpoint < kDataPlane + 2 && !message.body.empty() &&
         rpc::type_of(message.body) == type && message.lane == kRpcLane;
}

TEST(WholeJob, RunsToItsEndAndCommitsEverythingOnce) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.status(), JobStatus::kFinished);
  EXPECT_EQ(cluster.committed(), cluster.everything());
  EXPECT_EQ(cluster.world.facts("TaskManagerRegistered").size(), 2U);
  EXPECT_EQ(cluster.world.facts("SlotAllocated").size(), 2U);
  EXPECT_GE(cluster.completed().size(), 3U);
  EXPECT_EQ(cluster.restores(), Texts{});
}

TEST(WholeJob, LeavesNothingBehind) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.run_to_the_end());
  cluster.world.run_for({1000});
  cluster.world.keep_messages = true;
  cluster.world.run_for({100'000});
  EXPECT_EQ(cluster.world.messages.size(), 0U) << "nothing polls when the job is over";
  EXPECT_EQ(cluster.world.blobs_with("chk-"), Texts{});
}

TEST(WholeJob, WithoutCheckpointsItEndsAllTheSame) {
  SmallJob job;
  job.config.checkpoint.interval.reset();
  SmallCluster cluster{job};
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.status(), JobStatus::kFinished);
  EXPECT_EQ(cluster.completed(), Ids{});
}

TEST(WholeJob, WaitsForSlotsUntilTheTimeoutAndThenFails) {
  SmallJob job;
  job.config.restart.kind = RestartConfig::Kind::kNone;
  job.cluster.slot_request_timeout = {5000};
  SmallCluster cluster{job};
  cluster.world.kill(kWorker2);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.status(), JobStatus::kFailed);
  EXPECT_EQ(cluster.world.now().ms / 1000, 5);
}

TEST(WholeJob, AWorkerThatDiesIsReplacedByItsNextIncarnation) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=2"));
  cluster.world.kill(kWorker1);
  cluster.world.run_for({30});
  cluster.world.restart(kWorker1);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=2 restarts=1"});
  EXPECT_EQ(cluster.world.facts("TaskManagerLost"), Texts{"TaskManagerLost process=1"});
  EXPECT_EQ(cluster.committed(), cluster.everything());
  EXPECT_EQ(cluster.status(), JobStatus::kFinished);
}

TEST(WholeJob, AWorkerThatDiesSilentlyIsMissedByItsHeartbeats) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=2"));
  const ProcTime died = cluster.world.now();
  cluster.world.kill_silently(kWorker2);
  ASSERT_TRUE(cluster.world.run_until_fact("TaskManagerLost"));
  EXPECT_GE((cluster.world.now() - died).ms, 800);
  EXPECT_LE((cluster.world.now() - died).ms, 1200);
  cluster.world.restart(kWorker2);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=2 restarts=1"});
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(WholeJob, OneFailureTooManyEndsIt) {
  SmallJob job;
  job.config.restart.attempts = 1;
  SmallCluster cluster{job};
  for (int death = 0; death < 2; ++death) {
    ASSERT_TRUE(cluster.world.run_until_fact("state=RUNNING"));
    cluster.world.run_for({20});
    cluster.world.kill(kWorker1);
    cluster.world.run_for({10});
    cluster.world.restart(kWorker1);
  }
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.status(), JobStatus::kFailed);
  EXPECT_EQ(cluster.restores().size(), 1U);
  for (const auto& change : cluster.world.all<ExecutionStateChanged>()) {
    EXPECT_LE(change.execution.attempt, 2U);
  }
}

TEST(WholeJob, BrokenConnectionsNeverLoseOrRepeatAResult) {
  // One break of one connection at every millisecond of the run, each in a run of its own.
  const std::vector<std::pair<ProcessId, ProcessId>> pairs = {
      {kJobManager, kWorker1}, {kWorker1, kWorker2}, {kWorker2, kLog}};
  SmallJob job;
  job.records = 12;
  size_t restored = 0;
  for (const auto& [a, b] : pairs) {
    for (int64_t at = 1; at < 300; at += 1) {
      SmallCluster cluster{job};
      cluster.world.run_for({at});
      if (cluster.over()) break;
      cluster.world.reset(a, b);
      ASSERT_TRUE(cluster.run_to_the_end()) << a.value << "-" << b.value << " at " << at;
      ASSERT_EQ(cluster.status(), JobStatus::kFinished)
          << a.value << "-" << b.value << " at " << at;
      ASSERT_EQ(cluster.committed(), cluster.everything())
          << a.value << "-" << b.value << " at " << at;
      restored += cluster.restores().size();
    }
  }
  EXPECT_GT(restored, 50U);
}

TEST(WholeJob, SurvivesTheDeathOfAnyProcessAtAnyTime) {
  SmallJob job;
  job.records = 12;
  for (const ProcessId victim : {kJobManager, kWorker1, kWorker2}) {
    for (int64_t at = 0; at < 300; at += 1) {
      SmallCluster cluster{job};
      cluster.world.run_for({at});
      if (cluster.over()) break;
      cluster.world.kill(victim);
      cluster.world.run_for({25});
      cluster.world.restart(victim);
      ASSERT_TRUE(cluster.run_to_the_end()) << victim.value << " at " << at;
      ASSERT_EQ(cluster.status(), JobStatus::kFinished) << victim.value << " at " << at;
      ASSERT_EQ(cluster.committed(), cluster.everything()) << victim.value << " at " << at;
    }
  }
}

TEST(WholeJob, ABreakDuringARestartIsSurvivedToo) {
  // A worker is replaced, and while the job starts anew another connection breaks, at every
  // millisecond: cancellations, deployments, states and events for the enumerator get lost.
  SmallJob job;
  job.records = 20;
  for (const ProcessId peer : {kWorker1, kWorker2}) {
    for (int64_t after = 0; after < 90; ++after) {
      SmallCluster cluster{job};
      ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=1"));
      cluster.world.kill(kWorker1);
      cluster.world.restart(kWorker1);
      cluster.world.run_for({after});
      cluster.world.reset(kJobManager, peer);
      ASSERT_TRUE(cluster.run_to_the_end()) << peer.value << " after " << after;
      ASSERT_EQ(cluster.status(), JobStatus::kFinished) << peer.value << " after " << after;
      ASSERT_EQ(cluster.committed(), cluster.everything()) << peer.value << " after " << after;
      ASSERT_LT(cluster.world.now(), ProcTime{1500}) << "stuck until something timed out";
    }
  }
}

TEST(WholeJob, AnEndThatWasSaidIntoABrokenConnectionIsSaidAgain) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.world.run_until_fact("TaskFinished"));
  cluster.world.reset(kJobManager, kWorker1);
  cluster.world.reset(kJobManager, kWorker2);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{});
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

// With an hour between checkpoints, only the one at the end of the data can end the job in time.
SmallJob with_rare_checkpoints() {
  SmallJob job;
  job.config.checkpoint.interval = Duration{3'600'000};
  return job;
}

TEST(WholeJob, ItsLastCheckpointDoesNotWaitForTheScheduler) {
  SmallCluster cluster{with_rare_checkpoints()};
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_LT(cluster.world.now(), ProcTime{1000});
  EXPECT_EQ(cluster.completed(), Ids{1});
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(WholeJob, AnEndOfDataThatWasSaidIntoABrokenConnectionIsSaidAgain) {
  SmallCluster cluster{with_rare_checkpoints()};
  size_t said = 0;
  cluster.world.loses = [&](const Message& message) {
    if (is(message, rpc::MessageType::kEndOfDataReached)) ++said;
    return false;
  };
  ASSERT_TRUE(cluster.world.run_until([&] { return said == 2; }));
  cluster.world.reset(kJobManager, kWorker1);
  cluster.world.reset(kJobManager, kWorker2);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_LT(cluster.world.now(), ProcTime{1000});
  EXPECT_EQ(cluster.completed(), Ids{1});
}

TEST(WholeJob, AConsumerAsksAgainForAProducerThatIsNotThereYet) {
  SmallCluster cluster{SmallJob{}};
  cluster.world.takes = [](const Message& message) {
    const bool slow = message.from.process == kJobManager && message.to.process == kWorker2;
    return slow ? 40 : 0;
  };
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.status(), JobStatus::kFinished);
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(WholeJob, WhatASplitGaveBeforeItEndedIsNotReadAgain) {
  SmallJob job;
  job.missing_in_first = 30;
  SmallCluster cluster{job};
  ASSERT_TRUE(cluster.world.run_until_fact("TaskFinished execution=0[0]"));
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted"));
  cluster.world.kill(kWorker2);
  cluster.world.restart(kWorker2);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores().size(), 1U);
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(WholeJob, AnAttemptIsNotedBeforeItIsUsed) {
  SmallCluster cluster{SmallJob{}};
  bool full = true;
  cluster.world.write_fails = [&](const std::string& name) {
    return full && name.ends_with("_job");
  };
  cluster.world.run_for({500});
  EXPECT_EQ(cluster.world.facts("TaskDeployed"), Texts{});
  full = false;
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

}  // namespace
}  // namespace leat::testing
