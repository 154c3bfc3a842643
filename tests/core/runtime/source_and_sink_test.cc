#include <gtest/gtest.h>

#include "tests/core/runtime/world_of_one_task.h"

namespace leat {
namespace {

using testing::Adder;
using testing::Counter;
using testing::GraphOf;
using testing::Lines;
using testing::WorldOfOneTask;

// src => out, each a task of its own.
GraphOf line() {
  GraphOf g(1);
  g.source("src");
  g.sink("out", {g.from("src", Partitioning::kRebalance)});
  return g;
}

class SourceStory : public ::testing::Test {
 protected:
  SourceStory() : world(line(), "src") {
    world.operators.makers["src"] = [this] {
      return std::make_unique<Counter>(records, world.log);
    };
    world.config.batch_rows_max = 2;
  }
  const NodeId src{0};
  WorldOfOneTask world;
  int64_t records = 3;
};

TEST_F(SourceStory, ReadsASplitStepByStepToItsEnd) {
  world.start();
  EXPECT_EQ(world.seen(), (Lines{"enumerator: splits?", "running"}));
  world.task().on_coordinator_event(src, "split 0");
  ASSERT_EQ(world.announced().size(), 1U);
  world.step(0);
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: 1 2"});
  world.run_steps();
  // Without checkpoints there is nothing to wait for.
  EXPECT_EQ(world.seen(),
            (Lines{"-> out[0]: 3 <W MAX>", "source.end_input", "-> out[0]: <end of data>",
                   "all data done", "-> out[0]: <end of partition>", "finished"}));
}

TEST_F(SourceStory, WithoutSplitsItEndsAtOnce) {
  world.start();
  world.task().on_coordinator_event(src, "no splits");
  EXPECT_EQ(world.task().state(), ExecutionState::kFinished);
}

TEST_F(SourceStory, UnderBackpressureTheSplitWaits) {
  records = 9;
  world.start(1);
  world.task().on_coordinator_event(src, "split 0");
  world.run_steps();
  EXPECT_EQ(world.seen().back(), "-> out[0]: 1 2");  // 3 4 is read and waits, then nothing more
  EXPECT_TRUE(world.announced().empty());
  world.task().on_credit(0, 1);
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: 3 4"});
  EXPECT_EQ(world.announced().size(), 1U);
}

// Flink 1.12, and FLINK-40499: what it loses at the end, a source here keeps by waking up first.
TEST_F(SourceStory, WhileIdleItsWatermarksAreLostButNotTheLast) {
  world.start();
  world.task().on_coordinator_event(src, "turn idle");
  world.task().on_coordinator_event(src, "turn idle");
  world.task().on_coordinator_event(src, "watermark 5");
  world.seen();
  EXPECT_EQ(world.count(kind_of<StatusChanged>()), 1U);
  EXPECT_EQ(world.count(kind_of<WatermarkAdvanced>()), 0U);
  world.task().on_coordinator_event(src, "no splits");
  EXPECT_EQ(world.seen(), (Lines{"-> out[0]: <active>", "-> out[0]: <W MAX>", "source.end_input",
                                 "-> out[0]: <end of data>", "all data done",
                                 "-> out[0]: <end of partition>", "finished"}));
}

TEST_F(SourceStory, AFailedTaskSaysNoMoreNotEvenInTheSameCall) {
  world.start();
  world.seen();
  world.task().on_coordinator_event(src, "fail");
  EXPECT_EQ(world.seen(), Lines{"failed: fenced"});
}

TEST_F(SourceStory, ATriggerSendsTheBarrierBetweenTwoSteps) {
  world.start();
  world.task().on_coordinator_event(src, "split 0");
  world.step(0);
  world.seen();
  world.task().trigger_checkpoint({1}, {0});
  world.task().trigger_checkpoint({1}, {0});  // an id comes once
  EXPECT_EQ(world.seen(), Lines{"-> out[0]: <barrier 1>"});
  world.answer_storage();
  EXPECT_EQ(world.seen(), Lines{"acknowledge 1 checkpoints/1/src[0]#1"});
}

TEST_F(SourceStory, BeforeItRunsItDeclinesAndTellsDownstream) {
  world.description.restore_from = {1};
  world.description.snapshot_blob = "late";
  world.start();
  world.task().trigger_checkpoint({2}, {0});
  EXPECT_EQ(world.seen(), (Lines{"decline 2: the task is not running", "-> out[0]: <cancel 2>"}));
}

class SinkStory : public ::testing::Test {
 protected:
  SinkStory() : world(with_checkpoints(), "out") {
    world.operators.makers["out"] = [this] {
      auto sink = std::make_unique<Adder>("out", world.log);
      sink->as_sink = true;
      return sink;
    };
    world.start();
    world.seen();
  }
  static GraphOf with_checkpoints() {
    GraphOf g = line();
    g.graph().config.checkpoint.interval = Duration{1000};
    return g;
  }
  void checkpoint(uint64_t id) {
    world.send(0, {}, CheckpointBarrier{{id}, {0}});
    world.run_steps();
  }
  const NodeId out{1};
  WorldOfOneTask world;
};

TEST_F(SinkStory, AcknowledgesWhenStoredAndReleasedWhicheverComesLast) {
  checkpoint(1);
  world.seen();
  world.answer_storage();
  EXPECT_EQ(world.seen(), Lines{});
  world.task().on_external(out, "release 1");
  EXPECT_EQ(world.seen(), Lines{"acknowledge 1 checkpoints/1/out[0]#1"});
  checkpoint(2);
  world.task().on_external(out, "release 2");
  world.seen();
  world.answer_storage();
  EXPECT_EQ(world.seen(), Lines{"acknowledge 2 checkpoints/2/out[0]#1"});
}

TEST_F(SinkStory, AReleaseAfterTheAbortIsTooLate) {
  checkpoint(1);
  world.answer_storage();
  world.task().notify_aborted({1}, {0});
  world.seen();
  world.task().on_external(out, "release 1");
  EXPECT_EQ(world.seen(), Lines{});
}

TEST_F(SinkStory, StaysUntilItsLastCommitIsAnswered) {
  world.send(0, {}, EndOfData{});
  world.run_steps();
  checkpoint(1);
  world.task().on_external(out, "release 1");
  world.answer_storage();
  world.send(0, {}, EndOfPartition{});
  world.run_steps();
  world.task().on_external(out, "open");
  world.task().notify_complete({1});
  EXPECT_EQ(world.task().state(), ExecutionState::kRunning);
  world.task().on_external(out, "close");
  EXPECT_EQ(world.task().state(), ExecutionState::kFinished);
}

TEST_F(SinkStory, FailsItsTaskFromOutsideACall) {
  world.task().on_external(out, "fail");
  EXPECT_EQ(world.seen(), Lines{"failed: fenced"});
}

TEST_F(SinkStory, HearsThatTheLogIsGone) {
  world.config.log = ProcessId{5};
  world.task().on_disconnect({5});
  EXPECT_EQ(world.seen(), Lines{"out.log gone"});
}

}  // namespace
}  // namespace leat
