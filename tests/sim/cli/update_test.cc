// run --update: expected rows are written from what is committed, unless an oracle contradicts.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/api/data_stream.h"
#include "sim/cli/jobs/jobs.h"
#include "sim/cli/leat_main.h"

namespace leat {
namespace {

namespace fs = std::filesystem;

class Updating : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // Writes the scenario, updates it, and says what stands there then.
  std::string updated(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    std::string path = path_.string();
    std::vector<std::string> words = {"leat", "run", "--update", path};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    testing::internal::CaptureStdout();
    code_ = leat::main(static_cast<int>(argv.size()), argv.data(), jobs_);
    said_ = testing::internal::GetCapturedStdout();
    std::ifstream in(path_, std::ios::binary);
    std::ostringstream now;
    now << in.rdbuf();
    return now.str();
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / "leat-update-test";
  const fs::path path_ = folder_ / "sums.json";
  JobRegistry jobs_ = shipped_jobs();
  int code_ = 0;
  std::string said_;
};

std::string sums(const std::string& rows) {
  return R"({
  "sources": { "s": { "fields": ["ts:time", "v:int"], "ts": "ts", "watermark": { "bounded": 100 },
    "rows": [[1000, 1], [1500, 2], [2000, 4]] } },
  "nodes": { "w": { "inputs": ["s"], "key_by": null, "window": { "tumbling": 1000 }, "aggregate": ["sum(v) as s"] } },
  "sinks": { "out": "w" },
  "expect": { "rows": { "out": )" +
         rows + R"( } }  // of each second
}
)";
}

TEST_F(Updating, TheCommittedRowsAreWritten) {
  EXPECT_EQ(updated(sums(R"([[1000, 2000, 3], [5000, 6000, 7]])")),
            sums(R"([[1000, 2000, 3], [2000, 3000, 4]])"));
  EXPECT_EQ(code_, 0) << said_;
  EXPECT_EQ(updated(sums(R"([[1000, 2000, 3], [2000, 3000, 4]])")),
            sums(R"([[1000, 2000, 3], [2000, 3000, 4]])"));
  EXPECT_NE(said_.find("unchanged"), std::string::npos) << said_;
}

// Here the job is not what the oracles take it for: an impure function.
TEST_F(Updating, NothingIsWrittenWhereAnOracleContradictsTheEngine) {
  jobs_["counts_calls"] = [](const JobInput& input) {
    StreamExecutionEnvironment env(input);
    const auto calls = std::make_shared<int64_t>(0);
    env.from_collection<int64_t>({1, 2, 3})
        .map([calls](int64_t n) { return n + ++*calls; })
        .sink_to(Sink::transactional("out"));
    return env.execute("counts calls");
  };
  const std::string text =
      R"({ "job": { "cpp": "counts_calls" }, "expect": { "rows": { "out": [[1]] } } })";
  EXPECT_EQ(updated(text), text);
  EXPECT_EQ(code_, 1);
  EXPECT_NE(said_.find("refused: the oracles contradict the engine"), std::string::npos) << said_;
}

// What falls together in a window of the clock differs from seed to seed.
TEST_F(Updating, NothingIsWrittenThatAnotherSeedWouldContradict) {
  const std::string text = R"({
  "sources": { "s": { "fields": ["v:int"], "every": 97, "rows": [[1], [2], [3], [4], [5], [6], [7], [8]] } },
  "nodes": { "w": { "inputs": ["s"], "key_by": null, "window": { "tumbling": 50, "time": "processing" }, "aggregate": ["sum(v) as s"] } },
  "sinks": { "out": "w" },
  "expect": { "rows": { "out": [] } }
})";
  EXPECT_EQ(updated(text), text);
  EXPECT_EQ(code_, 1);
  EXPECT_NE(said_.find("commits other rows than seed"), std::string::npos) << said_;
}

}  // namespace
}  // namespace leat
