#include <gtest/gtest.h>

#include "rim.h"

namespace leat::rim {
namespace {

using Facts = std::vector<std::string>;
using Seen = std::vector<int64_t>;

ProducerRequest request(uint32_t attempt, uint64_t number, ProducerOp op) {
  return {"out", 0, attempt, number, std::move(op)};
}
TransactionId t(uint32_t attempt, uint32_t counter) { return transaction_id(0, attempt, counter); }

// A producer that has written rows into its first transaction.
void open_with_rows(World& world, uint32_t attempt, std::vector<int64_t> values) {
  world.ask(request(attempt, 0, OpenProducer{}));
  world.ask(request(attempt, 1, Produce{t(attempt, 0), rows(std::move(values))}));
}

TEST(LogBroker, RowsOfATransactionAreSeenWhenItIsCommitted) {
  World world;
  open_with_rows(world, 1, {1, 2});
  world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 2}));
  EXPECT_EQ(world.answer(), "done 0; done 1; done 2");
  EXPECT_EQ(world.committed, Seen{});

  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  EXPECT_EQ(world.answer(), "done 3");
  EXPECT_EQ(world.committed, (Seen{1, 2}));
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 4", "commit 1.0"}));
}

TEST(LogBroker, AppendedRowsAreSeenAtOnce) {
  World world;
  world.ask(request(1, 0, OpenProducer{}));
  world.ask(request(1, 1, Append{rows({5})}));
  EXPECT_EQ(world.answer(), "done 0; done 1");
  EXPECT_EQ(world.committed, Seen{5});
}

TEST(LogBroker, AnOlderAttemptIsFencedAndWhatItLeftOpenIsAborted) {
  World world;
  open_with_rows(world, 1, {1});
  world.ask(request(2, 0, OpenProducer{}));
  world.ask(request(1, 2, Produce{t(1, 0), rows({2})}));
  EXPECT_EQ(world.answer(), "done 0; done 1; done 0; ProducerFenced");
  EXPECT_EQ(world.facts, Facts{"abort 1.0"});
}

TEST(LogBroker, AFencedAttemptCannotEvenCommit) {
  World world;
  open_with_rows(world, 1, {1});
  world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 1}));
  world.ask(request(2, 0, OpenProducer{{4}}));
  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  EXPECT_EQ(world.answer(), "done 0; done 1; done 2; done 0; ProducerFenced");
  EXPECT_EQ(world.committed, Seen{});
}

TEST(LogBroker, ARequestThatComesTwiceTakesEffectOnce) {
  World world;
  open_with_rows(world, 1, {1});
  world.ask(request(1, 1, Produce{t(1, 0), rows({1})}));
  for (int i = 0; i < 2; ++i) world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 1}));
  for (int i = 0; i < 2; ++i) world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  EXPECT_EQ(world.answer(), "done 0; done 1; done 1; done 2; done 2; done 3; done 3");
  EXPECT_EQ(world.committed, Seen{1});
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 4", "commit 1.0"}));
}

TEST(LogBroker, AHoleInTheNumbersIsRefusedWithTheNumberThatIsMissing) {
  World world;
  world.ask(request(1, 0, OpenProducer{}));
  world.ask(request(1, 2, Produce{t(1, 0), rows({2})}));
  EXPECT_EQ(world.answer(), "done 0; missing 1");
  world.ask(request(2, 3, Produce{t(2, 0), rows({2})}));  // of a session that was never opened
  EXPECT_EQ(world.answer(), "missing 0");
}

// Subtask 0 of attempt 2 comes from checkpoint 4: what was pre-committed for 4 is in its snapshot,
// what was pre-committed for 5 will be produced again.
TEST(LogBroker, OpeningKeepsWhatTheRestoredCheckpointAnswersFor) {
  World world;
  open_with_rows(world, 1, {1});
  world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 1}));
  world.ask(request(1, 3, Produce{t(1, 1), rows({2})}));
  world.ask(request(1, 4, PreCommit{t(1, 1), {5}, 1}));
  world.ask(request(1, 5, Produce{t(1, 2), rows({3})}));
  world.ask(request(2, 0, OpenProducer{{4}}));
  world.ask(request(2, 1, CommitTransaction{t(1, 0)}));
  world.settle();
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 4", "pre-commit 1.1 for 5", "abort 1.1",
                                "abort 1.2", "commit 1.0"}));
  EXPECT_EQ(world.committed, Seen{1});
}

// Also without checkpoints a job ends with a pre-commit; a new attempt answers for none of it.
TEST(LogBroker, OpeningFromNothingKeepsNothing) {
  World world;
  open_with_rows(world, 1, {1});
  world.ask(request(1, 2, PreCommit{t(1, 0), {0}, 1}));
  world.ask(request(2, 0, OpenProducer{}));
  world.settle();
  EXPECT_EQ(world.facts, (Facts{"pre-commit 1.0 for 0", "abort 1.0"}));
}

TEST(LogBroker, ACommitCanBeRepeatedByALaterAttempt) {
  World world;
  open_with_rows(world, 1, {1});
  world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 1}));
  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  world.ask(request(2, 0, OpenProducer{{4}}));
  world.ask(request(2, 1, CommitTransaction{t(1, 0)}));
  world.ask(request(2, 2, AbortTransaction{t(1, 0)}));  // too late to matter
  EXPECT_EQ(world.answer(), "done 0; done 1; done 2; done 3; done 0; done 1; done 2");
  EXPECT_EQ(world.committed, Seen{1});
}

TEST(LogBroker, ACommitAfterALongTimeWorksUntilTheTimeOut) {
  World world({{}, {{"out", World::kSink}}, Duration{1000}});
  open_with_rows(world, 1, {1});
  world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 1}));
  world.run_to(999);
  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  world.run_to(5000);
  EXPECT_EQ(world.committed, Seen{1});
  EXPECT_EQ(world.facts.back(), "commit 1.0");  // and no time-out afterwards
}

TEST(LogBroker, ATransactionThatTimedOutIsRefusedByNameForEver) {
  World world({{}, {{"out", World::kSink}}, Duration{1000}});
  open_with_rows(world, 1, {1});
  world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 1}));
  world.answer();
  world.run_to(1000);
  EXPECT_EQ(world.facts.back(), "abort 1.0");
  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));  // the first answer was lost
  world.ask(request(2, 0, OpenProducer{{4}}));
  world.ask(request(2, 1, CommitTransaction{t(1, 0)}));
  EXPECT_EQ(world.answer(),
            "TransactionTimedOut; TransactionTimedOut; done 0; TransactionTimedOut");
  EXPECT_EQ(world.committed, Seen{});
}

TEST(LogBroker, AfterARefusalTheSessionIsOver) {
  World world;
  world.ask(request(1, 0, OpenProducer{}));
  world.ask(request(1, 1, CommitTransaction{t(1, 3)}));
  world.ask(request(1, 2, Append{rows({1})}));
  world.ask(request(2, 0, OpenProducer{}));
  EXPECT_EQ(world.answer(), "done 0; UnknownTransaction; UnknownTransaction; done 0");
}

TEST(LogBroker, WhatBreaksTheProtocolIsRefusedByName) {
  const auto after = [](std::vector<ProducerOp> ops) {
    World world;
    uint64_t number = 0;
    for (ProducerOp& op : ops) world.ask(request(1, number++, std::move(op)));
    const std::string all = world.answer();
    return all.substr(all.rfind("; ") + 2);
  };
  const ProducerOp open = OpenProducer{};
  const ProducerOp one = Produce{t(1, 0), rows({1})};
  EXPECT_EQ(after({open, one, PreCommit{t(1, 0), {4}, 2}}), "IncompleteTransaction");
  EXPECT_EQ(after({open, one, CommitTransaction{t(1, 0)}}), "InvalidTransactionState");
  EXPECT_EQ(after({open, one, PreCommit{t(1, 0), {4}, 1}, one}), "InvalidTransactionState");
  EXPECT_EQ(after({open, PreCommit{t(1, 0), {4}, 0}}), "InvalidTransactionState");
  EXPECT_EQ(after({open, CommitTransaction{t(1, 3)}}), "UnknownTransaction");
  EXPECT_EQ(after({open, Produce{t(2, 0), rows({1})}}), "InvalidTransactionState");
  EXPECT_EQ(after({open, one, AbortTransaction{t(1, 0)}, one}), "InvalidTransactionState");

  World world;
  world.ask(ProducerRequest{"nowhere", 0, 1, 0, OpenProducer{}});
  EXPECT_EQ(world.answer(), "UnknownTopic");
}

// ---- persisted ----

TEST(LogBroker, APersistedCommitIsAnsweredWhenItIsInStorage) {
  World world({{}, {{"out", World::kSink}}}, true);
  open_with_rows(world, 1, {1, 2});
  world.ask(request(1, 2, PreCommit{t(1, 0), {4}, 2}));
  world.answer();
  world.hold_blobs = true;
  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  world.ask(request(1, 3, CommitTransaction{t(1, 0)}));
  EXPECT_EQ(world.answer(), "");
  world.hold_blobs = false;
  world.blob_failures = 1;
  EXPECT_EQ(world.answer(), "done 3");
  ASSERT_EQ(world.blobs.size(), 1u);
  EXPECT_TRUE(world.blobs.begin()->first.starts_with(committed_prefix("out")));
  EXPECT_EQ(decode_committed(world.blobs.begin()->second).hash(), rows({1, 2}).hash());
}

// ---- consumers ----

LogTopics one_topic(std::vector<std::vector<Splits::Record>> records) {
  return {{{"in", splits(std::move(records))}}, {}};
}
Fetch fetch(uint32_t partition, uint64_t offset, int64_t hold = 60000) {
  return {"in", partition, 1, offset, 1, 256, Duration{hold}};
}

TEST(LogBroker, AFetchTakesWhatHasArrivedAndNoMore) {
  World world(one_topic({{{0, 10}, {5, 11}, {9, 12}}}));
  world.run_to(5);
  world.ask(fetch(0, 0));
  EXPECT_EQ(world.answer(), "0@0/3: 10 11");
}

TEST(LogBroker, AFetchIsHeldUntilARecordArrives) {
  World world(one_topic({{{0, 10}, {700, 11}}}));
  world.ask(fetch(0, 1));
  world.run_to(699);
  EXPECT_EQ(world.answer(), "");
  world.run_to(700);
  EXPECT_EQ(world.answer(), "0@1/2: 11");
}

TEST(LogBroker, AFetchThatWasHeldLongEnoughIsAnsweredEmpty) {
  World world(one_topic({{{0, 10}, {700, 11}}}));
  world.ask(fetch(0, 1, 500));
  world.run_to(500);
  EXPECT_EQ(world.answer(), "0@1/2:");
}

TEST(LogBroker, AFetchThatIsMadeAgainReplacesTheHeldOne) {
  World world(one_topic({{{0, 10}, {700, 11}}}));
  world.ask(fetch(0, 1));
  world.ask(fetch(0, 1));
  world.run_to(700);
  EXPECT_EQ(world.answer(), "0@1/2: 11");
}

TEST(LogBroker, AtTheEndOfAPartitionNothingIsHeld) {
  World world(one_topic({{{0, 10}}, {}}));
  world.ask(fetch(0, 1));
  world.ask(fetch(1, 0));
  EXPECT_EQ(world.answer(), "0@1/1:; 1@0/0:");
  world.ask(Fetch{"nowhere", 0, 1, 0, 1, 256, {}});
  EXPECT_EQ(world.answer(), "UnknownTopic");
}

TEST(LogBroker, AHeldFetchEndsWithItsConnection) {
  World world(one_topic({{{0, 10}, {700, 11}}}));
  world.ask(fetch(0, 1));
  world.settle();
  world.cut();
  world.run_to(1000);
  EXPECT_EQ(world.answer(), "");
}

}  // namespace
}  // namespace leat::rim
