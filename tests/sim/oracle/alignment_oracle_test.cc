// Watermark alignment, told by hand: a source that may be 10 above the least of its group, in which
// it is alone: it runs ahead of what the JobMaster has heard of it.
#include <gtest/gtest.h>

#include "tests/sim/oracle/story.h"

namespace leat::story {
namespace {

using Names = std::vector<std::string>;

struct Aligned : ::testing::Test {
  JobProgram program = window_job(two_splits());
  Story s{program};

  void SetUp() override {
    std::get<SourceSpec>(program.graph.nodes[kIn.value].spec).watermark.alignment =
        AlignmentSpec{"all", {10}, {1000}};
    s.start();
    s.assign(0, 0);
  }
  void comes_to(int64_t time) { s.fact(WatermarkAdvanced{s.task(0), kIn, EventTime{time}}); }
  void reports(int64_t time) { s.fact(AlignmentReported{s.task(0), kIn, EventTime{time}}); }
  void is_heard(int64_t time) { s.fact(AlignmentHeard{kIn, 0, EventTime{time}}); }
  void is_told(int64_t announced, int64_t comes) {
    s.fact(AlignmentAnnounced{kIn, 0, EventTime{announced}});
    s.fact(AlignmentLimited{s.task(0), kIn, EventTime{comes}});
  }
  void reads() { s.fact(SplitRead{s.task(0), kIn, 0, 0, 1, 0}); }
  // It stands at 30, and may go up to 5 + 10.
  void runs_ahead() {
    comes_to(5);
    reports(5);
    is_heard(5);
    is_told(15, 15);
    comes_to(30);
  }
  // What is said, as the rules that were broken.
  Names broken() {
    EndOfRun end;
    end.how = EndOfRun::How::kStopped;
    const Verdict verdict = s.play({OracleKind::kAlignment}, end);
    EXPECT_GT(verdict.judged.at("alignment"), 0U);
    Names rules;
    for (const Violation& violation : verdict.violations) {
      EXPECT_EQ(violation.name, "watermark_too_high");
      rules.push_back(violation.rule);
    }
    return rules;
  }
};

TEST_F(Aligned, WhoIsAheadReadsOnUntilThreeReportsHaveSeenIt) {
  runs_ahead();
  reports(30);
  reads();
  reports(30);
  reads();
  EXPECT_EQ(broken(), Names{});
  reports(30);
  reads();
  EXPECT_EQ(
      broken(),
      Names{"who was further ahead of its group than its drift for three reports reads nothing"});
}

TEST_F(Aligned, ItReadsAgainOnceTheOthersHaveComeUp) {
  runs_ahead();
  for (int i = 0; i < 3; ++i) reports(30);
  is_heard(30);
  is_told(40, 40);
  reads();
  EXPECT_EQ(broken(), Names{});
}

TEST_F(Aligned, OneSplitThatIsAheadIsNotReadThoughTheSourceIsNot) {
  runs_ahead();
  comes_to(6);
  s.fact(SplitWatermark{s.task(0), kIn, 0, EventTime{30}});
  for (int i = 0; i < 3; ++i) reports(6);
  s.fact(SplitRead{s.task(0), kIn, 1, 0, 1, 0});
  EXPECT_EQ(broken(), Names{});
  reads();
  EXPECT_EQ(broken().size(), 1U);
}

TEST_F(Aligned, ASourceTellsWhereItStands) {
  comes_to(5);
  reports(4);
  EXPECT_EQ(broken(),
            Names{"a source tells its present watermark, MAX where it is idle or at its end"});
}

TEST_F(Aligned, AnIdleSourceHoldsNobodyUp) {
  comes_to(5);
  s.fact(StatusChanged{s.task(0), kIn, 1});
  reports(EventTime::max().ms);
  EXPECT_EQ(broken(), Names{});
  reports(5);
  EXPECT_EQ(broken().size(), 1U);
}

TEST_F(Aligned, TheJobMasterKnowsWhatItWasTold) {
  comes_to(5);
  reports(5);
  is_heard(6);
  EXPECT_EQ(broken(), Names{"the JobMaster knows what the source has told, in that order"});
}

TEST_F(Aligned, TheLimitIsTheLeastOfTheGroupAndTheDrift) {
  comes_to(5);
  reports(5);
  is_heard(5);
  is_told(16, 16);
  EXPECT_EQ(broken(), Names{"a source may be its drift above the least of its group"});
}

TEST_F(Aligned, TheLimitComesAsItWasAnnounced) {
  comes_to(5);
  reports(5);
  is_heard(5);
  is_told(15, 14);
  EXPECT_EQ(broken(), Names{"what the JobMaster announces comes to the source, in that order"});
}

TEST_F(Aligned, ANewAttemptHasNoLimitAndNobodyKnowsOfIt) {
  runs_ahead();
  for (int i = 0; i < 3; ++i) reports(30);
  s.start();
  s.assign(0, 0);
  reads();
  EXPECT_EQ(broken(), Names{});
}

// The interval is a second.
struct ToldInTime : Aligned {
  void is_heard_at(int64_t ms, int64_t time) {
    s.now = ms;
    comes_to(time);
    reports(time);
    is_heard(time);
  }
  Names stalled() {
    EndOfRun end;
    end.how = EndOfRun::How::kStopped;
    Names names;
    for (const Violation& v : s.play({OracleKind::kAlignment}, end).violations) {
      if (v.name == "watermark_stalled") names.push_back(v.expected + ", " + v.got);
    }
    return names;
  }
};
TEST_F(ToldInTime, ALimitIsOwedWithinTheInterval) {
  is_heard_at(100, 5);
  is_heard_at(1101, 6);
  is_heard_at(1101, 7);
  EXPECT_EQ(stalled(), Names{}) << "the clock of the JobMaster may be served in this instant";
  is_heard_at(1102, 8);
  EXPECT_EQ(stalled(), Names{"18 by 1100 ms, none was told"});
}
TEST_F(ToldInTime, AnotherLimitIsOwedFromTheReportThatChangesIt) {
  is_heard_at(100, 5);
  s.now = 1000;
  is_told(15, 15);
  for (const int64_t ms : {1200, 2200}) is_heard_at(ms, 6);
  EXPECT_EQ(stalled(), Names{});
  for (const int64_t ms : {2201, 2202}) is_heard_at(ms, 6);
  EXPECT_EQ(stalled(), Names{"16 by 2200 ms, 15"});
}
TEST_F(ToldInTime, NothingIsOwedToWhoIsAtItsEnd) {
  is_heard_at(100, 5);
  s.now = 1000;
  is_told(15, 15);
  for (const int64_t ms : {1200, 2201, 2202}) is_heard_at(ms, EventTime::max().ms);
  EXPECT_EQ(stalled(), Names{});
}
TEST_F(ToldInTime, NothingIsOwedAfterARestart) {
  is_heard_at(100, 5);
  s.now = 1000;
  is_told(15, 15);
  is_heard_at(1200, 6);
  s.fact(JobRestored{CheckpointId{0}, 1});
  for (const int64_t ms : {2201, 2202}) is_heard_at(ms, 6);
  EXPECT_EQ(stalled(), Names{});
}

}  // namespace
}  // namespace leat::story
