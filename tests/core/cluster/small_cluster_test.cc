// The JobManager dies, checkpoints go wrong, the past speaks: told on whole clusters.
#include <gtest/gtest.h>

#include "core/cluster/job_store.h"
#include "tests/core/cluster/small_job.h"

namespace leat::testing {
namespace {

using Ids = std::vector<uint64_t>;
using Texts = std::vector<std::string>;

bool is(const Message& message, rpc::MessageType type) {
  return message.to.endpoint < kDataPlane + 2 && !message.body.empty() &&
         rpc::type_of(message.body) == type && message.lane == kRpcLane;
}

// The first write to a blob whose name has this in it. `seen` must be there while the world runs.
std::function<bool(const std::string&)> the_first_of(const std::string& which, bool& seen) {
  return [which, &seen](const std::string& name) {
    if (seen || name.find(which) == std::string::npos) return false;
    return seen = true;
  };
}

// ---- the JobManager ----

TEST(JobManagerCrash, ANewLeaderGoesOnFromTheLatestCheckpointWithHigherNumbers) {
  SmallCluster cluster{SmallJob{}};
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=2"));
  cluster.world.kill(kJobManager);
  cluster.world.run_for({10});
  cluster.world.restart(kJobManager);
  const ProcTime again = cluster.world.now();
  ASSERT_TRUE(cluster.world.run_until_fact("#2 state=RUNNING"));
  EXPECT_LT((cluster.world.now() - again).ms, 50) << "TaskManagers are told of the new leader";
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

TEST(JobManagerCrash, WhatStorageDoesNotAnswerIsWaitedForAndNotTakenForAbsent) {
  for (const char* which : {"_job", "_latest", "_metadata"}) {
    SmallCluster cluster{SmallJob{}};
    ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=2"));
    cluster.world.kill(kJobManager);
    uint32_t failed = 0;
    cluster.world.read_fails = [&](const std::string& name) {
      return name.ends_with(which) && ++failed <= 10;
    };
    cluster.world.restart(kJobManager);
    ASSERT_TRUE(cluster.run_to_the_end()) << which;
    EXPECT_GT(failed, 10U) << which;
    EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=2 restarts=1"}) << which;
    EXPECT_EQ(cluster.committed(), cluster.everything()) << which;
  }
}

// The leader dies in doubt: the list that it could not write names a checkpoint that it gave up.
TEST(JobManagerCrash, AListThatWasWrittenThoughItFailedNamesWhatIsStillThere) {
  SmallJob job;
  job.config.checkpoint.tolerable_failures = 1;
  SmallCluster cluster{job};
  uint32_t written = 0;
  cluster.world.write_fails = [&](const std::string& name) {
    return name.ends_with("_latest") && ++written == 2;
  };
  cluster.world.written_all_the_same = [](const std::string&) { return true; };
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointAborted checkpoint=2"));
  cluster.world.kill(kJobManager);
  cluster.world.restart(kJobManager);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=2 restarts=1"});
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

// Worker 1 hears nothing any more, while what it said is still on its way: it leaves before anybody
// misses it, and is sent its tasks before it is registered again.
TEST(JobManagerNotHeard, WhoLeftAndComesBackIsNotTakenForTheOneItWas) {
  SmallJob job;
  job.cluster.heartbeat_interval = {100};
  job.cluster.heartbeat_timeout = {1000};
  SmallCluster cluster{job};
  size_t heard = 0;
  size_t registers = 0;
  const auto asks_worker1 = [](const Message& message) {
    return message.to.process == kWorker1 &&
           (is(message, rpc::MessageType::kHeartbeat) || is(message, rpc::MessageType::kProbe));
  };
  cluster.world.loses = [&](const Message& message) {
    if (message.from.process == kWorker1 && is(message, rpc::MessageType::kRegister))
      return ++registers == 2;  // the first after it left
    return asks_worker1(message) && registers < 2 && ++heard > 2;
  };
  cluster.world.takes = [&](const Message& message) {
    const bool answers = is(message, rpc::MessageType::kProbeReply) ||
                         is(message, rpc::MessageType::kExecutionReport);
    return message.from.process == kWorker1 && answers ? 800 : 0;
  };
  cluster.world.write_takes = [](const std::string& name) {
    return name.ends_with("_job") ? 1120 : 0;
  };
  ASSERT_TRUE(cluster.world.run_until([&] { return registers == 2; }));
  const ProcTime left = cluster.world.now();
  ASSERT_TRUE(cluster.world.run_until_fact("state=DEPLOYING"));
  ASSERT_EQ(registers, 2U) << "not registered again yet";
  ASSERT_TRUE(cluster.world.run_until_fact("TaskManagerLost"));
  EXPECT_LT((cluster.world.now() - left).ms, 600) << "when it registers, not by a time-out";
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=0 restarts=1"});
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

TEST(CheckpointsOfAJob, ACancellationThatIsLostWithItsConnectionIsSaidAgain) {
  SmallJob job;
  job.records = 200;
  SmallCluster cluster{job};
  bool lost = false;
  cluster.world.loses = [&](const Message& message) {
    if (lost || !is(message, rpc::MessageType::kAcknowledge)) return false;
    return lost = true;
  };
  ASSERT_TRUE(cluster.world.run_until_fact("state=CANCELING"));
  const ProcTime failed = cluster.world.now();
  cluster.world.reset(kJobManager, kWorker1);
  cluster.world.reset(kJobManager, kWorker2);
  ASSERT_TRUE(cluster.world.run_until_fact("JobRestored", {10'000}));
  EXPECT_EQ((cluster.world.now() - failed).ms, 50) << "the delay, and no time-out";
}

TEST(CheckpointsOfAJob, WhatCannotBeStoredDoesNotCount) {
  for (const std::string which : {"chk-1/_metadata", "_latest"}) {
    SmallJob job;
    job.config.checkpoint.tolerable_failures = 1;
    SmallCluster cluster{job};
    bool failed = false;
    cluster.world.write_fails = the_first_of(which, failed);
    ASSERT_TRUE(cluster.run_to_the_end()) << which;
    EXPECT_TRUE(failed);
    EXPECT_EQ(cluster.world.facts("CheckpointAborted").front(),
              "CheckpointAborted checkpoint=1 reason=\"storage failed\"");
    EXPECT_EQ(cluster.completed().front(), 2U);
    EXPECT_EQ(cluster.committed(), cluster.everything());
    EXPECT_EQ(cluster.world.blobs_with("chk-1"), Texts{}) << which;
  }
}

// To go on from checkpoint 1 ends the transactions of checkpoint 2: no leader may find that one in
// the list any more.
TEST(CheckpointsOfAJob, ARestartWaitsUntilNoListNamesWhatWasGivenUp) {
  SmallJob job;
  job.config.checkpoint.tolerable_failures = 9;
  SmallCluster cluster{job};
  uint32_t written = 0;
  cluster.world.write_fails = [&](const std::string& name) {
    return name.ends_with("_latest") && ++written >= 2 && written < 9;
  };
  cluster.world.written_all_the_same = [&](const std::string&) { return written == 2; };
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointAborted checkpoint=2"));
  cluster.world.kill(kWorker1);
  cluster.world.restart(kWorker1);
  ASSERT_TRUE(cluster.world.run_until_fact("JobRestored"));
  EXPECT_EQ(written, 9U);
  EXPECT_EQ(decode_list(cluster.world.blobs().at("checkpoints/_latest")),
            std::vector<CheckpointId>{{1}});
  EXPECT_EQ(cluster.world.blobs_with("chk-2"), Texts{});
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=1 restarts=1"});
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

// Whoever is told that a write failed does not know that: it takes away what may be there.
TEST(CheckpointsOfAJob, WhatWasWrittenThoughItFailedIsTakenAway) {
  for (const std::string which : {"checkpoints/1/double[0]#1", "chk-1/_metadata", "_latest"}) {
    SmallJob job;
    job.config.checkpoint.tolerable_failures = 1;
    SmallCluster cluster{job};
    bool failed = false;
    cluster.world.write_fails = the_first_of(which, failed);
    cluster.world.written_all_the_same = [](const std::string&) { return true; };
    ASSERT_TRUE(cluster.run_to_the_end()) << which;
    EXPECT_TRUE(failed) << which;
    EXPECT_EQ(cluster.world.facts("CheckpointAborted checkpoint=1").size(), 1U) << which;
    EXPECT_EQ(cluster.world.blobs_with("checkpoints/1/"), Texts{}) << which;
    EXPECT_EQ(cluster.world.blobs_with("chk-1"), Texts{}) << which;
    EXPECT_EQ(cluster.committed(), cluster.everything()) << which;
  }
}

TEST(CheckpointsOfAJob, AnAcknowledgementOfARegistrationThatIsOverLeavesNothing) {
  SmallCluster cluster{SmallJob{}};
  std::optional<Message> late;
  std::string snapshot;
  cluster.world.loses = [&](const Message& message) {
    if (late || message.from.process != kWorker1 || !is(message, rpc::MessageType::kAcknowledge))
      return false;
    snapshot = rpc::unpack<rpc::Acknowledge>(message.body).handle.blob;
    if (!snapshot.empty()) late = message;
    return late.has_value();
  };
  ASSERT_TRUE(cluster.world.run_until([&] { return late.has_value(); }));
  cluster.world.kill(kWorker1);
  cluster.world.restart(kWorker1);
  ASSERT_TRUE(cluster.world.run_until_fact("JobRestored"));
  ASSERT_EQ(cluster.world.blobs_with(snapshot), Texts{snapshot}) << "nobody has heard of it";
  cluster.world.inject(*late);
  cluster.world.run_for({5});
  EXPECT_EQ(cluster.world.blobs_with(snapshot), Texts{});
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

// The job restarts over a checkpoint: the snapshot of a task that is cancelled is nobody's.
struct Cancelled : ::testing::Test {
  SmallCluster cluster{SmallJob{}};
  const std::string snapshot = "checkpoints/1/double[0]#1";
  void restart_and_look() {
    cluster.world.kill(kWorker2);
    cluster.world.restart(kWorker2);
    ASSERT_TRUE(cluster.run_to_the_end());
    EXPECT_EQ(cluster.restores().size(), 1U);
    EXPECT_EQ(cluster.world.blobs_with("[0]#1"), Texts{});
  }
};
TEST_F(Cancelled, WhileItsSnapshotIsWritten) {
  cluster.world.write_takes = [&](const std::string& name) { return name == snapshot ? 300 : 0; };
  ASSERT_TRUE(cluster.world.run_until_fact("SnapshotTaken execution=1[0]#1 checkpoint=1"));
  restart_and_look();
}
TEST_F(Cancelled, WhileItsSinkWaitsForTheLog) {
  cluster.world.takes = [](const Message& message) {
    return message.from.process == kLog && message.to.process == kWorker1 ? 300 : 0;
  };
  ASSERT_TRUE(cluster.world.run_until([&] { return cluster.world.blobs().contains(snapshot); }));
  cluster.world.run_for({10});  // and the task knows it
  ASSERT_TRUE(cluster.world.facts("CheckpointAcknowledged execution=1[0]#1").empty());
  restart_and_look();
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

TEST(CheckpointsOfAJob, ARestartWaitsUntilItIsKnownWhetherOneMoreCounts) {
  SmallCluster cluster{SmallJob{}};
  cluster.world.write_takes = [](const std::string& name) {
    return name.ends_with("_latest") ? 500 : 0;
  };
  ASSERT_TRUE(cluster.world.run_until(
      [&] { return cluster.world.blobs().contains("checkpoints/_latest"); }));
  cluster.world.kill(kWorker1);
  cluster.world.restart(kWorker1);
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores(), Texts{"JobRestored checkpoint=1 restarts=1"});
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(CheckpointsOfAJob, ATriggerThatDidNotArriveEndsItsCheckpointAtOnce) {
  SmallCluster cluster{SmallJob{}};
  bool sent = false;
  cluster.world.loses = [&](const Message& message) {
    sent = sent || (is(message, rpc::MessageType::kTrigger) && message.to.process == kWorker1);
    return false;
  };
  ASSERT_TRUE(cluster.world.run_until([&] { return sent; }));
  cluster.world.reset(kJobManager, kWorker1);
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted"));
  EXPECT_EQ(cluster.world.facts("CheckpointAborted"),
            Texts{"CheckpointAborted checkpoint=1 reason=\"task not running\""});
  EXPECT_LT(cluster.world.now(), ProcTime{350});
  EXPECT_EQ(cluster.restores(), Texts{});
}

// ---- fencing ----

TEST(Fencing, AnAcknowledgementOfAnOldAttemptCountsForNothing) {
  SmallJob job;
  job.records = 200;
  SmallCluster cluster{job};
  cluster.world.keep_messages = true;
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=3"));
  const auto said = cluster.world.messages;
  cluster.world.kill(kWorker1);
  cluster.world.restart(kWorker1);
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointTriggered checkpoint=4"));
  for (const Message& message : said) {
    // Everything that worker 1 and the tasks of attempt 1 have ever said is said again.
    const bool to_peer = message.from.process == kWorker2 && message.to.process == kWorker1;
    if (message.from.process == kWorker1 && message.to.process != kLog) {
      cluster.world.inject(message);
    } else if (to_peer) {
      cluster.world.inject(message);
    }
  }
  ASSERT_TRUE(cluster.run_to_the_end());
  for (const auto& counted : cluster.world.all<CheckpointAcknowledged>()) {
    EXPECT_EQ(counted.execution.attempt, counted.checkpoint.value <= 3 ? 1U : 2U);
  }
  EXPECT_EQ(cluster.restores().size(), 1U);
  EXPECT_EQ(cluster.committed(), cluster.everything());
}

TEST(Fencing, AnOldLeaderIsNotListenedTo) {
  SmallJob job;
  job.records = 200;
  SmallCluster cluster{job};
  cluster.world.keep_messages = true;
  ASSERT_TRUE(cluster.world.run_until_fact("CheckpointCompleted checkpoint=3"));
  cluster.world.kill(kJobManager);
  const auto said = cluster.world.messages;
  cluster.world.restart(kJobManager);
  ASSERT_TRUE(cluster.world.run_until_fact("#2 state=RUNNING"));
  for (const Message& message : said) {
    // What it said, and what it was told.
    const bool from_it = message.from.process == kJobManager;
    if (from_it != (message.to.process == kJobManager)) cluster.world.inject(message);
  }
  ASSERT_TRUE(cluster.run_to_the_end());
  EXPECT_EQ(cluster.restores().size(), 1U);
  EXPECT_EQ(cluster.committed(), cluster.everything());
  EXPECT_EQ(cluster.world.facts("TaskFailed"), Texts{});
}

}  // namespace
}  // namespace leat::testing
