// Twins: what a run must not depend on is found, and a twin that gives no answer is no silence. A
// fresh process of this program is the command line with the jobs below (see main).
#include "sim/cli/twin.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/api/data_stream.h"
#include "sim/cli/leat_main.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

namespace fs = std::filesystem;

struct Item {
  EventTime ts;
  int64_t v = 0;
};
LEAT_ROW(Item, ts, v)

bool is_abroad() {
  const char* zone = std::getenv("TZ");
  return zone != nullptr && std::string(zone) == "Asia/Kathmandu";
}

Result<StreamGraph> job_of(const JobInput& input, int64_t (*change)(int64_t)) {
  StreamExecutionEnvironment env(input);
  env.source<Item>("s")
      .map([change](const Item& item) { return Item{item.ts, change(item.v)}; })
      .name("change")
      .sink_to(Sink::transactional("out"));
  return env.finish();
}

// One job that is a function of its input, one that looks at the time zone, one that dies abroad.
JobRegistry twin_jobs() {
  return {{"pure", [](const JobInput& in) { return job_of(in, [](int64_t v) { return v + 1; }); }},
          {"zone",
           [](const JobInput& in) {
             return job_of(in, [](int64_t v) { return v == 7 && is_abroad() ? 8 : v; });
           }},
          {"dies", [](const JobInput& in) {
             return job_of(in, [](int64_t v) {
               if (is_abroad()) std::raise(SIGKILL);
               return v;
             });
           }}};
}

class ATwin : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path_of(const std::string& job, const std::string& more_rows = "") const {
    const std::string path = (folder_ / (job + ".json")).string();
    std::ofstream(path) << R"({"leat": 1, "sources": {"s": {"fields": ["ts:time", "v:int"],
      "ts": "ts", "rows": [[0, 1, 5], [40, 2, 7], [80, 3, 9])"
                        << more_rows << R"(]}}, "job": {"cpp": ")" << job
                        << R"("}, "checkpoint": {"every": 50}})";
    return path;
  }
  // What the twin of the job's run at seed 3 is found to have done.
  Twins twins_of(const std::string& job, const std::string& more_rows = "") const {
    const JobRegistry jobs = twin_jobs();
    DecodeOptions options;
    options.jobs = &jobs;
    const Decoded decoded = load_scenario(path_of(job, more_rows), options);
    EXPECT_EQ(decoded.report, "");
    RunRequest request;
    request.seed = 3;
    const RunOutcome here = run_once(*decoded.scenario, Plan(*decoded.scenario->program), request);
    Twins twins;
    twins.judge(*decoded.scenario, here);
    return twins;
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / "leat-twin-test";
};

TEST_F(ATwin, OfAFunctionOfItsInputIsTheSame) {
  const Twins twins = twins_of("pure");
  EXPECT_EQ(twins.judged(), 1U);
  EXPECT_EQ(twins.findings().size(), 0U);
}

TEST_F(ATwin, ThatDiffersIsFoundWithTheFirstFactThatDoes) {
  const Twins twins = twins_of("zone");
  ASSERT_EQ(twins.findings().size(), 1U);
  const TwinFinding& finding = twins.findings()[0];
  EXPECT_EQ(finding.got.size(), 32U);
  EXPECT_NE(finding.got, finding.expected);
  // What left the function otherwise is on its way to the sink's topic.
  const std::string same = finding.here.substr(0, finding.here.find(" hash="));
  EXPECT_NE(same.find("MessageDelivered from=worker-1 to=log"), std::string::npos) << same;
  EXPECT_TRUE(finding.there.starts_with(same)) << finding.there;
  EXPECT_NE(finding.here, finding.there);
}

// It says much more, after the difference, than a pipe holds.
TEST_F(ATwin, IsNotWaitedForOnceItDiffers) {
  std::string more_rows;
  for (int i = 4; i < 2000; ++i)
    more_rows += ", [" + std::to_string(i * 40) + ", " + std::to_string(i) + ", 9]";
  EXPECT_EQ(twins_of("zone", more_rows).findings().size(), 1U);
}

TEST_F(ATwin, ThatDiesIsFoundToo) {
  const Twins twins = twins_of("dies");
  ASSERT_EQ(twins.findings().size(), 1U);
  EXPECT_EQ(twins.findings()[0].got, "no answer: it was killed by signal 9 (Killed)");
  EXPECT_EQ(twins.findings()[0].there, "its run ended before this");
}

int explore(const std::string& path, std::vector<std::string> words, std::string& out) {
  words.insert(words.begin(), {"leat", "explore", path, "--runs", "2"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  testing::internal::CaptureStdout();
  const int code = leat::main(static_cast<int>(argv.size()), argv.data(), twin_jobs());
  out = testing::internal::GetCapturedStdout();
  return code;
}

TEST_F(ATwin, OfACampaignFailsIt) {
  std::string out;
  EXPECT_EQ(explore(path_of("pure"), {}, out), 0) << out;
  EXPECT_NE(out.find("twins     2 runs again in a fresh process, 0 differed"), std::string::npos)
      << out;
  EXPECT_EQ(explore(path_of("zone"), {}, out), 1) << out;
  EXPECT_NE(out.find("nondeterminism"), std::string::npos) << out;
  EXPECT_NE(out.find("first fact that differs"), std::string::npos) << out;
  EXPECT_EQ(explore(path_of("dies"), {}, out), 1) << out;
  EXPECT_NE(out.find("killed by signal 9"), std::string::npos) << out;
}

TEST_F(ATwin, IsInTheJsonOfACampaignToo) {
  std::string out;
  EXPECT_EQ(explore(path_of("zone"), {"--format", "json"}, out), 1) << out;
  EXPECT_NE(out.find("\"twins\""), std::string::npos) << out;
  EXPECT_NE(out.find("\"first_fact_here\""), std::string::npos) << out;
}

}  // namespace

JobRegistry jobs_of_the_twin_test() { return twin_jobs(); }

}  // namespace leat

// Started as "leat" this is the command line: so a twin is this program, too.
int main(int argc, char** argv) {
  if (std::string(argv[0]) == "leat") return leat::main(argc, argv, leat::jobs_of_the_twin_test());
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
