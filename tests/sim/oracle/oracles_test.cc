// Each oracle is silent about a correct run, and says the one right thing about a wrong one, with
// all other oracles off.
#include <gtest/gtest.h>

#include "sim/oracle/classes.h"
#include "tests/sim/oracle/story.h"

namespace leat::story {
namespace {

using Names = std::vector<std::string>;

struct Wrong : ::testing::Test {
  JobProgram program = window_job(two_splits());
  Story s = correct(program);
  std::string found(OracleKind kind, EndOfRun end = {}) {
    const Verdict verdict = s.play({kind}, std::move(end));
    std::string text;
    for (const std::string& name : names(verdict)) text += (text.empty() ? "" : " ") + name;
    return text;
  }
};

TEST_F(Wrong, NothingIsSaidAboutACorrectRunWithACrash) {
  const Verdict verdict = s.play(all_oracles());
  for (const Violation& v : verdict.violations) {
    ADD_FAILURE() << v.oracle << " " << v.name << " " << v.where << " " << v.subject
                  << "\n  expected " << v.expected << "\n  got " << v.got << "\n  rule " << v.rule;
  }
  for (const OracleKind kind : all_oracles()) {
    if (kind == OracleKind::kTimers || kind == OracleKind::kJoins || kind == OracleKind::kCalls ||
        kind == OracleKind::kAlignment)
      continue;  // this job has none
    EXPECT_GT(verdict.judged.at(name_of(kind)), 0u) << name_of(kind);
  }
  EXPECT_EQ(verdict.classes.at("out"), "confluent");
}

// ---- output ----
TEST_F(Wrong, ARowThatIsNeverCommittedIsMissing) {
  s.erase(s.find_tap(Tap::kCommitted, kOut, 1));
  EXPECT_EQ(found(OracleKind::kOutput), "missing_result");
}
TEST_F(Wrong, ATransactionThatIsCommittedTwiceDoublesItsRows) {
  const size_t at = s.find_tap(Tap::kCommitted, kOut, 0);
  s.steps.push_back(s.steps[at]);
  EXPECT_EQ(found(OracleKind::kOutput), "duplicate_result");
}
TEST_F(Wrong, ARowThatNobodyAskedForIsExtra) {
  const size_t at = s.find_tap(Tap::kCommitted, kOut, 0);
  std::get<Tapped>(s.steps[at].what).rows.append(pane("c", 0, 1), EventTime{9});
  EXPECT_EQ(found(OracleKind::kOutput), "extra_result");
}
TEST_F(Wrong, AnotherSumForTheSameWindowIsAWrongValue) {
  const size_t at = s.find_tap(Tap::kCommitted, kOut, 0);
  std::get<Tapped>(s.steps[at].what).rows.row(0)[3] = Value::integer(7);
  const Verdict verdict = s.play({OracleKind::kOutput});
  ASSERT_EQ(verdict.violations.size(), 1u);
  EXPECT_EQ(verdict.violations[0].name, "wrong_value");
  EXPECT_EQ(verdict.violations[0].subject, "key=a window=[0, 10)");
  EXPECT_EQ(verdict.violations[0].got, "(" + to_text(Row{pane("a", 0, 7)}) + ")");
}
TEST_F(Wrong, WhatTheScenarioExpectsIsCompared) {
  EndOfRun end;
  end.expected["out"].rows = {pane("a", 0, 6), pane("a", 10, 72), pane("b", 0, 16),
                              pane("b", 10, 32)};
  EXPECT_EQ(found(OracleKind::kOutput, end), "");
  end.expected["out"].rows.pop_back();
  EXPECT_EQ(found(OracleKind::kOutput, end), "extra_result");
}
TEST_F(Wrong, AnUnfinishedRunOwesNothingButMayCommitNothingWrong) {
  EndOfRun end;
  end.how = EndOfRun::How::kOutOfTime;
  s.erase(s.find_tap(Tap::kCommitted, kOut, 1));
  EXPECT_EQ(found(OracleKind::kOutput, end), "");
}

// ---- windows ----
TEST_F(Wrong, AWindowEndOffByOne) {
  const size_t at = s.find_tap(Tap::kOutput, kSum, 0);
  std::get<Tapped>(s.steps[at].what).rows.row(0)[2] = Value::time(11);
  EXPECT_EQ(found(OracleKind::kWindows), "wrong_window");
}
TEST_F(Wrong, APaneThatFiresBeforeItsWatermark) {
  Story early(program);
  early.start();
  early.assign(0, 0);
  early.read(0, 0, 2);
  early.fire(0, pane("a", 0, 6));
  s.steps = early.steps;
  EXPECT_EQ(found(OracleKind::kWindows), "early_fire");
}
TEST_F(Wrong, APaneThatNeverFires) {
  s.erase(s.find_tap(Tap::kOutput, kSum, 1));
  EXPECT_EQ(found(OracleKind::kWindows), "never_fired");
}
TEST_F(Wrong, APaneThatForgotARow) {
  const size_t at = s.find_tap(Tap::kOutput, kSum, 0);
  std::get<Tapped>(s.steps[at].what).rows.row(0)[3] = Value::integer(4);
  EXPECT_EQ(found(OracleKind::kWindows), "wrong_value");
}
TEST_F(Wrong, ARowInTimeIsDeclaredLate) {
  const size_t at = s.find_tap(Tap::kInput, kSum, 0);
  s.insert(at + 1, {0, Fact{LateRecord{ExecutionId{{VertexId{1}, 0}, 1}, kSum, EventTime{1},
                                       EventTime::min(), 0}}});
  EXPECT_EQ(found(OracleKind::kWindows), "late_lost");
}

struct Late : ::testing::Test {
  // The second row of b comes 20 behind: watermark 14 has passed its window.
  Splits splits = {{{"a", 1, 20}}, {{"b", 8, 20}, {"b", 16, 2}}};
  JobProgram program = window_job(splits);
  Story s{program};
  void tell(bool declared) {
    s.start();
    s.assign(0, 0);
    s.read(0, 0, 1);
    s.read(1, 0, 1);
    s.watermark(14);
    s.read(1, 1, 1);
    if (declared) s.fact(LateRecord{s.task(2), kSum, EventTime{2}, EventTime{14}, 0});
    s.watermark(15);
  }
};
TEST_F(Late, ARowBehindItsWindowIsDeclaredLate) {
  tell(true);
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(names(s.play({OracleKind::kWindows}, end)), Names{});
}
TEST_F(Late, ARowBehindItsWindowIsTakenAllTheSame) {
  tell(false);
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(names(s.play({OracleKind::kWindows}, end)), Names{"late_wrongly_accepted"});
}
TEST_F(Late, DisorderBeyondTheBoundMakesTheSinkLateSensitive) {
  const Plan plan(program);
  EXPECT_EQ(sink_classes(plan).at("out"), "late-sensitive");
}
TEST_F(Late, WhoFallsSilentMayComeBackLateWhateverItsWatermarks) {
  JobProgram calm = window_job(two_splits());
  WatermarkSpec& watermark = std::get<SourceSpec>(calm.graph.nodes[kIn.value].spec).watermark;
  EXPECT_EQ(sink_classes(Plan(calm)).at("out"), "confluent");
  watermark.kind = WatermarkSpec::Kind::kNone;
  EXPECT_EQ(sink_classes(Plan(calm)).at("out"), "confluent");
  watermark.idle_after = Duration{1000};
  EXPECT_EQ(sink_classes(Plan(calm)).at("out"), "late-sensitive");
}

// Sessions of 10: [0, 10) is closed by the watermark 9, and the row that begins at 10 is not late.
struct Meeting : ::testing::Test {
  std::string class_of(const Splits& splits, int64_t bound) {
    JobProgram program = window_job(splits);
    std::get<SourceSpec>(program.graph.nodes[kIn.value].spec).watermark.bound = Duration{bound};
    auto& window = std::get<WindowSpec>(program.graph.nodes[kSum.value].spec);
    window.assigner = WindowSpec::Assigner::kSession;
    window.gap = Duration{10};
    return sink_classes(Plan(program)).at("out");
  }
};
TEST_F(Meeting, ASessionThatEndsWhereTheNextBeginsMayBeClosedBeforeIt) {
  EXPECT_EQ(class_of({{{"a", 1, 0}, {"b", 1, 10}, {"a", 1, 10}}}, 0), "late-sensitive");
}
TEST_F(Meeting, WhereNoWatermarkStandsRightBeforeARowTheyAreOne) {
  EXPECT_EQ(class_of({{{"a", 1, 0}, {"b", 1, 10}, {"a", 1, 10}}}, 1), "confluent");
}
TEST_F(Meeting, SessionsThatOverlapAreOneInAnyOrder) {
  EXPECT_EQ(class_of({{{"a", 1, 1}, {"b", 1, 10}, {"a", 1, 10}}}, 0), "confluent");
}
TEST_F(Meeting, ARowBetweenBridgesWhatWouldMeet) {
  EXPECT_EQ(class_of({{{"a", 1, 0}, {"a", 1, 5}, {"b", 1, 10}, {"a", 1, 10}}}, 0), "confluent");
}

// ---- where rows go ----
TEST_F(Wrong, AKeyThatMovesToAnotherSubtask) {
  const size_t at = s.find_tap(Tap::kInput, kSum, 1);
  auto& tapped = std::get<Tapped>(s.steps[at].what);
  tapped.execution.subtask.index = 1 - tapped.execution.subtask.index;
  const Verdict verdict = s.play({OracleKind::kLedger});
  ASSERT_FALSE(verdict.violations.empty());
  EXPECT_EQ(verdict.violations[0].rule, "a key lives in the subtask that holds its key group");
}
TEST_F(Wrong, RowsThatAreDealtOutUnevenly) {
  program.graph.nodes[kSum.value].inputs[0].partitioning = Partitioning::kRebalance;
  program.job.edges[0].partitioning = Partitioning::kRebalance;
  Story uneven(program);
  uneven.start();
  uneven.fact(BatchSent{uneven.task(0), 0, 0, 3, 1});
  uneven.fact(BatchSent{uneven.task(0), 1, 0, 2, 1});
  s.steps = uneven.steps;
  const auto is_uneven = [](const Violation& v) {
    return v.rule == "rows that are dealt out go round";
  };
  const auto times = [&] {
    const Verdict verdict = s.play({OracleKind::kLedger});
    return std::count_if(verdict.violations.begin(), verdict.violations.end(), is_uneven);
  };
  EXPECT_EQ(times(), 0);
  s.get<BatchSent>(s.find<BatchSent>()).rows = 4;
  EXPECT_EQ(times(), 1);
}

// ---- operators ----
TEST_F(Wrong, AMapThatLosesARow) {
  s.erase(s.find_tap(Tap::kOutput, kTwice, 0));
  EXPECT_EQ(found(OracleKind::kOperators), "missing_result");
}
TEST_F(Wrong, AMapThatMakesAnotherRow) {
  const size_t at = s.find_tap(Tap::kOutput, kTwice, 0);
  std::get<Tapped>(s.steps[at].what).rows.row(0)[1] = Value::integer(3);
  EXPECT_EQ(found(OracleKind::kOperators), "wrong_value");
}
TEST_F(Wrong, AMapThatRepeatsARow) {
  const size_t at = s.find_tap(Tap::kOutput, kTwice, 0);
  s.insert(at, s.steps[at]);
  EXPECT_EQ(found(OracleKind::kOperators), "extra_result");
}

// ---- watermarks ----
TEST_F(Wrong, AWatermarkAboveTheLeastInput) {
  s.get<WatermarkAdvanced>(s.find<WatermarkAdvanced>()).time = EventTime{12};
  EXPECT_EQ(found(OracleKind::kWatermarks), "watermark_too_high");
}
TEST_F(Wrong, AWatermarkThatNoChannelHasBrought) {
  const size_t at = s.find<WatermarkAdvanced>([](const auto& w) { return w.node == kSum; });
  // The task before it was idle once, so nothing that it says now holds anybody back.
  s.insert(at, {s.steps[at].at, StatusChanged{s.task(0), kTwice, 1}});
  s.get<WatermarkAdvanced>(at + 1).time = EventTime{12};
  // The sink behind it, which hears 11, then lags as well.
  EXPECT_EQ(found(OracleKind::kWatermarks), "watermark_too_high watermark_stalled");
}
TEST_F(Wrong, AWatermarkThatGoesBack) {
  const size_t at = s.find<WatermarkAdvanced>([](const auto& w) { return w.node == kSum; });
  Step step = s.steps[at];
  std::get<WatermarkAdvanced>(std::get<Fact>(step.what)).time = EventTime{5};
  s.insert(at + 1, step);
  EXPECT_EQ(found(OracleKind::kWatermarks), "watermark_regressed");
}
TEST_F(Wrong, ASplitIsIdleBeforeItWasSilentForLongEnough) {
  std::get<SourceSpec>(program.graph.nodes[kIn.value].spec).watermark.idle_after = Duration{50};
  Story idle(program);
  idle.start();
  idle.assign(0, 0);
  idle.now = 20;
  idle.read(1, 0, 1);
  idle.now = 70;
  idle.fact(SplitIdle{idle.task(0), kIn, 1, 1});
  s.steps = idle.steps;
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(found(OracleKind::kWatermarks, end), "");
  s.steps.back().at = 69;
  EXPECT_EQ(found(OracleKind::kWatermarks, end), "watermark_too_high");
}
TEST_F(Wrong, AnOperatorThatNeverHearsOfTheEnd) {
  for (const NodeId node : {kSum, kOut}) {
    s.erase(s.find<WatermarkAdvanced>(
        [&](const auto& w) { return w.node == node && w.time == EventTime::max(); }));
  }
  EXPECT_EQ(found(OracleKind::kWatermarks), "watermark_stalled");
}
TEST_F(Wrong, ASinkThatNeverHearsWhatTheWindowBeforeItHasSaid) {
  s.erase(s.find<WatermarkAdvanced>([](const auto& w) { return w.node == kOut; }));
  EXPECT_EQ(found(OracleKind::kWatermarks), "watermark_stalled");
}
TEST_F(Wrong, TheEndIsAnnouncedBeforeTheEnd) {
  s.erase(s.find<SplitFinished>([](const auto& f) { return f.split == 1; }));
  const size_t last = s.find<SplitRead>([](const auto& r) { return r.split == 1; }, 2);
  s.steps.erase(s.steps.begin() + static_cast<std::ptrdiff_t>(last),
                s.steps.begin() + static_cast<std::ptrdiff_t>(last) + 2);
  EXPECT_EQ(found(OracleKind::kWatermarks), "watermark_too_high");
}

// ---- checkpoints in their turn, and what a sink owes them ----
TEST_F(Wrong, ACheckpointBeginsWhileAnotherIsUnderWay) {
  const size_t first = s.find<CheckpointTriggered>();
  s.insert(first + 1, {0, Fact{CheckpointTriggered{CheckpointId{90}}}});
  s.steps.resize(first + 2);
  EXPECT_EQ(found(OracleKind::kCoordinator), "checkpoint_out_of_turn");
}
TEST_F(Wrong, ACheckpointExpiresBeforeItsTimeout) {
  const size_t first = s.find<CheckpointTriggered>();
  const CheckpointId id = s.get<CheckpointTriggered>(first).checkpoint;
  s.insert(first + 1, {0, Fact{CheckpointAborted{id, AbortReason::kExpired}}});
  s.steps.resize(first + 2);
  EXPECT_EQ(found(OracleKind::kCoordinator), "checkpoint_out_of_turn");
}
TEST_F(Wrong, ASinkAcknowledgesBeforeItsRowsArePreCommitted) {
  s.move(s.find<TransactionPreCommitted>(), s.find<CheckpointCompleted>());
  EXPECT_EQ(found(OracleKind::kTransactions), "inconsistent_cut");
}
TEST_F(Wrong, ASinkPreCommitsFewerRowsThanItHasTaken) {
  s.get<TransactionPreCommitted>(s.find<TransactionPreCommitted>()).rows = 9;
  s.steps.resize(s.find<TransactionPreCommitted>() + 1);
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(found(OracleKind::kTransactions, end), "inconsistent_cut");
}

// ---- cut ----
TEST_F(Wrong, AChannelIsReadBehindItsBarrierBeforeTheSnapshot) {
  const size_t barrier = s.find<BarrierReceived>();
  s.insert(barrier + 1,
           {0, Fact{BatchProcessed{s.get<BarrierReceived>(barrier).execution, 0, 2, 0}}});
  s.insert(barrier, {0, Fact{BatchSent{ExecutionId{{VertexId{0}, 0}, 1}, 0, 2, 0, 0}}});
  s.steps.resize(barrier + 3);
  EXPECT_EQ(found(OracleKind::kCut), "inconsistent_cut");
}
TEST_F(Wrong, ARowIsAppliedAfterTheReceiversSnapshotThatWasSentBeforeTheSenders) {
  const size_t rows = s.find_tap(Tap::kInput, kSum, 1);
  const size_t snapshot =
      s.find<SnapshotTaken>([](const auto& t) { return t.execution.subtask.index == 1; });
  s.move(rows, snapshot + 1);
  EXPECT_EQ(found(OracleKind::kCut), "inconsistent_cut");
}
TEST_F(Wrong, TwoBatchesOfAChannelChangePlaces) {
  s.get<BatchProcessed>(s.find<BatchProcessed>()).sequence = 1;
  EXPECT_EQ(found(OracleKind::kCut), "inconsistent_cut");
}

// The source's last watermark as each of the two channels hears it.
TEST_F(Wrong, OneChannelHearsAWatermarkThatTheOtherDoesNot) {
  const auto control = [&](size_t n) -> uint64_t& {
    return s.get<BatchSent>(s.find<BatchSent>([](const auto& b) { return b.hash == 1; }, n))
        .control;
  };
  control(0) = control(1) = 17;
  EXPECT_EQ(found(OracleKind::kCut), "");
  control(1) = 18;
  EXPECT_EQ(found(OracleKind::kCut), "inconsistent_cut");
}

// ---- restore ----
TEST_F(Wrong, StateThatIsReadBackDiffers) {
  s.get<TaskRestored>(s.find<TaskRestored>()).hash = 5;
  EXPECT_EQ(found(OracleKind::kRestore), "state_corrupt");
}
TEST_F(Wrong, ATaskWorksWithoutItsState) {
  s.erase(s.find<TaskRestored>());
  EXPECT_EQ(found(OracleKind::kRestore), "state_lost");
}

// ---- sources ----
TEST_F(Wrong, AReaderGoesOnOneTooFar) {
  s.get<SplitAssigned>(s.find<SplitAssigned>([](const auto& a) { return a.offset == 2; })).offset =
      3;
  s.get<SplitRead>(s.find<SplitRead>([](const auto& r) { return r.first == 2; }, 1)).first = 3;
  EXPECT_EQ(found(OracleKind::kSources), "offset_gap");
}
TEST_F(Wrong, ASplitThatNobodyReads) {
  for (int i = 0; i < 2; ++i)
    s.erase(s.find<SplitAssigned>([](const auto& a) { return a.split == 1; }));
  for (int i = 0; i < 3; ++i)
    s.erase(s.find<SplitRead>([](const auto& r) { return r.split == 1; }));
  s.erase(s.find<SplitFinished>([](const auto& f) { return f.split == 1; }));
  EXPECT_EQ(found(OracleKind::kSources), "split_unowned");
}
TEST_F(Wrong, ASplitThatIsGivenAwayTwice) {
  const size_t at = s.find<SplitAssigned>();
  s.insert(at, s.steps[at]);
  EXPECT_EQ(found(OracleKind::kSources), "split_shared");
}
TEST_F(Wrong, ARecordThatIsNotTheOneAtItsOffset) {
  const size_t at = s.find_tap(Tap::kSource, kIn, 0);
  std::get<Tapped>(s.steps[at].what).rows.row(1)[1] = Value::integer(99);
  EXPECT_EQ(found(OracleKind::kSources), "offset_gap");
}

TEST(ConsumerGroup, StandsWhereACompletedCheckpointStands) {
  JobProgram program = window_job(two_splits());
  auto& spec = std::get<SourceSpec>(program.graph.nodes[kIn.value].spec);
  spec.kind = SourceSpec::Kind::kLog;
  spec.topic = "in";
  spec.group = "readers";
  Story s = correct(program);
  const auto found = [&] { return names(s.play({OracleKind::kSources})); };
  const uint64_t group = group_hash("in", "readers");
  s.fact(GroupOffsetCommitted{group, 0, 2});  // checkpoint 1
  s.fact(GroupOffsetCommitted{group, 0, 4});
  EXPECT_EQ(found(), Names{});
  s.fact(GroupOffsetCommitted{group, 0, 3});
  EXPECT_EQ(found(), Names{"offset_gap"});
}

// ---- transactions ----
TEST_F(Wrong, ACommitBeforeTheCheckpointHasCompleted) {
  s.move(s.find<TransactionCommitted>(),
         s.find<CheckpointCompleted>([](const auto& c) { return c.checkpoint.value == 3; }));
  EXPECT_EQ(found(OracleKind::kTransactions), "commit_without_checkpoint");
}
TEST_F(Wrong, ATransactionOfACutBackAttemptIsCommitted) {
  const size_t at = s.find<TransactionAborted>();
  const TransactionAborted aborted = s.get<TransactionAborted>(at);
  const size_t frozen = s.find<TransactionPreCommitted>(
      [&](const auto& t) { return t.transaction == aborted.transaction; });
  const TransactionPreCommitted t = s.get<TransactionPreCommitted>(frozen);
  s.erase(at);
  // Even after a later checkpoint has completed.
  s.fact(TransactionCommitted{t.sink, t.subtask, t.transaction, t.rows, t.hash});
  EXPECT_EQ(found(OracleKind::kTransactions), "commit_without_checkpoint");
}
TEST_F(Wrong, APreparedTransactionIsForgotten) {
  s.erase(s.find<TransactionCommitted>());
  EXPECT_EQ(found(OracleKind::kTransactions), "transaction_leaked");
}
TEST_F(Wrong, ATransactionOfACutBackAttemptStaysOpen) {
  s.erase(s.find<TransactionAborted>());
  EXPECT_EQ(found(OracleKind::kTransactions), "transaction_leaked");
}
TEST_F(Wrong, ATransactionThatWasOnlyBegunStaysOpen) {
  EndOfRun end;
  end.transactions = {{kOut, 1, 77}};
  EXPECT_EQ(found(OracleKind::kTransactions, end), "transaction_leaked");
}
TEST_F(Wrong, ATransactionIsCommittedTwice) {
  s.steps.push_back(s.steps[s.find<TransactionCommitted>()]);
  EXPECT_EQ(found(OracleKind::kTransactions), "duplicate_result");
}

// ---- coordinator ----
TEST_F(Wrong, TheJobGoesOnFromAnOlderCheckpoint) {
  Story older(program);
  older.start();
  older.assign(0, 0);
  older.checkpoint(1);
  older.complete(1);
  older.checkpoint(2);
  older.complete(2);
  older.start(1);
  s.steps = older.steps;
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "wrong_restore_point");
}
TEST_F(Wrong, ACheckpointCompletesWithoutATask) {
  s.erase(s.find<CheckpointAcknowledged>());
  EXPECT_EQ(found(OracleKind::kCoordinator), "inconsistent_cut");
}
TEST_F(Wrong, AnAcknowledgementOfAnOldAttemptCounts) {
  s.fact(CheckpointAcknowledged{ExecutionId{{VertexId{0}, 0}, 1}, CheckpointId{3}});
  EXPECT_EQ(found(OracleKind::kCoordinator), "output_after_fencing");
}
TEST_F(Wrong, ACheckpointOfTheFormerRunCompletesAfterTheRestart) {
  const size_t at = s.find<SplitAssigned>([](const auto&) { return true; }, 2);
  s.insert(at, {0, Fact{CheckpointCompleted{CheckpointId{2}}}});
  EXPECT_EQ(found(OracleKind::kCoordinator), "output_after_fencing");
}
TEST_F(Wrong, ACheckpointThatWasWrittenDownByADyingJobManagerMayBeTaken) {
  Story written(program);
  written.start();
  written.checkpoint(1);
  written.start(1);
  s.steps = written.steps;
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "");
}

// Storage failed, and has written the list all the same.
TEST_F(Wrong, ACheckpointThatWasGivenUpMayBeListedWhenTheJobManagerDies) {
  Story listed(program);
  listed.start();
  listed.checkpoint(1);
  listed.fact(CheckpointAborted{CheckpointId{1}, AbortReason::kStorageFailed});
  listed.fact(ProcessDied{ProcessId{0}, 1});
  listed.fact(CheckpointCompleted{CheckpointId{1}});
  listed.start(1);
  s.steps = listed.steps;
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "");
  const size_t died = s.find<ProcessDied>();
  s.get<ProcessDied>(died).process = ProcessId{1};
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "wrong_restore_point") << "the same leader knows";
  s.get<ProcessDied>(died).process = ProcessId{0};
  s.get<CheckpointAborted>(died - 1).reason = AbortReason::kDeclined;
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "wrong_restore_point") << "it was never written";
  s.get<CheckpointAborted>(died - 1).reason = AbortReason::kStorageFailed;
  s.insert(died, Step{0, Fact{JobRestored{CheckpointId{0}, 1}}});
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "output_after_fencing")
      << "the job has begun anew meanwhile, and ended its transactions";
}

TEST_F(Wrong, ACheckpointThatWasPendingAtAFailureIsNotGivenUp) {
  Story kept(program);
  kept.start();
  kept.fact(CheckpointTriggered{CheckpointId{1}});
  kept.fact(JobStatusChanged{JobStatus::kRestarting});
  kept.start(0);
  s.steps = kept.steps;
  EndOfRun end;
  end.how = EndOfRun::How::kStopped;
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "wrong_restore_point");
  s.insert(s.find<JobStatusChanged>() + 1,
           Step{0, Fact{CheckpointAborted{CheckpointId{1}, AbortReason::kJobFailover}}});
  EXPECT_EQ(found(OracleKind::kCoordinator, end), "");
}

// ---- ledger ----
TEST_F(Wrong, ARowIsLostBetweenTwoNodes) {
  s.erase(s.find_tap(Tap::kInput, kSum, 0));
  EXPECT_EQ(found(OracleKind::kLedger), "record_unaccounted");
}

// ---- leaks ----
TEST_F(Wrong, StateThatStaysWhenAllWindowsAreOver) {
  s.get<SnapshotTaken>(s.find<SnapshotTaken>([](const auto& t) {
     return t.checkpoint.value == 3 && t.execution.subtask.vertex.value == 1;
   })).bytes = 300;
  EXPECT_EQ(found(OracleKind::kLeaks), "state_leak");
}

// A sink's state names each transaction that waits for its commit: what that takes is no leak.
TEST_F(Wrong, StateThatNamesTransactionsIsNoLeak) {
  const size_t at = s.find<SnapshotTaken>([](const auto& t) {
    return t.checkpoint.value == 3 && t.execution.subtask.vertex.value == 1;
  });
  auto& snapshot = s.get<SnapshotTaken>(at);
  snapshot.bytes += 100;
  const uint32_t index = snapshot.execution.subtask.index;
  EXPECT_EQ(found(OracleKind::kLeaks), "state_leak");
  const auto before = [&](size_t step, const Fact& fact) { s.insert(step, {0, fact}); };
  for (uint64_t n = 0; n < 5; ++n)
    before(at, TransactionPreCommitted{kOut, index, 1000 + n, CheckpointId{3}, 0, 0});
  EXPECT_EQ(found(OracleKind::kLeaks), "");
  before(at + 5, TransactionCommitted{kOut, index, 1000, 0, 0});
  before(at + 6, TransactionAborted{kOut, index, 1001});
  EXPECT_EQ(found(OracleKind::kLeaks), "");
  s.get<SnapshotTaken>(at + 7).bytes += 40;
  EXPECT_EQ(found(OracleKind::kLeaks), "state_leak");
}

TEST_F(Wrong, ABlobThatNobodyCanRestoreStaysInStorage) {
  EndOfRun end;
  end.blobs = {"checkpoints/_job", "checkpoints/2/sum[0]#1", "checkpoints/9/sum[0]#1"};
  // Checkpoint 2 began before the crash: who was to delete its blobs may have died.
  EXPECT_EQ(found(OracleKind::kLeaks, end), "");
  end.blobs.push_back("checkpoints/3/sum[0]#2");
  EXPECT_EQ(found(OracleKind::kLeaks, end), "state_leak");
  // A job that has failed keeps what had completed, and nothing else.
  end.how = EndOfRun::How::kFailed;
  EXPECT_EQ(found(OracleKind::kLeaks, end), "");
  s.fact(CheckpointTriggered{CheckpointId{4}});
  s.fact(CheckpointAcknowledged{s.task(1), CheckpointId{4}});
  s.fact(CheckpointAborted{CheckpointId{4}, AbortReason::kStorageFailed});
  end.blobs.push_back("checkpoints/4/sum[0]#2");
  EXPECT_EQ(found(OracleKind::kLeaks, end), "state_leak");
}

TEST_F(Wrong, TheMetadataOfACheckpointThatWasGivenUpStaysInStorage) {
  EndOfRun end;
  end.blobs = {"checkpoints/chk-2/_metadata"};  // from before the crash
  EXPECT_EQ(found(OracleKind::kLeaks, end), "");
  end.blobs.push_back("checkpoints/chk-3/_metadata");
  EXPECT_EQ(found(OracleKind::kLeaks, end), "state_leak");
}

// ---- what tasks are told ----
TEST_F(Wrong, ACompletionThatIsToldTwice) {
  s.fact(CompletionNotified{s.task(1), CheckpointId{3}});  // as it was when it completed
  EXPECT_EQ(found(OracleKind::kCoordinator), "checkpoint_out_of_turn");
}
TEST_F(Wrong, ACompletionThatIsToldOfWhatIsNotComplete) {
  s.fact(CompletionNotified{s.task(1), CheckpointId{9}});
  EXPECT_EQ(found(OracleKind::kCoordinator), "checkpoint_out_of_turn");
}

// ---- liveness ----
TEST_F(Wrong, AJobThatDoesNotEndSaysWhoWaits) {
  EndOfRun end;
  end.how = EndOfRun::How::kStuck;
  end.waits_for = "sum[1] waits for a barrier from in[0]";
  const Verdict verdict = s.play({OracleKind::kLiveness}, end);
  ASSERT_EQ(names(verdict), Names{"liveness"});
  EXPECT_EQ(verdict.violations[0].got, end.waits_for);
}

TEST_F(Wrong, ACheckpointThatNothingDisturbsExpires) {
  Story quiet(program);
  quiet.start();
  quiet.fact(CheckpointTriggered{CheckpointId{1}});
  quiet.now = 600000;
  quiet.fact(CheckpointAborted{CheckpointId{1}, AbortReason::kExpired});
  s.steps = quiet.steps;
  EXPECT_EQ(found(OracleKind::kLiveness), "liveness");
  s.insert(s.steps.size() - 1, Step{700, Fact{FaultInjected{}}});
  EXPECT_EQ(found(OracleKind::kLiveness), "");
}

TEST_F(Wrong, AJobThatStandsStillForLongerThanItsTimeoutsAddUpTo) {
  Story slow(program);
  slow.start();
  slow.fact(FaultInjected{});
  slow.now = 5000;
  slow.fact(CheckpointCompleted{CheckpointId{1}});
  s.steps = slow.steps;
  EndOfRun end;
  end.at = ProcTime{5000};
  end.patience.recovery = {2000};
  EXPECT_EQ(found(OracleKind::kLiveness, end), "liveness");
  end.patience.faults = {{Duration{3000}}};  // the fault is felt until then
  EXPECT_EQ(found(OracleKind::kLiveness, end), "");
  end.patience.faults = {{Duration{2000}}};
  EXPECT_EQ(found(OracleKind::kLiveness, end), "liveness");
  // Who begins anew, or works, is not stuck.
  s.insert(s.steps.size() - 1, Step{4000, Fact{JobRestored{}}});
  EXPECT_EQ(found(OracleKind::kLiveness, end), "");
  s.steps[s.steps.size() - 2].what = Fact{BatchProcessed{slow.task(1), 0, 0, 1}};
  end.patience.step = {1000};
  EXPECT_EQ(found(OracleKind::kLiveness, end), "");
}
TEST_F(Wrong, AJobIsGivenUpWhenItsRestartsAreUsedUp) {
  program.graph.config.restart.attempts = 1;
  Story failing(program);
  failing.start();
  failing.fact(FaultInjected{});
  failing.fact(JobStatusChanged{JobStatus::kRunning});
  failing.fact(JobStatusChanged{JobStatus::kRestarting});
  failing.now = 1000;
  failing.fact(JobStatusChanged{JobStatus::kRunning});
  failing.fact(JobStatusChanged{JobStatus::kFailing});
  s.steps = failing.steps;
  EndOfRun end;
  end.how = EndOfRun::How::kFailed;
  EXPECT_EQ(found(OracleKind::kFailures, end), "");
  EXPECT_EQ(found(OracleKind::kLiveness, end), "");
  program.graph.config.restart.attempts = 2;
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure");
  EXPECT_EQ(found(OracleKind::kLiveness, end), "liveness");
  program.graph.config.restart.attempts = 0;
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure");
  program.graph.config.restart.attempts = 1;
  program.graph.config.restart.delay = {1001};
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure");
}

// ---- failures ----
TEST_F(Wrong, ATaskLosesAConnectionThatNobodyReset) {
  s.erase(s.find<ConnectionReset>());
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
}
TEST_F(Wrong, ATaskManagerThatCanBeHeardIsGivenUp) {
  Story story(program);
  story.start();
  const auto broken_at = [&](int64_t time) {
    story.now = time;
    story.fact(ConnectionReset{ProcessId{0}, ProcessId{1}});
  };
  broken_at(1000);
  broken_at(3000);
  story.fact(TaskManagerLost{ProcessId{1}});
  s.steps = story.steps;
  EndOfRun end;
  end.patience.step = {10};
  end.patience.noticed = {500};
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure") << "it has answered in between";
  const size_t lost = s.find<TaskManagerLost>();
  s.insert(lost, Step{3000, Fact{FaultInjected{}}});
  EXPECT_EQ(found(OracleKind::kFailures, end), "") << "it is out of reach";
  end.patience.faults = {{Duration{0}, FeltFault::Hits::kConnection}};
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure") << "a break is forgiven";
  s.insert(lost, Step{3070, Fact{ConnectionReset{ProcessId{1}, ProcessId{0}}}});
  s.steps[lost + 2].at = 3080;
  EXPECT_EQ(found(OracleKind::kFailures, end), "") << "two at once are not";
}
TEST_F(Wrong, ATaskMakesARequestThatTheLogRefuses) {
  s.get<TaskFailed>(s.find<TaskFailed>()).kind = FailureKind::kRefusedByLog;
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
}
TEST_F(Wrong, AUserFunctionThatFailsIsReportedUnlessTheScenarioSaysSo) {
  s.get<TaskFailed>(s.find<TaskFailed>()).kind = FailureKind::kUserCode;
  EXPECT_EQ(found(OracleKind::kFailures), "job_error");
  EndOfRun end;
  end.tasks_may_fail = true;
  EXPECT_EQ(found(OracleKind::kFailures, end), "");
}
TEST_F(Wrong, AJobRestartsAlthoughNothingWasDoneToIt) {
  s.erase(s.find<ConnectionReset>());
  const size_t failed = s.find<TaskFailed>();
  s.steps[failed] = Step{5000, Fact{JobStatusChanged{JobStatus::kRestarting}}};
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
  // A fault is an excuse for what comes of it, and that comes in time.
  s.insert(failed, Step{0, Fact{FaultInjected{}}});
  EndOfRun end;
  end.patience.faults = {{Duration{1000}}};
  end.patience.noticed = Duration{4000};
  EXPECT_EQ(found(OracleKind::kFailures, end), "");
  end.patience.noticed = Duration{3999};
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure");
  // Requests to storage that fail are told of, and are no excuse by themselves.
  end.patience.noticed = Duration{4000};
  end.patience.faults[0].hits = FeltFault::Hits::kRequests;
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure");
  end.patience.noticed = Duration{3999};
  end.patience.faults[0].hits = FeltFault::Hits::kReach;
  s.insert(failed, Step{0, Fact{ProcessDied{ProcessId{1}}}});
  EXPECT_EQ(found(OracleKind::kFailures, end), "");
  s.insert(failed + 1, Step{0, Fact{JobStatusChanged{JobStatus::kRunning}}});
  EXPECT_EQ(found(OracleKind::kFailures, end), "") << "nothing is deployed: there are no slots";
  s.insert(failed + 2, Step{0, Fact{TaskDeployed{s.task(0), {}, {}}}});
  EXPECT_EQ(found(OracleKind::kFailures, end), "needless_failure") << "it was another attempt's";
}
TEST_F(Wrong, AJobFailsByCheckpointsThatItTolerates) {
  program.graph.config.checkpoint.tolerable_failures = 1;
  s.erase(s.find<ConnectionReset>());
  const size_t failed = s.find<TaskFailed>();
  s.steps[failed] = Step{0, Fact{JobStatusChanged{JobStatus::kRestarting}}};
  const Step aborted{0, Fact{CheckpointAborted{CheckpointId{2}, AbortReason::kStorageFailed}}};
  s.insert(failed, aborted);
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
  s.insert(failed, aborted);
  EXPECT_EQ(found(OracleKind::kFailures), "") << "one too many in a row";
  s.insert(failed + 1, Step{0, Fact{CheckpointCompleted{CheckpointId{2}}}});
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure") << "one has completed between";
}
TEST_F(Wrong, ATaskCannotReadWhatStorageHas) {
  TaskFailed& failed = s.get<TaskFailed>(s.find<TaskFailed>());
  failed.kind = FailureKind::kUnreadableState;
  failed.cause = "cannot read the snapshot checkpoints/1/sum[0]#1";
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
  const size_t at = s.find<TaskFailed>();
  s.insert(at, Step{0, Fact{BlobFailed{"checkpoints/1/sum[1]#1"}}});
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure") << "it is another one's";
  s.get<BlobFailed>(at).name = "checkpoints/1/sum[0]#1";
  EXPECT_EQ(found(OracleKind::kFailures), "");
}
TEST_F(Wrong, ACheckpointExpiresForWhichNobodyIsToBlame) {
  s.erase(s.find<ConnectionReset>());
  const size_t failed = s.find<TaskFailed>();
  s.steps[failed].what = Fact{JobStatusChanged{JobStatus::kRestarting}};
  s.insert(failed, Step{0, Fact{CheckpointAborted{CheckpointId{1}, AbortReason::kExpired}}});
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
  CheckpointConfig& checkpoint = program.graph.config.checkpoint;
  checkpoint.unaligned = CheckpointConfig::Unaligned::kForced;  // on all edges
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
  program.job.edges[0].supports_unaligned = false;  // it may wait for itself
  EXPECT_EQ(found(OracleKind::kFailures), "");
  checkpoint.unaligned = CheckpointConfig::Unaligned::kNo;
  EXPECT_EQ(found(OracleKind::kFailures), "needless_failure");
  checkpoint.timeout = Duration{59999};  // missed by mere load
  EXPECT_EQ(found(OracleKind::kFailures), "");
}

// ---- the lineage ----
TEST_F(Wrong, AnAtLeastOnceSinkMayShowWhatAStaleAttemptPutIn) {
  std::get<SinkSpec>(program.graph.nodes[kOut.value].spec).kind = SinkSpec::Kind::kAtLeastOnce;
  RowBatch rows(4);
  rows.append(pane("a", 0, 6), EventTime{9});
  s.tap({Tap::kCommitted, {}, kOut, 0, 0, rows});
  s.tap({Tap::kCommitted, {}, kOut, 0, 0, rows});  // once from attempt 1, cut back; who put in this
                                                   // one?
  EXPECT_EQ(found(OracleKind::kOutput), "duplicate_result");
  s.tap({Tap::kInput, ExecutionId{{VertexId{1}, 0}, 1}, kOut, 0, 0, rows});
  EXPECT_EQ(found(OracleKind::kOutput), "");
}
TEST_F(Wrong, WhatAnOldAttemptStillDoesIsNotHeld) {
  const size_t end = s.find<TaskFinished>();
  const ExecutionId old{{VertexId{1}, 0}, 1};
  RowBatch rows(4);
  rows.append(pane("z", 0, 1), EventTime{9});
  s.insert(end, {0, Tapped{Tap::kOutput, old, kSum, kMainOutput, 0, rows}});
  s.insert(end, {0, Fact{WatermarkAdvanced{old, kSum, EventTime{5}}}});
  EXPECT_EQ(names(s.play(all_oracles())), Names{});
}

// ---- timers and keyed process functions ----
struct Timers : ::testing::Test {
  Splits splits = {{{"a", 1, 1}, {"a", 2, 4}}, {{"b", 8, 3}}};
  JobProgram program = process_job(splits);
  Story s{program};
  const Value a = Value::text("a");
  const Value b = Value::text("b");

  static Row row(const std::string& k, int64_t v, int64_t t) {
    return {Value::text(k), Value::integer(v), Value::time(t)};
  }
  void timer(uint32_t index, RecordTap::TimerEvent event, int64_t time, const Value& key,
             TimeDomain domain = TimeDomain::kEvent) {
    if (event == RecordTap::TimerEvent::kFired)
      s.fact(TimerFired{s.task(1 + index), kSum, domain, time, key.hash()});
    s.steps.push_back({s.now, TimerStep{s.task(1 + index), kSum, event, domain, time, key}});
  }
  void clock(RecordTap::TimerEvent event, int64_t time) {
    timer(0, event, time, a, TimeDomain::kProcessing);
  }
  // Reads everything; the rows and the timers that they set.
  void begin() {
    s.start();
    s.assign(0, 0);
    s.read(0, 0, 2);
    timer(0, RecordTap::TimerEvent::kRegistered, 11, a);
    timer(0, RecordTap::TimerEvent::kRegistered, 14, a);
    s.fire(0, row("a", 2, 1));
    s.fire(0, row("a", 4, 4));
    s.read(1, 0, 1);
    timer(1, RecordTap::TimerEvent::kRegistered, 13, b);
    s.fire(1, row("b", 16, 3));
    s.finish_split(0);
    s.finish_split(1);
  }
  void watermark(uint32_t index) {
    s.fact(WatermarkAdvanced{s.task(1 + index), kSum, EventTime::max()});
  }
  Names found(OracleKind kind) { return names(s.play({kind})); }
};

TEST_F(Timers, AKeyedProcessFunctionIsFollowedRowByRow) {
  begin();
  watermark(0);
  timer(0, RecordTap::TimerEvent::kFired, 11, a);
  timer(0, RecordTap::TimerEvent::kFired, 14, a);
  s.fire(0, row("a", 6, 11));
  s.fire(0, row("a", 6, 14));
  watermark(1);
  timer(1, RecordTap::TimerEvent::kFired, 13, b);
  s.fire(1, row("b", 16, 13));
  EXPECT_EQ(found(OracleKind::kTimers), Names{});
  EXPECT_EQ(found(OracleKind::kOperators), Names{});
}
TEST_F(Timers, ATimerThatDoesNotFire) {
  begin();
  watermark(0);
  timer(0, RecordTap::TimerEvent::kFired, 11, a);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}
TEST_F(Timers, ATimerThatFiresTwice) {
  begin();
  watermark(1);
  timer(1, RecordTap::TimerEvent::kFired, 13, b);
  timer(1, RecordTap::TimerEvent::kFired, 13, b);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}
TEST_F(Timers, ATimerThatFiresAfterItsDeletion) {
  begin();
  timer(1, RecordTap::TimerEvent::kDeleted, 13, b);
  watermark(1);
  timer(1, RecordTap::TimerEvent::kFired, 13, b);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}
TEST_F(Timers, ATimerThatFiresBeforeItsWatermark) {
  begin();
  timer(1, RecordTap::TimerEvent::kFired, 13, b);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}
TEST_F(Timers, TimersThatFireOutOfOrder) {
  begin();
  watermark(0);
  timer(0, RecordTap::TimerEvent::kFired, 14, a);
  timer(0, RecordTap::TimerEvent::kFired, 11, a);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}
TEST_F(Timers, ATimerThatFiresBehindItsWatermark) {
  begin();
  watermark(1);
  s.fact(WatermarkAdvanced{s.task(2), kOut, EventTime::max()});
  timer(1, RecordTap::TimerEvent::kFired, 13, b);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}
TEST_F(Timers, ATimerForTheWrongKey) {
  begin();
  watermark(1);
  timer(1, RecordTap::TimerEvent::kFired, 13, a);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}
TEST_F(Timers, TimersThatWereNotRestored) {
  begin();
  s.checkpoint(1);
  s.complete(1);
  s.start(1);
  watermark(0);
  EXPECT_EQ(found(OracleKind::kTimers), Names{"timer_wrong"});
}

// Set behind the last watermark, a timer stays when its task finishes; the task that stands for it
// after a restore runs no operator. (FLIP-147.)
TEST_F(Timers, WhatNeverFiredInATaskThatHasFinishedNeverWill) {
  begin();
  for (uint32_t task = 0; task < 3; ++task) s.fact(TaskFinished{s.task(task)});
  s.fact(CheckpointTriggered{CheckpointId{2}});
  s.complete(2);
  s.start(2);
  watermark(0);
  watermark(1);
  EXPECT_EQ(found(OracleKind::kTimers), Names{});
  EXPECT_EQ(found(OracleKind::kOperators), Names{});
}

// The first row comes at 20 and asks the clock for 50; the second comes later.
struct Clock : Timers {
  Clock() {
    s.start();
    s.assign(0, 0);
    s.now = 20;
    s.read(0, 0, 1);
    clock(RecordTap::TimerEvent::kRegistered, 50);
  }
  void at(int64_t time) { s.now = time; }
  Names found() {
    EndOfRun end;
    end.how = EndOfRun::How::kStopped;
    return names(s.play({OracleKind::kTimers}, end));
  }
};
TEST_F(Clock, ATimerFiresInTheFirstMillisecondAfterIt) {
  at(51);
  s.read(0, 1, 1);  // in the same millisecond any order is lawful
  clock(RecordTap::TimerEvent::kFired, 50);
  EXPECT_EQ(found(), Names{});
}
TEST_F(Clock, ATimerThatFiresAMillisecondTooLate) {
  at(52);
  clock(RecordTap::TimerEvent::kFired, 50);
  EXPECT_EQ(found(), Names{"timer_wrong"});
}
TEST_F(Clock, ATimerThatTheClockHasPassedIsNotLeft) {
  at(60);
  s.read(0, 1, 1);
  EXPECT_EQ(found(), Names{"timer_wrong"});
}
TEST_F(Clock, TheEndOfTheInputEndsWhatTheClockHasNotReached) {
  at(40);
  watermark(0);
  at(60);
  s.read(0, 1, 1);
  EXPECT_EQ(found(), Names{});
}
TEST_F(Clock, APausedMachineFiresWhenItGoesOn) {
  at(30);
  s.fact(FaultInjected{.process = ProcessId{1}});
  s.fact(FaultInjected{.process = ProcessId{2}});
  at(90);
  s.read(0, 1, 1);
  clock(RecordTap::TimerEvent::kFired, 50);
  EXPECT_EQ(found(), Names{});
}
TEST_F(Clock, AfterAPauseNothingIsLeftEither) {
  at(30);
  s.fact(FaultInjected{.process = ProcessId{1}});
  s.fact(FaultInjected{.process = ProcessId{2}});
  at(90);
  s.read(0, 1, 1);
  at(91);
  clock(RecordTap::TimerEvent::kFired, 50);
  EXPECT_EQ(found(), Names{"timer_wrong"});
}
TEST_F(Clock, WhatIsReadBackFiresAtOnceIfTheClockHasPassedIt) {
  s.checkpoint(1);
  s.complete(1);
  at(90);
  s.start(1);
  clock(RecordTap::TimerEvent::kFired, 50);
  EXPECT_EQ(found(), Names{});
}
TEST_F(Clock, ATimerOfTheClockThatWasNotRestored) {
  s.checkpoint(1);
  s.complete(1);
  at(40);
  s.start(1);
  s.assign(1, 0);
  at(90);
  s.read(0, 1, 1);
  EXPECT_EQ(found(), Names{"timer_wrong"});
}
TEST_F(Timers, AStateThatWasNotRestored) {
  begin();
  s.checkpoint(1);
  s.complete(1);
  s.start(1);
  watermark(1);
  s.fire(1, {b, Value(), Value::time(13)});
  EXPECT_EQ(found(OracleKind::kOperators), Names{"wrong_value"});
}

}  // namespace
}  // namespace leat::story
