// The command line as its users see it: what stands on stdout, and the exit code.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "sim/cli/fact_printer.h"
#include "sim/cli/jobs/jobs.h"
#include "sim/cli/leat_main.h"

namespace leat {
namespace {

namespace fs = std::filesystem;

struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

Said leat_says(std::vector<std::string> words) {
  words.insert(words.begin(), "leat");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Said said;
  said.code = leat::main(static_cast<int>(argv.size()), argv.data(), shipped_jobs());
  said.out = testing::internal::GetCapturedStdout();
  said.err = testing::internal::GetCapturedStderr();
  return said;
}

const std::string kQuakes = std::string(LEAT_SOURCE_DIR) + "/scenarios/earthquakes.json";

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class InAFolder : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  const fs::path folder_ = fs::path(testing::TempDir()) / "leat-cli-test";
};

TEST_F(InAFolder, RunningTwiceWritesTheSameBytes) {
  std::vector<std::string> said;
  for (const std::string turn : {"a", "b"}) {
    const Said once = leat_says(
        {"run", kQuakes, "--seed", "7", "--report", "graph=" + path(turn + "g.svg"), "--report",
         "timeline=" + path(turn + "t.svg"), "--report", "json=" + path(turn + "r.json")});
    EXPECT_EQ(once.code, 0) << once.out << once.err;
    EXPECT_TRUE(once.out.starts_with("seed 7\nPASS  ")) << once.out;
    EXPECT_TRUE(once.out.ends_with("1 passed, 0 failed, 0 skipped\n")) << once.out;
  }
  for (const std::string file : {"g.svg", "t.svg", "r.json"}) {
    EXPECT_FALSE(content(path("a" + file)).empty()) << file;
    EXPECT_EQ(content(path("a" + file)), content(path("b" + file))) << file;
  }
}

TEST_F(InAFolder, AnUnknownKeyIsShownWithACaretAndExitsWithTwo) {
  std::ofstream(path("x.json")) << "{\n  \"leat\": 1,\n  \"sources\": {},\n  \"snks\": {}\n}\n";
  const Said said = leat_says({"run", path("x.json")});
  EXPECT_EQ(said.code, 2);
  EXPECT_NE(said.err.find("x.json:4:3"), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("^"), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("sinks"), std::string::npos) << said.err;
}

TEST_F(InAFolder, NothingSelectedExitsWithFour) {
  EXPECT_EQ(leat_says({"run", folder_.string()}).code, 4);
}

TEST(CommandLine, ABadOneExitsWithTwo) {
  EXPECT_EQ(leat_says({"run"}).code, 2);
  EXPECT_EQ(leat_says({"dance"}).code, 2);
  EXPECT_EQ(leat_says({"run", kQuakes, "--until", "soon"}).code, 2);
  EXPECT_EQ(leat_says({"run", kQuakes, "--report", "hologram=x"}).code, 2);
  EXPECT_EQ(leat_says({"explore", kQuakes, "--oracle", "delphi"}).code, 2);
}

TEST(CommandLine, UntilStopsTheClock) {
  const Said said =
      leat_says({"run", kQuakes, "--until", "1d", "--trace", "--report", "json=/dev/null"});
  EXPECT_EQ(said.code, 0) << said.out.substr(0, 2000);
  EXPECT_NE(said.out.find("CheckpointCompleted checkpoint=1"), std::string::npos);
  EXPECT_EQ(said.out.find("JobStatusChanged status=FINISHED"), std::string::npos);
}

// ---- looking at a run ----

// A row divides by zero: the job fails, is restarted twice, and gives up.
constexpr const char* kByZero = R"({"leat": 1, "scenario": "by-zero",
  "sources": {"in": {"fields": ["ts:time", "v:int"], "ts": "ts", "watermark": {"bounded": 0},
                     "rows": [[1, 1, 5], [300, 2, 0], [400, 3, 9]]}},
  "nodes": {"share": {"inputs": ["in"], "map": ["ts", "100 / v as q"]}},
  "sinks": {"out": {"from": "share", "kind": "transactional"}},
  "checkpoint": {"every": 100}, "restart": {"attempts": 2, "delay": 100}})";

class ARun : public InAFolder {
 protected:
  void SetUp() override {
    InAFolder::SetUp();
    std::ofstream(path("by-zero.json")) << kByZero;
  }
  // The facts that were printed.
  static std::vector<std::string> facts(const Said& said) {
    std::vector<std::string> lines;
    std::istringstream in(said.out);
    for (std::string line; std::getline(in, line);) {
      if (is_fact_line(line)) lines.push_back(line);
    }
    return lines;
  }
  Said steps(const std::string& typed, std::vector<std::string> words) {
    std::istringstream in(typed);
    std::streambuf* const before = std::cin.rdbuf(in.rdbuf());
    words.insert(words.begin(), {"run", path("by-zero.json")});
    Said said = leat_says(words);
    std::cin.rdbuf(before);
    std::cin.clear();
    return said;
  }
};

TEST_F(ARun, SaysInWordsWhatFailedAndWhere) {
  const Said said = leat_says({"run", path("by-zero.json")});
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.out.find("job_error   share[0]   user function"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("got       / by zero"), std::string::npos) << said.out;
  EXPECT_NE(said.out.find("in[0] fails: share: / by zero"), std::string::npos) << said.out;
  const Said explored = leat_says({"explore", path("by-zero.json"), "--runs", "1", "--no-shrink"});
  EXPECT_NE(explored.out.find("in[0] failed: share: / by zero"), std::string::npos) << explored.out;
}

TEST_F(ARun, IsReplayedBitForBitOrSaysWhereItParts) {
  const Said found = leat_says({"explore", path("by-zero.json"), "--runs", "1", "--no-shrink"});
  const size_t at = found.out.find(".leat/failures/");
  ASSERT_NE(at, std::string::npos) << found.out;
  const std::string kept = found.out.substr(at, found.out.find_first_of(" \n", at) - at);
  const Said same = leat_says({"replay", kept});
  EXPECT_EQ(same.code, 1) << same.out;
  EXPECT_EQ(same.out.find("diverged"), std::string::npos) << same.out;
  // The first row has another value.
  std::string text = content(kept);
  const size_t row = text.find("[1, 1, 5]");
  ASSERT_NE(row, std::string::npos);
  std::ofstream(path("edited.capsule")) << text.replace(row, 9, "[1, 1, 7]");
  const Said other = leat_says({"replay", path("edited.capsule")});
  EXPECT_EQ(other.code, 5) << other.out;
  EXPECT_NE(other.out.find("  diverged  the capsule was recorded with digest "), std::string::npos);
  const size_t told = other.out.find("  the first fact that differs is number ");
  ASSERT_NE(told, std::string::npos) << other.out;
  const std::string line = other.out.substr(other.out.find('\n', told) + 1, 40);
  EXPECT_TRUE(is_fact_line(line.substr(0, line.find('\n')))) << line;
}

TEST_F(ARun, IsTracedInTheNamesOfTheScenario) {
  const Said said = leat_says({"run", path("by-zero.json"), "--trace"});
  for (const char* words :
       {"task  in -> share -> out",
        "TaskFailed execution=in[0]#1 kind=\"user code\" cause=\"share: / by zero\"",
        "WatermarkAdvanced execution=in[0]#1 node=share", "BlobWritten name=checkpoints/1/in[0]#1",
        "TaskManagerRegistered process=worker-1", "link=\"worker-1 -> log (out[0])\"",
        "link=\"worker-1 -> jobmanager job master\"", "TransactionCommitted sink=out"}) {
    EXPECT_NE(said.out.find(words), std::string::npos) << words;
  }
}

TEST_F(ARun, IsToldFromATimeOrAFactOn) {
  const Said whole = leat_says({"run", path("by-zero.json"), "--trace"});
  const Said late = leat_says({"run", path("by-zero.json"), "--from", "300ms"});
  ASSERT_GT(facts(late).size(), 5U);
  EXPECT_EQ(facts(late).back(), facts(whole).back());
  EXPECT_GE(std::stoi(facts(late).front()), 300);
  const Said failed = leat_says({"run", path("by-zero.json"), "--from", "TaskFailed"});
  EXPECT_NE(facts(failed).front().find("TaskFailed"), std::string::npos);
}

TEST_F(ARun, StepsByOneByManyToATextToATimeAndToTheEnd) {
  EXPECT_EQ(facts(steps("\n\nq\n", {"--step"})).size(), 3U);
  EXPECT_EQ(facts(steps("4\nq\n", {"--step"})).size(), 5U);
  const auto to_text = facts(steps("SnapshotTaken\nq\n", {"--step"}));
  EXPECT_NE(to_text.back().find("SnapshotTaken"), std::string::npos);
  const auto to_time = facts(steps("250ms\nq\n", {"--step"}));
  EXPECT_GE(std::stoi(to_time.back()), 250);
  EXPECT_LT(std::stoi(to_time[to_time.size() - 2]), 250);
  EXPECT_EQ(facts(steps("q\n", {"--step", "--from", "TaskFailed"})).size(), 1U);
  const size_t all = facts(leat_says({"run", path("by-zero.json"), "--trace"})).size();
  EXPECT_EQ(facts(steps("c\n", {"--step"})).size(), all);
  EXPECT_EQ(facts(steps("", {"--step"})).size(), all);  // nobody types
  EXPECT_NE(steps("q\n", {"--step"}).err.find("Enter: next fact"), std::string::npos);
}

TEST_F(ARun, ThatIsStoppedIsNoPass) {
  const Said said = leat_says({"run", path("by-zero.json"), "--until", "200ms"});
  EXPECT_EQ(said.code, 0);
  EXPECT_NE(said.out.find("STOP  by-zero"), std::string::npos) << said.out;
  EXPECT_EQ(said.out.find("PASS"), std::string::npos) << said.out;
  EXPECT_TRUE(said.out.ends_with("0 passed, 0 failed, 1 skipped\n")) << said.out;
  const Said json =
      leat_says({"run", path("by-zero.json"), "--until", "200ms", "--format", "json"});
  EXPECT_NE(json.out.find("\"passed\": false"), std::string::npos) << json.out;
}

TEST_F(ARun, OfAScenarioThatShowsNothingOfWhatItExistsToShowFails) {
  std::string text = kByZero;
  text.replace(text.find("[300, 2, 0]"), 11, "[300, 2, 1]");
  text.insert(text.size() - 1, R"(, "expect": {"violation": "liveness"})");
  std::ofstream(path("shows.json")) << text;
  const Said said = leat_says({"run", path("shows.json")});
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.out.find("it exists to show liveness"), std::string::npos) << said.out;
  EXPECT_TRUE(said.out.ends_with("0 passed, 1 failed, 0 skipped\n")) << said.out;
}

TEST_F(ARun, AnUnknownReportIsRefusedBeforeIt) {
  const Said said = leat_says({"run", path("by-zero.json"), "--report", "hologram=x"});
  EXPECT_EQ(said.code, 2);
  EXPECT_EQ(said.out.find("FAIL"), std::string::npos) << said.out;
  for (const std::string& kind : report_kinds())
    EXPECT_NE(said.err.find(kind), std::string::npos) << said.err;
}

// What the decoder accepts is what is written.
TEST_F(ARun, WritesEveryKindOfReport) {
  for (const std::string& kind : report_kinds()) {
    const std::string file = path("report-" + kind + ".svg");
    leat_says({"run", path("by-zero.json"), "--report", kind + "=" + file});
    EXPECT_FALSE(content(file).empty()) << kind;
  }
}

TEST(CommandLine, ExploreAsJsonIsOneDocument) {
  const Said said = leat_says({"explore", kQuakes, "--runs", "4", "--format", "json"});
  EXPECT_TRUE(said.out.starts_with("{\n  \"schema\": 1")) << said.out.substr(0, 80);
  EXPECT_TRUE(said.out.ends_with("}\n"));
}

}  // namespace
}  // namespace leat
