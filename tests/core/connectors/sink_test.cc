#include <gtest/gtest.h>
//
#include <rapidcheck/gtest.h>

#include "rim.h"

namespace leat::rim {
namespace {

using Facts = std::vector<std::string>;
using Seen = std::vector<int64_t>;
using Ids = std::set<uint64_t>;

StreamNode transactional() { return sink_node(SinkSpec::Kind::kTransactional); }

TEST(TransactionalSink, RowsAreSeenWhenTheirCheckpointHasCompleted) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  sink.rows({1, 2});
  sink.snapshot(1);
  sink.rows({3});
  world.settle();
  EXPECT_EQ(world.committed, Seen{});
  sink.complete(1);
  world.settle();
  EXPECT_EQ(world.committed, (Seen{1, 2}));
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 1", "commit 1.0"}));
}

// FLINK-5701: a checkpoint confirmed while sends are pending loses rows.
TEST(TransactionalSink, TheAcknowledgementWaitsUntilTheLogHasTheRows) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  sink.rows({1});
  sink.snapshot(1);
  EXPECT_EQ(sink.held, Ids{1});
  sink.snapshot(2);  // without rows of its own, but its state speaks of the first transaction too
  EXPECT_EQ(sink.held, (Ids{1, 2}));
  world.settle();
  EXPECT_EQ(sink.held, Ids{});
  sink.snapshot(3);
  EXPECT_EQ(sink.held, Ids{});
}

TEST(TransactionalSink, ATransactionWithoutRowsGoesOn) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  sink.snapshot(1);
  sink.complete(1);
  sink.rows({1});
  sink.snapshot(2);
  sink.complete(2);
  world.settle();
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 2", "commit 1.0"}));
}

// FLINK-10377: the notice for 1 never comes.
TEST(TransactionalSink, ANoticeCommitsWhatEarlierCheckpointsFrozeAsWell) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  for (const int64_t n : {1, 2, 3}) {
    sink.rows({n});
    sink.snapshot(static_cast<uint64_t>(n));
  }
  sink.complete(2);
  sink.complete(1);  // stale
  world.settle();
  EXPECT_EQ(world.committed, (Seen{1, 2}));
}

TEST(TransactionalSink, ARestoreCommitsWhatTheSnapshotFrozeAndAbortsTheRest) {
  World world;
  Bytes snapshot;
  {
    Station sink(world, transactional(), with_checkpoints(), 1);
    sink.rows({1});
    snapshot = sink.snapshot(1);
    sink.rows({2});
    sink.snapshot(2);  // does not complete
    sink.rows({3});
    world.settle();
  }
  Station sink(world, transactional(), with_checkpoints(), 2, snapshot);
  sink.rows({4});
  sink.snapshot(3);
  sink.complete(3);
  world.settle();
  EXPECT_EQ(world.committed, (Seen{1, 4}));
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 1", "pre-commit 1.1 for 2", "abort 1.1",
                                "commit 1.0", "pre-commit 2.0 for 3", "commit 2.0"}));
}

// The transaction 1.1 of the restored snapshot was open at the time of the snapshot; its rows come
// again from the sources.
TEST(TransactionalSink, ARestoreAbortsWhatWasOpenAtTheSnapshot) {
  World world;
  Bytes snapshot;
  {
    Station sink(world, transactional(), with_checkpoints(), 1);
    sink.rows({1});
    snapshot = sink.snapshot(1);
    sink.rows({2});
    sink.snapshot(2);
    sink.complete(2);
    world.settle();
  }
  EXPECT_EQ(world.committed, (Seen{1, 2}));
  Station sink(world, transactional(), with_checkpoints(), 2, snapshot);
  world.settle();
  EXPECT_EQ(sink.failure, "");  // also where, against the rule, an old snapshot was taken
}

TEST(TransactionalSink, ACommitThatIsNotAnsweredStaysInLaterSnapshots) {
  World world;
  Bytes snapshot;
  {
    Station sink(world, transactional(), with_checkpoints(), 1);
    sink.rows({1});
    sink.snapshot(1);
    world.settle();
    sink.complete(1);
    world.cut();  // the commit is lost
    snapshot = sink.snapshot(2);
    EXPECT_FALSE(sink.op().ready_to_close());
  }
  Station sink(world, transactional(), with_checkpoints(), 2, snapshot);
  world.settle();
  EXPECT_EQ(world.committed, Seen{1});
}

TEST(TransactionalSink, AnAnsweredCommitLeavesTheSnapshots) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  const Bytes empty = sink.snapshot(1);
  sink.rows({1});
  const Bytes full = sink.snapshot(2);
  sink.complete(2);
  world.settle();
  EXPECT_TRUE(sink.op().ready_to_close());
  EXPECT_LT(sink.snapshot(3).size(), full.size());
}

TEST(TransactionalSink, AResetInTheMiddleLosesAndDoublesNothing) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  sink.rows({1});
  sink.snapshot(1);
  world.cut();
  sink.rows({2});
  EXPECT_EQ(sink.held, Ids{1});
  world.run_to(99);
  EXPECT_EQ(sink.held, Ids{1});  // it pauses before it tries again
  world.run_to(100);
  EXPECT_EQ(sink.held, Ids{});
  sink.complete(1);
  world.settle();
  EXPECT_EQ(world.committed, Seen{1});
}

TEST(TransactionalSink, AfterAResetNewRequestsWaitBehindThoseThatAreSentAgain) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  sink.rows({1});
  sink.snapshot(1);
  world.cut();
  const uint64_t before = world.messages;
  sink.rows({2});
  sink.snapshot(2);
  EXPECT_EQ(world.messages, before);
  world.run_to(100);
  EXPECT_EQ(world.messages, before + 5);  // opening, rows, pre-commit, rows, pre-commit
  EXPECT_EQ(sink.held, Ids{});
}

TEST(TransactionalSink, AHoleThatTheLogNoticesIsFilledSoon) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  world.settle();
  world.silent_loss = true;
  sink.rows({1});
  sink.snapshot(1);
  world.silent_loss = false;
  sink.rows({2});
  sink.snapshot(2);
  world.run_to(100);
  EXPECT_EQ(sink.held, Ids{});
  sink.complete(2);
  world.settle();
  EXPECT_EQ(world.committed, (Seen{1, 2}));
}

// Its place was another's before, whose answers are still on the way.
TEST(TransactionalSink, AnAnswerToAnotherAttemptIsNotItsOwn) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 2);
  sink.rows({1});
  sink.snapshot(1);
  for (uint64_t number = 0; number < 3; ++number) {
    sink.op().on_external(encode(Done{1, number}), sink);
  }
  EXPECT_EQ(sink.held, Ids{1});
}

TEST(TransactionalSink, WhatIsLostInSilenceIsSentAgainAfterAWhile) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  world.silent_loss = true;
  sink.rows({1});
  sink.snapshot(1);
  world.run_to(29999);
  EXPECT_EQ(sink.held, Ids{1});
  world.silent_loss = false;
  world.run_to(30000);
  EXPECT_EQ(sink.held, Ids{});
}

TEST(TransactionalSink, WithoutCheckpointsTheEndOfTheInputCommits) {
  World world;
  Station sink(world, transactional(), JobConfig{}, 1);
  sink.rows({1, 2});
  sink.finish();
  EXPECT_FALSE(sink.op().ready_to_close());
  world.settle();
  EXPECT_TRUE(sink.op().ready_to_close());
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 0", "commit 1.0"}));
}

TEST(TransactionalSink, WithCheckpointsTheLastOneCommitsAndNotTheEnd) {
  World world;
  Station sink(world, transactional(), with_checkpoints(), 1);
  sink.rows({1});
  sink.finish();
  world.settle();
  EXPECT_EQ(world.facts, Facts{});
  sink.snapshot(8);
  sink.complete(8);
  world.settle();
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 8", "commit 1.0"}));
}

TEST(TransactionalSink, ATransactionThatTimedOutFailsTheTaskByName) {
  World world({{}, {{"out", World::kSink}}, Duration{1000}});
  Station sink(world, transactional(), with_checkpoints(), 1);
  sink.rows({1});
  sink.snapshot(1);
  world.run_to(2000);
  sink.complete(1);
  world.settle();
  EXPECT_NE(sink.failure.find("TransactionTimedOut"), std::string::npos) << sink.failure;
}

TEST(TransactionalSink, AFencedAttemptFails) {
  World world;
  Station old(world, transactional(), with_checkpoints(), 1);
  Station young(world, transactional(), with_checkpoints(), 2);
  world.settle();
  old.rows({1});
  old.snapshot(1);
  world.settle();
  EXPECT_NE(old.failure.find("ProducerFenced"), std::string::npos) << old.failure;
  EXPECT_EQ(old.held, Ids{1});
}

TEST(AtLeastOnceSink, RowsAreSeenAtOnceAndFlushedBeforeTheAcknowledgement) {
  World world;
  Station sink(world, sink_node(SinkSpec::Kind::kAtLeastOnce), with_checkpoints(), 1);
  sink.rows({1});
  sink.snapshot(1);
  EXPECT_EQ(sink.held, Ids{1});
  EXPECT_FALSE(sink.op().ready_to_close());
  world.settle();
  EXPECT_EQ(world.committed, Seen{1});
  EXPECT_EQ(sink.held, Ids{});
  EXPECT_TRUE(sink.op().ready_to_close());
}

TEST(AtLeastOnceSink, AResetDoublesNothingWithinAnAttempt) {
  World world;
  Station sink(world, sink_node(SinkSpec::Kind::kPrint), with_checkpoints(), 1);
  sink.rows({1});
  world.settle();
  sink.rows({2});
  world.cut();
  sink.rows({3});
  world.run_to(1000);
  EXPECT_EQ(world.committed, (Seen{1, 2, 3}));
}

// A source of the numbers 0, 1, 2, ... feeds the sink; attempts die, connections are cut, messages
// vanish, checkpoints complete or not, notices come or not. In the end each number was committed
// once, in order.
RC_GTEST_PROP(TransactionalSink, EveryRowIsCommittedOnceWhateverHappens, ()) {
  World world;
  uint32_t attempt = 1;
  uint64_t checkpoint = 0;
  int64_t next = 0;
  struct Completed {
    Bytes state;
    int64_t next = 0;
  } completed;
  auto sink = std::make_unique<Station>(world, transactional(), with_checkpoints(), attempt);
  const auto checkpoint_now = [&](bool completes, bool notified) {
    const Bytes state = sink->snapshot(++checkpoint);
    if (completes) world.run_to(world.now.ms + 100000);
    if (!completes || sink->held.contains(checkpoint)) return;
    completed = {state, next};
    if (notified) sink->complete(checkpoint);
  };
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
  for (const int step : steps) {
    switch (step) {
      case 0:
      case 1:
        sink->rows({next, next + 1});
        next += 2;
        break;
      case 2:
        world.run_to(world.now.ms + 150);
        break;
      case 3:
        world.cut();
        break;
      case 4:
        checkpoint_now(true, true);
        break;
      case 5:
        checkpoint_now(true, false);
        break;
      case 6:
        checkpoint_now(false, false);
        break;
      default:
        if (*rc::gen::arbitrary<bool>()) world.settle();
        sink.reset();
        sink = std::make_unique<Station>(world, transactional(), with_checkpoints(), ++attempt,
                                         completed.state);
        next = completed.next;
    }
  }
  checkpoint_now(true, true);
  world.run_to(world.now.ms + 100000);
  RC_ASSERT(sink->op().ready_to_close());
  RC_ASSERT(sink->failure == "");
  std::vector<int64_t> all(static_cast<size_t>(next));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  RC_ASSERT(world.committed == all);
}

}  // namespace
}  // namespace leat::rim
