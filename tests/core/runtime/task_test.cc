#include <gtest/gtest.h>

#include "tests/core/runtime/world_of_one_task.h"

namespace leat {
namespace {

using testing::Adder;
using testing::GraphOf;
using testing::Lines;
using testing::WorldOfOneTask;

constexpr CheckpointBarrier barrier(uint64_t id) { return {{id}, {0}}; }
constexpr CancelCheckpointMarker cancel(uint64_t id) { return {{id}}; }
constexpr Watermark watermark(int64_t t) { return {{t}}; }

// src x2 => a -> b => out: the task under test is a -> b, with two in-channels and one out-channel.
class TaskStory : public ::testing::Test {
 protected:
  static GraphOf graph() {
    GraphOf g(1);
    g.source("src").parallelism = 2;
    g.map("a", {g.from("src")});
    g.map("b", {g.from("a")});
    g.sink("out", {g.from("b", Partitioning::kRebalance)});
    g.graph().config.checkpoint.interval = Duration{1000};
    return g;
  }
  TaskStory() : world(graph(), "a") {
    for (const std::string name : {"a", "b"}) {
      world.operators.makers[name] = [this, name] {
        auto adder = std::make_unique<Adder>(name, world.log);
        adder->stateless = stateless;
        return adder;
      };
    }
  }
  void start() {
    world.start();
    world.seen();
  }

  WorldOfOneTask world;
  bool stateless = false;
};

TEST_F(TaskStory, OpensFromTheTailAsksForItsChannelsAndRuns) {
  world.start();
  EXPECT_EQ(world.seen(), (Lines{"b.open", "a.open", "request src[0]/0 for 0 with 4",
                                 "request src[1]/0 for 1 with 4", "running"}));
  EXPECT_EQ(world.task().state(), ExecutionState::kRunning);
}

TEST_F(TaskStory, RowsGoThroughTheChainBeforeWhatComesBehindThem) {
  start();
  world.send(0, {1, 2}, watermark(5));
  world.send(1, {}, watermark(4));
  world.run_steps();
  EXPECT_EQ(world.seen(),
            (Lines{"-> out[0]: 1 2", "a.watermark 4", "b.watermark 4", "-> out[0]: <W 4>"}));
}

TEST_F(TaskStory, AWatermarkRidesWithTheRowsBeforeIt) {
  start();
  world.send(1, {}, watermark(4));
  world.send(0, {1, 2}, watermark(5));
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"a.watermark 4", "b.watermark 4", "-> out[0]: 1 2 <W 4>"}));
}

// Flink 1.12: a watermark that comes while idle is announced is lost, not kept.
TEST_F(TaskStory, WhileIdleIsAnnouncedNoWatermarkPasses) {
  start();
  world.send(0, {}, watermark(3));
  world.send(1, {}, StreamStatus::kIdle);
  world.send(0, {}, StreamStatus::kIdle);
  world.run_steps();
  world.send(0, {}, watermark(9));
  world.send(0, {}, StreamStatus::kActive);
  world.send(0, {}, watermark(10));
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"a.watermark 3", "b.watermark 3", "-> out[0]: <W 3>", "a.idle",
                                 "b.idle", "-> out[0]: <idle>", "credit 2 to src[0]/0", "a.active",
                                 "b.active", "-> out[0]: <active>", "credit 2 to src[0]/0",
                                 "a.watermark 10", "b.watermark 10", "-> out[0]: <W 10>"}));
}

TEST_F(TaskStory, AnnouncesEachReadableChannelExactlyOnce) {
  start();
  world.send(0, {1});
  world.send(0, {2});
  world.send(1, {3});
  ASSERT_EQ(world.announced().size(), 2U);
  EXPECT_NE(world.announced()[0].who, world.announced()[1].who);
  EXPECT_EQ(world.announced()[0].task, 3U);
  ASSERT_TRUE(world.step(1));
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: 3"});  // one step takes one batch of that channel
  EXPECT_EQ(world.announced().size(), 1U);
  ASSERT_TRUE(world.step(0));
  EXPECT_EQ(world.announced().size(), 1U);  // there is more
  ASSERT_TRUE(world.step(0));
  EXPECT_FALSE(world.step(0));
}

TEST_F(TaskStory, WithoutCreditsTakesNoInputUntilThereAreSome) {
  world.start(1);
  world.seen();
  world.send(0, {1});
  world.send(0, {2});
  world.send(0, {3});
  world.run_steps();
  EXPECT_EQ(world.seen(),
            (Lines{"-> out[0]: 1", "credit 2 to src[0]/0"}));  // 2 waits, 3 is not taken
  world.send(1, {4});
  EXPECT_TRUE(world.announced().empty());
  world.task().on_credit(0, 1);
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: 2"});
  EXPECT_EQ(world.announced().size(), 2U);
  world.task().on_credit(0, 9);
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: 3", "-> out[0]: 4"}));
}

TEST_F(TaskStory, AStepThatFindsTheOutputsFullIsNotTakenButRemembered) {
  world.start(1);
  world.seen();
  world.send(0, {1});
  world.send(1, {2}, watermark(1));
  world.step(0);  // takes the only credit
  world.send(0, {3});
  world.step(1);  // its rows wait for a credit
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: 1"});
  EXPECT_TRUE(world.step(0));  // announced before the outputs were full
  EXPECT_EQ(world.seen(), Lines{});
  EXPECT_TRUE(world.announced().empty());
  world.task().on_credit(0, 2);
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: 2", "credit 2 to src[0]/0", "-> out[0]: 3"}));
}

TEST_F(TaskStory, AProducerThatIsNotThereYetIsAskedAgain) {
  start();
  world.task().partition_not_found(1);
  world.advance_to(99);
  EXPECT_EQ(world.seen(), Lines{});
  world.advance_to(100);
  EXPECT_EQ(world.seen(), Lines{"request src[1]/0 for 1 with 4"});
}

TEST_F(TaskStory, ARequestGrantsItsCreditsOnce) {
  world.start(1);
  world.seen();
  world.task().on_partition_request(0, {{VertexId{2}, 0}, 1}, 5);  // asked again
  world.send(0, {1});
  world.send(0, {2});
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: 1", "credit 2 to src[0]/0"}));
}

TEST_F(TaskStory, ARequestOfAnotherAttemptIsNotItsConsumer) {
  world.start(0);
  world.seen();
  world.task().on_partition_request(0, {{VertexId{2}, 0}, 2}, 5);
  world.send(0, {1});
  world.run_steps();
  EXPECT_EQ(world.seen(), Lines{});
}

// ---- barriers ----

TEST_F(TaskStory, AlignsThenBarrierOutThenSnapshotsFromTheTail) {
  start();
  world.send(0, {1}, barrier(1));
  world.send(0, {50});  // behind the barrier: must wait
  world.send(1, {2});
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: 1", "-> out[0]: 2"}));
  EXPECT_TRUE(world.announced().empty());
  world.send(1, {3}, barrier(1));
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"a.pre_barrier 1", "b.pre_barrier 1", "-> out[0]: 3 <barrier 1>",
                                 "b.snapshot 1", "a.snapshot 1", "credit 2 to src[1]/0",
                                 "credit 2 to src[0]/0", "-> out[0]: 50"}));
  world.answer_storage();
  EXPECT_EQ(world.seen(), Lines{"acknowledge 1 checkpoints/1/a[0]#1"});
  EXPECT_EQ(world.count(kind_of<BarrierReceived>()), 2U);
  EXPECT_EQ(world.count(kind_of<BarrierAligned>()), 1U);
  EXPECT_EQ(world.count(kind_of<SnapshotTaken>()), 1U);
  world.task().notify_complete({1});
  world.task().notify_complete({1});
  EXPECT_EQ(world.seen(), (Lines{"b.complete 1", "a.complete 1"}));  // once
}

TEST_F(TaskStory, WithoutAnyStateAcknowledgesAtOnce) {
  stateless = true;
  start();
  world.send(0, {}, barrier(1));
  world.send(1, {}, barrier(1));
  world.run_steps();
  EXPECT_EQ(world.seen().back(), "acknowledge 1 without state");
  EXPECT_TRUE(world.stored.empty());
}

TEST_F(TaskStory, AStorageFailureDeclines) {
  start();
  world.storage_fails = true;
  world.send(0, {}, barrier(1));
  world.send(1, {}, barrier(1));
  world.run_steps();
  world.seen();
  world.answer_storage();
  EXPECT_EQ(world.seen(),
            (Lines{"remove checkpoints/1/a[0]#1", "decline 1: snapshot not stored: disk full"}))
      << "it may be there all the same";
  EXPECT_EQ(world.task().state(), ExecutionState::kRunning);
}

TEST_F(TaskStory, ALaterBarrierGivesUpThePendingOne) {
  start();
  world.send(0, {}, barrier(1));
  world.send(0, {9});
  world.send(1, {}, barrier(2));
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"decline 1: a later checkpoint has begun", "-> out[0]: <cancel 1>",
                                 "-> out[0]: 9"}));
}

TEST_F(TaskStory, ACancelFromUpstreamGoesOnDownstream) {
  start();
  world.send(0, {}, barrier(1));
  world.send(1, {}, cancel(1));
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"decline 1: cancelled upstream", "-> out[0]: <cancel 1>"}));
}

TEST_F(TaskStory, AbortedBeforeItsBarrierTheBarrierBecomesACancel) {  // core/chain/0015
  start();
  world.task().notify_aborted({1}, {0});
  EXPECT_EQ(world.seen(), (Lines{"b.aborted 1", "a.aborted 1"}));
  world.send(0, {}, barrier(1));
  world.send(1, {5}, barrier(1));
  world.run_steps();
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: 5 <cancel 1>"});
}

TEST_F(TaskStory, AnAbortTellsAMissedCompletionFirst) {  // core/chain/0018
  start();
  world.task().notify_aborted({3}, {2});
  EXPECT_EQ(world.seen(), (Lines{"b.complete 2", "a.complete 2", "b.aborted 3", "a.aborted 3"}));
  world.task().notify_complete({1});
  EXPECT_EQ(world.seen(), Lines{});
}

TEST_F(TaskStory, AbortedWhileItsSnapshotIsWrittenIsNotAcknowledged) {
  start();
  world.send(0, {}, barrier(1));
  world.send(1, {}, barrier(1));
  world.run_steps();
  world.task().notify_aborted({1}, {0});
  world.seen();
  world.answer_storage();
  EXPECT_EQ(world.seen(), Lines{"remove checkpoints/1/a[0]#1"});
}

TEST_F(TaskStory, TheEndOfAChannelCountsAsItsBarrier) {
  start();
  world.send(1, {}, EndOfData{});
  world.send(1, {}, EndOfPartition{});
  world.send(0, {}, barrier(1));
  world.run_steps();
  EXPECT_EQ(world.count(kind_of<SnapshotTaken>()), 1U);
}

// ---- restore ----

TEST_F(TaskStory, RestoresWhatItsPredecessorStored) {
  start();
  world.send(0, {1, 2, 3}, barrier(1));
  world.send(1, {}, barrier(1));
  world.run_steps();

  WorldOfOneTask next(graph(), "a");
  next.operators.makers["a"] = [&] { return std::make_unique<Adder>("a", next.log); };
  next.operators.makers["b"] = [&] { return std::make_unique<Adder>("b", next.log); };
  next.stored = world.stored;
  next.description.execution.attempt = 2;
  next.description.restore_from = {1};
  next.description.snapshot_blob = "checkpoints/1/a[0]#1";
  next.start();
  EXPECT_EQ(next.seen(), Lines{});
  EXPECT_EQ(next.task().state(), ExecutionState::kInitializing);
  next.answer_storage();
  EXPECT_EQ(next.seen(),
            (Lines{"b.restore 6", "b.open", "a.restore 6", "a.open",
                   "request src[0]/0 for 0 with 4", "request src[1]/0 for 1 with 4", "running"}));
  EXPECT_EQ(next.count(kind_of<TaskRestored>()), 1U);
  EXPECT_EQ(next.listed.epochs.front(), std::pair(entity("a[0]"), uint64_t{1}));
}

TEST_F(TaskStory, FailsWhereItsSnapshotIsGone) {
  world.description.restore_from = {1};
  world.description.snapshot_blob = "gone";
  world.start();
  world.answer_storage();
  EXPECT_EQ(world.seen(), Lines{"failed: cannot read the snapshot gone: no such blob"});
}

TEST_F(TaskStory, EntersAnEpochAtEachBarrier) {
  start();
  EXPECT_TRUE(world.listed.epochs.empty());  // a first attempt from nothing is in epoch 0 anyway
  world.send(0, {}, barrier(1));
  world.send(1, {}, barrier(1));
  world.run_steps();
  const Entity a = entity("a[0]");
  const std::vector<std::pair<Entity, uint64_t>> expected{
      {a, 1}, {entity("b[0]"), 1}, {entity(a, 0), 1}, {entity(a, 1), 1}};
  EXPECT_EQ(world.listed.epochs, expected);
}

// ---- failure ----

TEST_F(TaskStory, AUserErrorFailsTheTaskAndItIsDeadFromThenOn) {
  start();
  world.send(0, {1, 13, 2});
  world.run_steps();
  EXPECT_EQ(world.seen(), Lines{"failed: a: 13 is unlucky"});
  EXPECT_EQ(world.task().state(), ExecutionState::kFailed);
  EXPECT_EQ(world.count(kind_of<TaskFailed>()), 1U);
  world.send(1, {3}, barrier(1));
  world.task().notify_complete({1});
  world.task().on_disconnect({7});
  world.task().trigger_checkpoint({1}, {});
  world.run_steps();
  EXPECT_EQ(world.seen(), Lines{});
}

TEST_F(TaskStory, ALostConnectionFailsTheTask) {
  start();
  world.task().on_disconnect({8});
  EXPECT_EQ(world.seen(), Lines{});  // leads nowhere that it has a channel to
  world.task().on_disconnect({7});
  EXPECT_EQ(world.seen(), Lines{"failed: lost connection to process 7"});
}

TEST_F(TaskStory, OfAChannelWhoseEndIsHereNothingCanBeLost) {
  world.description.peers[{VertexId{0}, 1}].process = ProcessId{9};
  start();
  world.send(1, {5}, EndOfData{});
  world.send(1, {}, EndOfPartition{});
  world.task().on_disconnect({9});
  EXPECT_EQ(world.task().state(), ExecutionState::kRunning);
}

TEST_F(TaskStory, AChannelThatLosesABatchIsOurBugNotTheJobs) {
  start();
  world.send(0, {1});
  world.repeat_last_sequence(0);
  EXPECT_THROW(world.send(0, {1}), InvariantViolation);
}

// ---- timers ----

TEST_F(TaskStory, AProcessingTimerIsDueOnceTheClockHasPassedIt) {
  start();
  world.send(0, {1050});
  world.run_steps();
  world.seen();
  world.advance_to(50);
  EXPECT_EQ(world.seen(), Lines{});
  world.advance_to(51);
  EXPECT_EQ(world.seen(), (Lines{"a.woken for 50", "b.woken for 50"}));
}

TEST_F(TaskStory, ALaterRequestReplacesTheFirstAndAnOverdueOneComesAtOnce) {
  start();
  world.advance_to(40);
  world.send(0, {1050, 1010});
  world.run_steps();
  world.seen();
  world.advance_to(40);
  EXPECT_EQ(world.seen(), (Lines{"a.woken for 10", "b.woken for 10"}));
  world.advance_to(60);
  EXPECT_EQ(world.seen(), Lines{});
}

// ---- the end ----

TEST_F(TaskStory, FinishesWhenAllChannelsHaveEndedAndACheckpointHoldsIt) {
  start();
  world.send(0, {1050}, EndOfData{});
  world.send(1, {}, watermark(7));
  world.run_steps();
  world.seen();
  world.send(1, {2}, EndOfData{});
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"credit 2 to src[1]/0", "a.end_input", "a.finish", "b.end_input",
                                 "b.finish", "-> out[0]: 2 <end of data>", "all data done"}));
  world.advance_to(1000);  // pending processing timers are discarded
  EXPECT_EQ(world.seen(), Lines{});
  world.send(0, {}, barrier(4));
  world.send(1, {}, barrier(4));
  world.run_steps();
  world.answer_storage();
  world.seen();
  world.task().notify_complete({4});
  EXPECT_EQ(world.seen(), (Lines{"b.complete 4", "a.complete 4"}));
  world.send(0, {}, EndOfPartition{});
  world.send(1, {}, EndOfPartition{});
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: <end of partition>", "finished"}));
  EXPECT_EQ(world.task().state(), ExecutionState::kFinished);
  EXPECT_EQ(world.count(kind_of<TaskFinished>()), 1U);
}

TEST_F(TaskStory, ACheckpointFromBeforeTheEndDoesNotLetItGo) {
  start();
  world.send(0, {}, barrier(4));
  world.send(1, {}, barrier(4));
  for (const uint32_t c : {0U, 1U}) {
    world.send(c, {}, EndOfData{});
    world.send(c, {}, EndOfPartition{});
  }
  world.run_steps();
  world.answer_storage();
  world.task().notify_complete({4});
  EXPECT_EQ(world.task().state(), ExecutionState::kRunning);
  // All before it have finished: the coordinator triggers it as it does a source.
  world.task().trigger_checkpoint({5}, {0});
  world.answer_storage();
  world.seen();
  world.task().notify_complete({5});
  EXPECT_EQ(world.seen(),
            (Lines{"b.complete 5", "a.complete 5", "-> out[0]: <end of partition>", "finished"}));
}

TEST_F(TaskStory, ATriggerStandsForTheBarriersOfChannelsWhoseEndsAreOnTheWay) {
  start();
  for (const uint32_t c : {0U, 1U}) world.send(c, {}, EndOfData{});
  world.run_steps();
  world.send(0, {}, EndOfPartition{});
  world.seen();
  world.task().trigger_checkpoint({5}, {0});
  EXPECT_EQ(world.seen(), (Lines{"a.pre_barrier 5", "b.pre_barrier 5", "-> out[0]: <barrier 5>",
                                 "b.snapshot 5", "a.snapshot 5"}));
}

TEST_F(TaskStory, TheLastBatchMustGoOutBeforeTheTaskIsFinished) {
  world.start(0);  // nobody reads it yet
  for (const uint32_t c : {0U, 1U}) world.send(c, {}, EndOfData{});
  world.run_steps();
  world.task().trigger_checkpoint({5}, {0});
  world.answer_storage();
  world.task().notify_complete({5});
  for (const uint32_t c : {0U, 1U}) world.send(c, {}, EndOfPartition{});
  world.seen();
  world.run_steps();
  EXPECT_EQ(world.seen(), Lines{});
  EXPECT_EQ(world.task().state(), ExecutionState::kRunning);
  world.task().on_partition_request(0, {{{2}, 0}, 1}, 1);
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: <end of data>", "-> out[0]: <barrier 5>",
                                 "-> out[0]: <end of partition>", "finished"}));
}

// Checkpoints that follow each other soon leave the credits to rows.
TEST_F(TaskStory, BarriersNeedNoCredit) {
  world.start(1);
  for (uint64_t id = 1; id <= 3; ++id) {
    for (const uint32_t c : {0U, 1U}) world.send(c, {}, barrier(id));
  }
  world.run_steps();
  world.seen();
  world.send(0, {7});
  world.run_steps();
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: 7"});
}

TEST_F(TaskStory, StoppedWithoutDrainingNothingFinishes) {  // core/chain/0006
  start();
  world.send(0, {}, EndOfData{true});
  world.send(1, {}, EndOfData{false});
  world.run_steps();
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: <stop>", "all data done"}));
}

}  // namespace
}  // namespace leat
