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

// ---- the JobManager ----

TEST(JobManagerCrash, ANewLeaderGoesOnFromTheLatestCheckpointWithHigherNumbers) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=2"));
  cluster.world.kill(kJobManager);
  cluster.world.run_for({10});
  cluster.world.restart(kJobManager);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=2 restarts=1"});
  EXPECT_EQ(cluster.committed(), cluster.everything());
  const auto ids = cluster.completed();
  EXPECT_GT(ids.back(), 16U) << "ids that the old leader may have given are not given again";
  for (const auto& deployed : cluster.world.all<TaskDeployed>()) {
    EXPECT_EQ(deployed.execution.attempt, deployed.checkpoint.value == 0 ? 1U : 2U);
  }
}

TEST(JobManagerCrash, WhatWasDurableCountsAlsoIfTheLeaderNeverHeardOfIt) {
  SmallCluster cluster{SmallJob{}};
  cluster.world.write_takes = [](const std::string& name) {
    return name.ends_with("_latest") ? 100 : 0;
  };
  ASSERT_TRUE(cluster.world.run_until(
      [&] { return cluster.world.blobs().contains("checkpoints/_latest"); }));
  cluster.world.kill(kJobManager);
  EXPECT_EQ(cluster.completed(), Ids{});
  cluster.world.restart(kJobManager);
  ASSERT_TRUE(cluster.world.run_until_fact("JobRestored"));
  EXPECT_EQ(cluster.completed(), Ids{1});
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=1 restarts=1"});
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(JobManagerCrash, AJobThatIsOverIsNotRunAgain) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.run_to_the_end());
  const size_t deployed = cluster.world.facts("TaskDeployed").size();
  cluster.world.kill(kJobManager);
  cluster.world.restart(kJobManager);
  cluster.world.run_for({5000});
  EXPECT_EQ(cluster.status(), JobStatus::kFinished);
  EXPECT_EQ(cluster.world.facts("TaskDeployed").size(), deployed);
  cluster.world.keep_messages = true;
  cluster.world.run_for({100'000});
  EXPECT_EQ(cluster.world.messages.size(), 0U);
}

TEST(JobManagerCrash, TasksOfALeaderThatStaysAwayAreGivenUp) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=1"));
  cluster.world.kill_silently(kJobManager);
  cluster.world.run_for({2000});
  const uint64_t before = cluster.world.trace().count<BatchProcessed>();
  cluster.world.run_for({2000});
  EXPECT_EQ(cluster.world.trace().count<BatchProcessed>(), before);
  cluster.world.restart(kJobManager);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

// ---- checkpoints ----

TEST(CheckpointsOfAJob, ALostAcknowledgementExpiresAndTheNextOneCompletes) {
  SmallJob job;
  job.records = 200;
  job.config.checkpoint.tolerable_failures = 1;
  SmallCluster cluster{job};
  bool lost = false;
  cluster.world.loses = [&](const Message& message) {
    if (lost || !is(message, rpc::MessageType::kAcknowledge)) return false;
    return lost = true;
  };
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointAborted"));
  EXPECT_EQ(cluster.world.facts("CheckpointAborted").front(),
            "CheckpointAborted checkpoint=1 reason=expired");
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{});
  EXPECT_EQ(cluster.completed().front(), 2U);
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(CheckpointsOfAJob, MoreFailuresThanTolerableFailTheJob) {
  SmallJob job;
  job.records = 200;
  SmallCluster cluster{job};
  bool lost = false;
  cluster.world.loses = [&](const Message& message) {
    if (lost || !is(message, rpc::MessageType::kAcknowledge)) return false;
    return lost = true;
  };
  ASSERT_TRUE(cluster.world.run_until_fact("status=RESTARTING"));
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=0 restarts=1"});
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(CheckpointsOfAJob, WhatCannotBeStoredDoesNotCount) {
  for (const std::string which : {"chk-1/_metadata", "_latest"}) {
    SmallJob job;
    job.config.checkpoint.tolerable_failures = 1;
    SmallCluster cluster{job};
    bool failed = false;
    cluster.world.write_fails = [&](const std::string& name) {
      if (failed || name.find(which) == std::string::npos) return false;
      return failed = true;
    };
    ASSERT_TRUE(cluster.run_to_the_end()) << which;
    EXPECT_TRUE(failed);
    EXPECT_EQ(cluster.world.facts("CheckpointAborted").front(),
              "CheckpointAborted checkpoint=1 reason=storage failed");
    EXPECT_EQ(cluster.completed().front(), 2U);
    EXPECT_EQ(cluster.committed(), cluster.everything());
    EXPECT_EQ(cluster.world.blobs_with("chk-1"), Texts{}) << which;
  }
}

TEST(CheckpointsOfAJob, RetainedOnesKeepTheirFilesAndOlderOnesGo) {
  SmallJob job;
  job.records = 200;
  job.config.checkpoint.retained = 2;
  SmallCluster cluster{job};
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=4"));
  EXPECT_EQ(cluster.world.blobs_with("_metadata"),
            (Texts{"checkpoints/chk-3/_metadata", "checkpoints/chk-4/_metadata"}));
}

TEST(CheckpointsOfAJob, ALostNotificationIsHealedByALaterCheckpoint) {
  // Every notification of the checkpoint after the end of the data is lost once.
  SmallCluster cluster{SmallJob{}};
  bool at_end = false;
  size_t lost = 0;
  cluster.world.loses = [&](const Message& message) {
    at_end = at_end || is(message, rpc::MessageType::kEndOfDataReached);
    if (!at_end || lost >= 4 || !is(message, rpc::MessageType::kNotifyComplete)) return false;
    return ++lost > 0;
  };
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(lost, 4U);
  EXPECT_EQ(cluster.status(), JobStatus::kFinished);
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

// ---- fencing ----

TEST(Fencing, AnAcknowledgementOfAnOldAttemptCountsForNothing) {
  SmallJob job;
  job.records = 200;
  SmallCluster cluster{job};
  cluster.world.keep_messages = true;
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=1"));
  cluster.world.kill(kWorker1);
  cluster.world.restart(kWorker1);
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointTriggered checkpoint=2"));
  const auto said = cluster.world.messages;
  for (const Message& message : said) {
    // Everything that the tasks of attempt 1 have ever said is said again.
    if (message.to.process == kJobManager && message.from.process == kWorker1) {
      cluster.world.inject(message);
    }
  }
  ASSERT_TRUE(cluster.run_to_the_end());
  for (const auto& counted : cluster.world.all<CheckpointAcknowledged>()) {
    EXPECT_EQ(counted.execution.attempt, counted.checkpoint.value == 1 ? 1U : 2U);
  }
  EXPECT_EQ(cluster.restores().size(), 1U);
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(Fencing, AnOldLeaderIsNotListenedTo) {
  SmallJob job;
  job.records = 200;
  SmallCluster cluster{job};
  cluster.world.keep_messages = true;
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=1"));
  cluster.world.kill(kJobManager);
  const auto said = cluster.world.messages;
  cluster.world.restart(kJobManager);
  ASSERT_TRUE(cluster.world.run_until_fact("#2 state=RUNNING"));
  for (const Message& message : said) {
    if (message.from.process == kJobManager && message.to.process != kJobManager) {
      cluster.world.inject(message);
    }
  }
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores().size(), 1U);
  EXPECT_EQ(cluster.committed(), cluster.everything());
  EXPECT_EQ(cluster.world.facts("TaskFailed"), Texts{});
}

}  // namespace
}  // namespace leat::testing
