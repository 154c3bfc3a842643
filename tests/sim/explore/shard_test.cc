// A campaign in parts is the campaign: shards, a lost one, a resumed one.
#include <gtest/gtest.h>

#include "sim/explore/campaign.h"

namespace leat {
namespace {

// Some seeds fail: their runs may take three steps only.
CampaignRequest campaign() {
  CampaignRequest request;
  request.runs = 160;
  request.failures_max = 3;
  request.generate = [](uint64_t seed) {
    Scenario scenario = generated_scenario(seed);
    if (seed == 37 || seed == 90) scenario.limits.steps = 3;
    return scenario;
  };
  return request;
}

std::string summary(const CampaignResult& result) {
  std::string text = result.digest + " " + std::to_string(result.runs);
  for (const Failure& failure : result.scenarios[0].failures) {
    text += " " + failure.outcome.violation() + "@" + std::to_string(failure.outcome.seed) + "#" +
            std::to_string(failure.found_after) + " " + failure.outcome.digest;
  }
  return text;
}

// What a shard writes, line by line.
std::vector<std::string> lines_of(uint32_t index, uint32_t of) {
  CampaignRequest request = campaign();
  request.shard = {index, of};
  std::vector<std::string> lines;
  request.ended = [&](size_t block, const BlockResult& result) {
    lines.push_back(to_line(block, result));
  };
  explore({}, request);
  return lines;
}

CampaignResult merged(const std::vector<std::string>& lines) {
  CampaignRequest request = campaign();
  request.shard = {0, 0};
  for (const std::string& line : lines) {
    auto block = parse_block(line);
    if (block.ok()) request.known[block.value().block] = std::move(block.value().result);
  }
  return explore({}, request);
}

TEST(Shards, FourPartsAreTheWhole) {
  const CampaignResult whole = explore({}, campaign());
  ASSERT_EQ(whole.scenarios[0].failures.size(), 2U);
  std::vector<std::string> lines;
  for (uint32_t i = 0; i < 4; ++i) {
    for (const std::string& line : lines_of(i, 4)) lines.push_back(line);
  }
  const CampaignResult parts = merged(lines);
  EXPECT_EQ(parts.missing, 0U);
  EXPECT_EQ(summary(parts), summary(whole));
  EXPECT_NE(parts.scenarios[0].failures[0].generated, nullptr);
}

TEST(Shards, ALostPartIsMissedAndALineThatWasCutOffIsNone) {
  std::vector<std::string> lines = lines_of(0, 2);
  EXPECT_EQ(merged(lines).missing, 5U);
  lines = lines_of(0, 1);
  lines.back().resize(lines.back().size() / 2);
  EXPECT_EQ(merged(lines).missing, 1U);
}

TEST(Shards, ACampaignGoesOnWhereItWasKilled) {
  std::vector<std::string> lines = lines_of(0, 1);
  lines.resize(4);
  CampaignRequest request = campaign();
  for (const std::string& line : lines) {
    auto block = parse_block(line);
    ASSERT_TRUE(block.ok()) << block.error();
    request.known[block.value().block] = std::move(block.value().result);
  }
  uint64_t run = 0;
  request.ended = [&](size_t, const BlockResult& result) { run += result.seen.runs; };
  EXPECT_EQ(summary(explore({}, request)), summary(explore({}, campaign())));
  EXPECT_EQ(run, 160U - 4 * 16);
}

}  // namespace
}  // namespace leat
