#include <gtest/gtest.h>

#include "tests/viz/run_model.h"
#include "viz/run_recorder.h"

namespace leat::viz_test {
namespace {

constexpr NodeId kSource{0}, kWindow{2}, kOut{3};

// One split, windows of 10, lateness 5; told fact by fact.
class RecorderStory : public ::testing::Test {
 protected:
  RecorderStory() : program(model_program(setup())), recorder(program) {}

  static ModelSetup setup() {
    ModelSetup s;
    s.records = {{"only", "k", 0, 0}};
    s.window = {10};
    s.lateness = {5};
    s.parallelism = 1;
    return s;
  }
  ExecutionId source(uint32_t attempt = 1) const {
    return {{program.job.vertex_of(kSource), 0}, attempt};
  }
  ExecutionId window(uint32_t attempt = 1) const {
    return {{program.job.vertex_of(kWindow), 0}, attempt};
  }

  void fact(int64_t at, const Fact& f) { recorder.on_fact({at}, f); }
  static RowBatch record(int64_t event) {
    RowBatch rows(2);
    const Value row[] = {Value::text("k"), Value::time(event)};
    rows.append(RowView(row), EventTime{event});
    return rows;
  }
  void read(int64_t at, uint64_t offset, int64_t event, uint32_t attempt = 1) {
    fact(at, SplitRead{source(attempt), kSource, 0, offset, 1, 0});
    recorder.on_source_rows(source(attempt), kSource, 0, offset, record(event));
    recorder.on_operator_input(window(attempt), kWindow, 0, record(event));
  }
  void watermark(int64_t at, int64_t time) {
    fact(at, WatermarkAdvanced{window(), kWindow, {time}});
  }
  void pane(int64_t at, int64_t n, uint8_t again = 0) {
    fact(at, PaneFired{window(), kWindow, {0}, {10}, 1, again});
    RowBatch rows(4);
    const Value row[] = {Value::text("k"), Value::time(0), Value::time(10), Value::integer(n)};
    rows.append(RowView(row), EventTime{9});
    recorder.on_operator_output(window(), kWindow, kMainOutput, rows);
  }

  JobProgram program;
  RunRecorder recorder;
};

TEST_F(RecorderStory, ARecordBehindTheAnswerAmendsItAndOneBehindTheLatenessIsTooLate) {
  read(100, 0, 3);
  watermark(200, 9);
  pane(200, 1);
  read(300, 1, 4);
  pane(300, 2, 1);
  watermark(400, 14);
  read(500, 2, 5);
  fact(500, LateRecord{window(), kWindow, {5}, {14}, 1});

  const RunView run = recorder.view();
  ASSERT_EQ(run.splits.size(), 1U);
  ASSERT_EQ(run.splits[0].marks.size(), 3U);
  EXPECT_EQ(run.splits[0].marks[0].fate, Fate::kInTime);
  EXPECT_EQ(run.splits[0].marks[1].fate, Fate::kLateAccepted);
  EXPECT_EQ(run.splits[0].marks[2].fate, Fate::kTooLateSide);
  EXPECT_EQ(run.splits[0].marks[2].read.ms, 500);
  EXPECT_EQ(run.count(Fate::kInTime), 1U);

  const auto windows = windows_of(run, kWindow, 0);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].opened->ms, 100);
  EXPECT_EQ(windows[0].first_at.ms, 200);
  EXPECT_EQ(windows[0].first_sum, 1);
  EXPECT_EQ(windows[0].last_at.ms, 300);
  EXPECT_EQ(windows[0].last_sum, 2);
  EXPECT_EQ(windows[0].amended, 1U);
}

TEST_F(RecorderStory, AKeyThatFirstAnswersBehindTheWindowIsLateToo) {
  watermark(200, 9);
  read(300, 0, 4);
  pane(300, 1, 0);  // the first answer of its key
  EXPECT_EQ(recorder.view().count(Fate::kLateAccepted), 1U);
}

TEST_F(RecorderStory, WhatTheWatermarkFiresNoRecordHasCaused) {
  read(100, 0, 3);
  watermark(200, 9);
  pane(200, 1);
  EXPECT_EQ(recorder.view().count(Fate::kLateAccepted), 0U);
}

TEST_F(RecorderStory, ARestoreUndoesWhatCameAfterItsCheckpoint) {
  read(100, 0, 3);
  fact(150, CheckpointTriggered{{1}});
  fact(160, SnapshotTaken{window(), {1}, 10, 0});
  fact(170, CheckpointCompleted{{1}});
  watermark(200, 9);
  pane(200, 1);
  read(210, 1, 12);
  fact(300, ProcessDied{{1}, 1});
  fact(400, JobRestored{{1}, 1});
  read(410, 1, 12, 2);

  const RunView run = recorder.view();
  EXPECT_TRUE(run.panes.at(0).rolled_back);
  EXPECT_TRUE(windows_of(run, kWindow, 0).empty());
  EXPECT_EQ(run.records(), 2U);
  EXPECT_EQ(run.read_again(), 1U);
  EXPECT_EQ(run.splits[0].marks[1].read.ms, 210);
  EXPECT_EQ(run.splits[0].marks[1].read_again->ms, 410);
  ASSERT_EQ(run.restores.size(), 1U);
  EXPECT_EQ(run.restores[0].failed->ms, 300);
  EXPECT_EQ(run.restores[0].since->ms, 150);
  EXPECT_FALSE(watermark_at(combined_watermark(run, kWindow), {450}).has_value());
}

TEST_F(RecorderStory, WhatWasAnsweredBeforeTheCheckpointStays) {
  read(100, 0, 3);
  watermark(120, 9);
  pane(120, 1);
  fact(160, SnapshotTaken{window(), {1}, 10, 0});
  fact(400, JobRestored{{1}, 1});
  EXPECT_FALSE(recorder.view().panes.at(0).rolled_back);
}

TEST_F(RecorderStory, ATapThatComesBeforeItsFactIsTimedByTheFact) {
  fact(50, JobStatusChanged{JobStatus::kRunning});
  recorder.on_source_rows(source(), kSource, 0, 0, record(3));
  fact(100, SplitRead{source(), kSource, 0, 0, 1, 0});
  EXPECT_EQ(recorder.view().splits[0].marks[0].read.ms, 100);
}

TEST_F(RecorderStory, TransactionsCountBySinkAndSubtask) {
  fact(1, TransactionCommitted{kOut, 0, 7, 3, 0});
  fact(2, TransactionCommitted{kOut, 1, 8, 4, 0});
  const RunView run = recorder.view();
  const SinkView* sink = run.find_sink(kOut);
  ASSERT_NE(sink, nullptr);
  EXPECT_EQ(sink->rows_visible, 7U);
  EXPECT_EQ(sink->transactions, 2U);
  EXPECT_EQ(sink->by_subtask.at(1).rows, 4U);
}

TEST_F(RecorderStory, TheReadingThatCountsIsTheLast) {
  watermark(100, 9);
  read(200, 0, 4);
  fact(200, LateRecord{window(), kWindow, {4}, {14}, 1});
  fact(300, JobRestored{{0}, 1});
  read(310, 0, 4, 2);  // the watermark starts anew: now it is in time
  const RunView run = recorder.view();
  EXPECT_EQ(run.count(Fate::kTooLateSide), 0U);
  EXPECT_EQ(run.count(Fate::kInTime), 1U);
}

TEST_F(RecorderStory, ANodesWatermarkIsTheLeastOfItsSubtasks) {
  const ExecutionId other{{program.job.vertex_of(kWindow), 1}, 1};
  watermark(100, 9);
  fact(200, WatermarkAdvanced{other, kWindow, {5}});
  watermark(300, 20);
  fact(400, WatermarkAdvanced{other, kWindow, {30}});
  const auto least = combined_watermark(recorder.view(), kWindow);
  EXPECT_FALSE(watermark_at(least, {100}).has_value());
  EXPECT_EQ(watermark_at(least, {200}), EventTime{5});
  EXPECT_EQ(watermark_at(least, {300}), EventTime{5});
  EXPECT_EQ(watermark_at(least, {400}), EventTime{20});
}

TEST_F(RecorderStory, AWatermarkEndsWithTheProcessItRanIn) {
  fact(1, TaskDeployed{window(), {7}, {0}});
  watermark(100, 9);
  fact(200, ProcessDied{{6}, 1});
  EXPECT_EQ(watermark_at(combined_watermark(recorder.view(), kWindow), {250}), EventTime{9});
  fact(300, ProcessDied{{7}, 1});
  EXPECT_FALSE(watermark_at(combined_watermark(recorder.view(), kWindow), {300}).has_value());
}

TEST(Recorder, OfTheEarthquakesCountsEveryRecordOnce) {
  ModelSetup setup;
  setup.records = read_quakes(5).records;
  setup.crashes = {86400000LL * 36 / 10};
  const JobProgram program = model_program(setup);
  RunRecorder recorder(program);
  play(setup, program, recorder);
  const RunView run = recorder.view();
  EXPECT_EQ(run.records(), 1481U);
  EXPECT_EQ(run.count(Fate::kInTime), 1221U);
  EXPECT_EQ(run.count(Fate::kLateAccepted), 108U);
  EXPECT_EQ(run.count(Fate::kTooLateSide), 152U);
  EXPECT_TRUE(run.strays.empty());
  EXPECT_GT(run.read_again(), 0U);
}

TEST(Recorder, KeepsLateRecordsWhenItThins) {
  ModelSetup setup;
  setup.records = read_quakes(5).records;
  const JobProgram program = model_program(setup);
  RunRecorder recorder(program, {.marks = 400, .steps = 50, .panes = 20});
  play(setup, program, recorder);
  const RunView run = recorder.view();
  EXPECT_EQ(run.records(), 1481U);
  EXPECT_EQ(run.panes.size(), 20U);
  EXPECT_GT(run.panes_left_out, 0U);
  size_t marks = 0;
  for (const SplitView& split : run.splits) {
    marks += split.marks.size();
    EXPECT_LE(split.watermark.size(), 50U);
  }
  EXPECT_LE(marks, 400U + 152U + 108U);
  EXPECT_EQ(run.count(Fate::kTooLateSide), 152U);
}

}  // namespace
}  // namespace leat::viz_test
