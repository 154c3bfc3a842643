#include "sim/conform/conform.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "sim/conform/compare.h"
#include "sim/conform/job_case.h"

namespace leat {
namespace {

const std::string kCases = LEAT_SOURCE_DIR "/tests/conformance/";

class RecordedFile : public ::testing::TestWithParam<std::pair<const char*, size_t>> {};

// Every recorded case that is kept here passes, and none is lost on the way.
TEST_P(RecordedFile, Passes) {
  const auto [file, number] = GetParam();
  const auto cases = read_cases(kCases + file);
  ASSERT_TRUE(cases.ok()) << cases.error();
  EXPECT_EQ(cases.value().size(), number);
  for (const RecordedCase& recorded : cases.value()) {
    const CaseVerdict verdict = run_case(recorded, Transcript::kFailureOnly);
    EXPECT_TRUE(verdict.passed) << recorded.name << "  " << recorded.why << "\n"
                                << verdict.transcript;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Conformance, RecordedFile,
    ::testing::Values(
        std::pair{"core/valve.jsonl", 184}, std::pair{"core/watermarks.jsonl", 189},
        std::pair{"core/source_output.jsonl", 190}, std::pair{"core/timers.jsonl", 191},
        std::pair{"core/alignment.jsonl", 121}, std::pair{"core/chain.jsonl", 98},
        std::pair{"core/operator_state.jsonl", 233}, std::pair{"core/partitioners.jsonl", 166},
        std::pair{"core/running_aggregates.jsonl", 167}, std::pair{"core/state.jsonl", 161},
        std::pair{"core/ttl.jsonl", 193}, std::pair{"graph/placement.jsonl", 93},
        std::pair{"graph/chaining.jsonl", 297}, std::pair{"window/assigners.jsonl", 509},
        std::pair{"window/count_windows.jsonl", 250}, std::pair{"window/end_of_input.jsonl", 165},
        std::pair{"window/evictors.jsonl", 260}, std::pair{"window/global.jsonl", 251},
        std::pair{"window/lateness.jsonl", 271}, std::pair{"window/processing_time.jsonl", 241},
        std::pair{"window/processing_time_boundary.jsonl", 166},
        std::pair{"window/session.jsonl", 269}, std::pair{"window/session_dynamic.jsonl", 244},
        std::pair{"window/session_dynamic_remap.jsonl", 58}, std::pair{"window/sliding.jsonl", 254},
        std::pair{"window/snapshot_restore.jsonl", 343}, std::pair{"window/triggers.jsonl", 370},
        std::pair{"window/tumbling.jsonl", 256}, std::pair{"window/window_all.jsonl", 160},
        std::pair{"window/window_state.jsonl", 157}, std::pair{"twoinput/stateless.jsonl", 156},
        std::pair{"twoinput/connect.jsonl", 305},
        std::pair{"twoinput/coprocess_nonkeyed.jsonl", 164},
        std::pair{"twoinput/process_side_outputs.jsonl", 214},
        std::pair{"twoinput/broadcast.jsonl", 245}, std::pair{"twoinput/interval_join.jsonl", 306},
        std::pair{"twoinput/async.jsonl", 334}, std::pair{"twoinput/channels.jsonl", 211},
        std::pair{"twoinput/window_join.jsonl", 254}, std::pair{"twoinput/cogroup.jsonl", 254},
        std::pair{"jobs/key_placement.jsonl", 126}, std::pair{"jobs/log_analysis.jsonl", 25},
        std::pair{"jobs/process.jsonl", 27}, std::pair{"jobs/stateless.jsonl", 21},
        std::pair{"jobs/keyed.jsonl", 23}, std::pair{"jobs/lateness.jsonl", 25},
        std::pair{"jobs/windows.jsonl", 42}, std::pair{"jobs/window_all.jsonl", 14},
        std::pair{"jobs/real_data.jsonl", 10}, std::pair{"jobs/batch.jsonl", 31},
        std::pair{"jobs/connect.jsonl", 27}, std::pair{"jobs/joins.jsonl", 29},
        std::pair{"jobs/broadcast.jsonl", 14}, std::pair{"jobs/multi_stage.jsonl", 30},
        std::pair{"machine/barriers.jsonl", 254}, std::pair{"machine/coordinator.jsonl", 194},
        std::pair{"machine/failover.jsonl", 109}, std::pair{"machine/restart.jsonl", 188},
        std::pair{"machine/two_phase.jsonl", 253}),
    [](const auto& instance) {
      std::string name = instance.param.first;
      for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      return name;
    });

// Each recorded job on 1 to 8 subtasks, one a seed, under other batch sizes, chaining,
// interleavings and crashes, as far as the case claims; `leat conform --seeds 20` goes on from
// there.
TEST(RecordedJobs, DoNotDependOnWhatTheySayTheyDoNotDependOn) {
  const auto cases = read_cases(kCases + "jobs");
  ASSERT_TRUE(cases.ok()) << cases.error();
  uint64_t restores = 0;
  for (const RecordedCase& recorded : cases.value()) {
    if (recorded.kind != "job") continue;
    const CaseVerdict verdict = run_job_case(recorded, 8);
    EXPECT_TRUE(verdict.passed) << recorded.name << "\n" << verdict.transcript;
    restores += verdict.restarts;
  }
  EXPECT_GT(restores, 1000u);  // of 2,000 runs that are allowed to crash
}

TEST(RecordedJobs, EachSeedHasAnotherParallelism) {
  const auto recorded = parse_case(R"({"case":"x/y/1","kind":"job","invariant":["parallelism"]})");
  std::set<std::string> parallelisms;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const std::string around = variation_of(recorded.value(), seed).around;
    parallelisms.insert(around.substr(0, around.find(',')));
  }
  EXPECT_EQ(parallelisms.size(), 8u);
  EXPECT_TRUE(parallelisms.contains("\"parallelism\": 1"));
  EXPECT_TRUE(parallelisms.contains("\"parallelism\": 8"));
}

// A job that says more than holds: where its rows are worked on, how its partitions interleave, and
// what was written before a crash are to be seen in its results.
TEST(RecordedJobs, AClaimThatDoesNotHoldFails) {
  const auto passes = [](const std::string& claim, const std::string& rest) {
    const std::string text =
        R"({"case":"x/y/1","kind":"job","invariant":[")" + claim + "\"]," + rest;
    const RecordedCase recorded = parse_case(text).value();
    EXPECT_EQ(run_job(recorded, {}), "");
    return run_job_case(recorded, 20).passed;
  };
  const std::string placed =
      R"("sources":{"s":{"fields":["v:int"],"rows":[[1],[2],[3],[4]]}},)"
      R"("nodes":{"f":{"inputs":["s"],"key_by":"v","subtask":"at"}},"sinks":{"out":"f"},)"
      R"("result":{"out":[[1,0],[2,0],[3,0],[4,0]]}})";
  EXPECT_FALSE(passes("parallelism", placed));
  EXPECT_TRUE(passes("restart", placed));
  std::string rows;
  std::string result;
  for (int i = 0; i < 400; ++i) {
    rows += (i == 0 ? "[" : ",[") + std::to_string(i) + "]";
    result += (i == 0 ? "[" : ",[") + std::to_string(i) + "]";
  }
  const std::string written =
      R"("sources":{"s":{"fields":["v:int"],"every":1,"rows":[)" + rows +
      R"(]}},"nodes":{"f":{"inputs":["s"],"filter":"v > -1"}},)"
      R"("sinks":{"out":{"from":"f","kind":"at_least_once"}},"result":{"out":[)" +
      result + "]}}";
  EXPECT_FALSE(passes("restart", written));
  EXPECT_TRUE(passes("parallelism", written));
}

TEST(RecordedJobs, ARowMoreOrLessFails) {
  const char* job =
      R"json({"case":"x/y/1","kind":"job","sources":{"s":{"fields":["v:int"],"rows":[[1],[2]]}},)json"
      R"json("nodes":{"f":{"inputs":["s"],"filter":"v > 1"}},"sinks":{"out":"f"},)json"
      R"json("result":{"out":[[2]]}})json";
  const auto with = [&](const std::string& rows) {
    std::string text = job;
    text.replace(text.find("[[2]]"), 5, rows);
    return run_job(parse_case(text).value(), {});
  };
  EXPECT_EQ(with("[[2]]"), "");
  EXPECT_NE(with("[[2],[2]]"), "");
  EXPECT_NE(with("[]"), "");
  EXPECT_NE(with("[[3]]"), "");
}

TEST(Machines, EachThingThatAStepSaysCanFail) {
  const std::string text =
      R"({"case":"x/y/1","kind":"machine","order":"exact","mode":"aligned","channels":1,"steps":[)"
      R"({"send":0,"barrier":1,"did":[],"blocked":[]},)"
      R"({"take":0,"barrier":1,"did":[{"trigger":1},{"unblock":0}],"blocked":[]}]})";
  const auto verdict = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return run_case(parse_case(changed).value(), Transcript::kFailureOnly).passed;
  };
  EXPECT_TRUE(verdict("1", "1"));
  EXPECT_FALSE(verdict(R"("trigger":1)", R"("trigger":2)"));
  EXPECT_FALSE(verdict(R"("blocked":[]}])", R"("blocked":[0]}])"));
  EXPECT_FALSE(verdict(R"(,{"unblock":0})", ""));
  EXPECT_FALSE(verdict(R"("mode":"aligned")", R"("mode":"loose")"));
  EXPECT_FALSE(verdict(R"({"send":0)", R"({"lose":0)"));
}

// A timer that is set at or behind the watermark waits for the next one, and a restore sends the
// watermark again: these triggers set such timers.
bool shows_a_restore(const RecordedCase& recorded) {
  const std::string node = to_json(member(recorded.body, "node"));
  return node.find("continuous_event_time") != std::string::npos ||
         node.find("end_of_stream") != std::string::npos;
}

// A snapshot and a restore before every step change nothing (the watermark is sent again).
TEST(Conformance, WindowsDoNotShowARestore) {
  const auto cases = read_cases(kCases + "window");
  ASSERT_TRUE(cases.ok());
  uint64_t restarts = 0;
  for (const RecordedCase& recorded : cases.value()) {
    if (recorded.kind != "operator" || shows_a_restore(recorded)) continue;
    const CaseVerdict verdict =
        run_case(recorded, Transcript::kFailureOnly, Restarts::kBeforeEachStep);
    EXPECT_TRUE(verdict.passed) << recorded.name << "\n" << verdict.transcript;
    restarts += verdict.restarts;
  }
  EXPECT_GT(restarts, 40000u);
}

const char* const kCase =
    R"json({"case":"x/y/1","kind":"operator","order":"exact","fields":["k:string","v:int"],)json"
    R"json("node":{"key_by":"k","window":{"tumbling":10},"aggregate":"sum(v)"},)json"
    R"json("steps":[{"row":["a",3],"ts":5,"out":[]},)json"
    R"json({"watermark":9,"out":[{"row":["a",0,10,3],"ts":9},{"watermark":9}]}],"late_dropped":0})json";

CaseVerdict run_text(std::string text, const std::string& from = "", const std::string& to = "") {
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  const auto recorded = parse_case(text);
  EXPECT_TRUE(recorded.ok());
  return run_case(recorded.value(), Transcript::kFailureOnly);
}

TEST(Conform, ACaseAsRecordedPasses) { EXPECT_TRUE(run_text(kCase).passed); }

TEST(Conform, EachThingThatACaseSaysCanFail) {
  EXPECT_FALSE(run_text(kCase, R"(0,10,3])", R"(0,10,4])").passed);
  EXPECT_FALSE(run_text(kCase, R"("ts":9})", R"("ts":8})").passed);
  EXPECT_FALSE(run_text(kCase, R"(,{"watermark":9}])", "]").passed);
  EXPECT_FALSE(run_text(kCase, R"("late_dropped":0)", R"("late_dropped":1)").passed);
  EXPECT_FALSE(run_text(kCase, R"("ts":5,"out":[])", R"("ts":5,"error":"X")").passed);
  EXPECT_FALSE(run_text(kCase, R"("steps")", R"("error":"X","steps")").passed);
}

TEST(Conform, ATranscriptShowsTheStepTheTwoAnswersAndTheRule) {
  const std::string transcript = run_text(kCase, R"(0,10,3])", R"(0,10,4])").transcript;
  EXPECT_NE(transcript.find(R"(step 2  {"watermark":9})"), std::string::npos) << transcript;
  EXPECT_NE(transcript.find(R"(expected  [{"row":["a",0,10,4])"), std::string::npos) << transcript;
  EXPECT_NE(transcript.find(R"(got       [{"row":["a",0,10,3])"), std::string::npos) << transcript;
  EXPECT_NE(transcript.find("in exactly this order"), std::string::npos) << transcript;
}

TEST(Conform, WhatIsUnknownFailsAndIsNeverLeftOut) {
  EXPECT_FALSE(run_text(kCase, R"("tumbling":10)", R"("hopping":10)").passed);
  EXPECT_FALSE(
      run_text(kCase, R"("tumbling":10)", R"("tumbling":10,"evicter":{"count":1})").passed);
  EXPECT_FALSE(run_text(kCase, R"("kind":"operator")", R"("kind":"machine")").passed);
  EXPECT_FALSE(run_text(kCase, R"("kind":"operator")", R"("kind":"mystery")").passed);
  EXPECT_FALSE(run_text(kCase, R"({"watermark":9,"out")", R"({"leap":9,"out")").passed);
  EXPECT_FALSE(run_text(kCase, R"("order":"exact")", R"("order":"loose")").passed);
}

// ---- order ----

Emitted row(int64_t value, int64_t time, const char* to = "") {
  Emitted emitted;
  emitted.row = {Value::integer(value)};
  emitted.time = EventTime{time};
  emitted.to = to;
  return emitted;
}

TEST(Compare, TiesMayChangePlacesByTimeOnly) {
  const std::vector<Emitted> expected{row(1, 5), row(2, 5), row(3, 6), Emitted::watermark({9})};
  const std::vector<Emitted> tie{row(2, 5), row(1, 5), row(3, 6), Emitted::watermark({9})};
  const std::vector<Emitted> crossed{row(1, 5), row(3, 6), row(2, 5), Emitted::watermark({9})};
  EXPECT_TRUE(same_output(expected, tie, OutputOrder::kByTime));
  EXPECT_FALSE(same_output(expected, tie, OutputOrder::kExact));
  EXPECT_FALSE(same_output(expected, crossed, OutputOrder::kByTime));
  EXPECT_TRUE(same_output(expected, crossed, OutputOrder::kAny));
  EXPECT_FALSE(same_output(expected, {row(1, 5), row(2, 5), row(2, 6), Emitted::watermark({9})},
                           OutputOrder::kAny));
}

TEST(Compare, SideOutputsAreComparedByThemselves) {
  const std::vector<Emitted> expected{row(1, 5), row(2, 5, "late")};
  EXPECT_TRUE(same_output(expected, {row(2, 5, "late"), row(1, 5)}, OutputOrder::kExact));
  EXPECT_FALSE(same_output(expected, {row(1, 5), row(2, 5)}, OutputOrder::kExact));
}

// ---- the command ----

struct Answer {
  int code;
  std::string text;
};
Answer command(const std::vector<std::string>& paths, const ConformOptions& options = {}) {
  std::ostringstream out;
  const int code = conform(paths, options, out);
  return {code, out.str()};
}

TEST(ConformCommand, CountsByKindAndAreaAndEndsWithTheTotals) {
  const Answer answer = command({kCases + "core/valve.jsonl"});
  EXPECT_EQ(answer.code, 0);
  EXPECT_EQ(answer.text, "operator  core/valve: 184 passed\n184 passed, 0 failed, 0 skipped\n");
}

TEST(ConformCommand, OneCaseIsShownStepByStep) {
  ConformOptions options;
  options.only = "window/tumbling/0001";
  const Answer answer = command({kCases}, options);
  EXPECT_EQ(answer.code, 0);
  EXPECT_NE(answer.text.find("step 10  {\"watermark\":\"MAX\"}"), std::string::npos) << answer.text;
}

TEST(ConformCommand, ExitCodesSayWhatHappened) {
  ConformOptions nothing;
  nothing.only = "no/such/case";
  EXPECT_EQ(command({kCases}, nothing).code, 4);
  EXPECT_EQ(command({kCases + "no_such_file.jsonl"}).code, 2);
  const std::string file = ::testing::TempDir() + "/one.jsonl";
  std::ofstream(file) << std::string(kCase).replace(std::string(kCase).find("0,10,3]"), 7,
                                                    "0,10,4]")
                      << "\n";
  EXPECT_EQ(command({file}).code, 1);
  std::ofstream(file) << "{\"case\":\n";
  EXPECT_EQ(command({file}).code, 2);
}

}  // namespace
}  // namespace leat
