// What drawn jobs have found and what was mended: each file failed once, shrunk as it is.
#include <gtest/gtest.h>

#include <filesystem>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

TEST(Found, NoneFailsAnyMore) {
  int count = 0;
  const std::string folder = std::string(LEAT_SOURCE_DIR) + "/tests/sim/explore/found";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Decoded decoded = load_scenario(entry.path().string());
    ASSERT_TRUE(decoded.scenario) << decoded.report;
    const Plan plan(*decoded.scenario->program);
    // As it was found, and under some other seeds.
    for (uint64_t seed = 0; seed < 20; ++seed) {
      RunRequest request;
      request.seed = decoded.scenario->seed + seed;
      request.rest = seed == 0 ? RunRequest::Rest::kPlain : RunRequest::Rest::kDrawn;
      const RunOutcome outcome = run_once(*decoded.scenario, plan, request);
      EXPECT_TRUE(outcome.verdict.ok())
          << entry.path() << " seed " << request.seed << ": " << outcome.violation();
    }
    ++count;
  }
  EXPECT_EQ(count, 7);
}

}  // namespace
}  // namespace leat
