// The command line as its users see it: what stands on stdout, and the exit code.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

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

TEST(CommandLine, ExploreAsJsonIsOneDocument) {
  const Said said = leat_says({"explore", kQuakes, "--runs", "4", "--format", "json"});
  EXPECT_TRUE(said.out.starts_with("{\n  \"schema\": 1")) << said.out.substr(0, 80);
  EXPECT_TRUE(said.out.ends_with("}\n"));
}

}  // namespace
}  // namespace leat
