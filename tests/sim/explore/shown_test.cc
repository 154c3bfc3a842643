// A scenario that exists to show a violation passes if it is found and nothing else is.
#include <gtest/gtest.h>

#include "sim/explore/campaign.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

// One row, of whose sum it is expected that it is 2; it is 1.
ScenarioCoverage explored(const std::string& expect) {
  const std::string text = R"json({
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "rows": [[10, "a", 1]]}},
  "nodes": {"w": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": "1s"}, "aggregate": ["sum(v)"]}},
  "sinks": {"out": "w"}, "checkpoint": {"every": "50ms"},
  "expect": {"rows": {"out": [["a", 0, 1000, 2]]}, )json" +
                           expect + "}}";
  Decoded decoded = decode_scenario(text, "one.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  std::vector<Scenario> scenarios;
  scenarios.push_back(std::move(*decoded.scenario));
  CampaignRequest request;
  request.runs = 40;
  return explore(scenarios, request).scenarios[0];
}

TEST(Shown, WhatItExistsToShowIsNoFailure) {
  const ScenarioCoverage seen = explored(R"("violation": "wrong_value")");
  EXPECT_TRUE(seen.failures.empty());
  EXPECT_TRUE(seen.complaints.empty());
  EXPECT_EQ(seen.shown, 40u);
}

TEST(Shown, AnotherViolationIsAFailureByItsOwnName) {
  const ScenarioCoverage seen =
      explored(R"("violation": "wrong_value", "never": ["CheckpointCompleted"])");
  ASSERT_FALSE(seen.failures.empty());
  EXPECT_NE(seen.failures[0].outcome.violation(), "wrong_value");
}

TEST(Shown, IfItIsNotFoundThatIsAComplaint) {
  const ScenarioCoverage seen = explored(R"("violation": "missing_result")");
  ASSERT_FALSE(seen.failures.empty());
  EXPECT_EQ(seen.failures[0].outcome.violation(), "wrong_value");
  EXPECT_EQ(seen.shown, 0u);
}

TEST(Shown, WhatMustBeSeenBesideItMustBeSeen) {
  const ScenarioCoverage seen =
      explored(R"("violation": "wrong_value", "sometimes": ["LateRecord"])");
  EXPECT_EQ(seen.complaints, std::vector<std::string>{"sometimes LateRecord: never seen"});
}

}  // namespace
}  // namespace leat
