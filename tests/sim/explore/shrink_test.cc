// A failure becomes a small scenario file that fails in the same way.
#include "sim/explore/shrink.h"

#include <gtest/gtest.h>

#include "sim/explore/pin.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/json_text.h"

namespace leat {
namespace {

// The engine is right, so what fails is an expectation: that no key is counted to more than two in
// a window, say, or that the job is never restored.
std::string counting(const std::string& expect) {
  return R"({
  "leat": 1, "scenario": "counts", "parallelism": 2,
  // Comments get lost.
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                    "watermark": {"bounded": "500ms"},
                    "generate": {"count": 60, "every": "20ms", "keys": 5, "disorder": "400ms"}}},
  "nodes": {"some": {"inputs": ["s"], "filter": "v >= 0"},
            "w": {"inputs": ["some"], "key_by": "k", "window": {"tumbling": "1s"},
                  "aggregate": ["count() as n"]},
            "big": {"inputs": ["w"], "filter": "n > 5"}},
  "sinks": {"out": "big", "all": "w"},
  "checkpoint": {"every": "300ms"},
  "restart": {"strategy": "fixed_delay", "attempts": 50, "delay": "50ms"},
  "random_faults": {"max": 3},
  "expect": )" +
         expect + "}";
}

Scenario decoded(const std::string& text) {
  Decoded decoded = decode_scenario(text, "counts.json");
  EXPECT_TRUE(decoded.scenario.has_value()) << decoded.report;
  return std::move(*decoded.scenario);
}

RunOutcome recorded_run(const Scenario& scenario, uint64_t seed) {
  RunRequest request;
  request.seed = seed;
  request.record = true;
  return run_once(scenario, Plan(*scenario.program), request);
}

RunOutcome run_pinned(const Scenario& scenario) {
  RunRequest request;
  request.seed = scenario.seed;
  request.rest = RunRequest::Rest::kPlain;
  return run_once(scenario, Plan(*scenario.program), request);
}

TEST(Pin, ARunMadeExplicitIsTheSameRun) {
  const Scenario scenario = decoded(counting("{}"));
  uint64_t with_faults = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const RunOutcome recorded = recorded_run(scenario, seed);
    const auto pinned = pin_run(scenario, recorded);
    ASSERT_TRUE(pinned.has_value());
    const Scenario explicit_one = decoded(to_text(*pinned));
    EXPECT_EQ(explicit_one.faults.size(), recorded.faults.size());
    EXPECT_EQ(run_pinned(explicit_one).digest, recorded.digest) << "seed " << seed;
    with_faults += recorded.faults.empty() ? 0 : 1;
    // Rows that stand in the file are read as if they were generated.
    Json with_rows = *pinned;
    pin_rows(with_rows, scenario, 1000);
    EXPECT_EQ(size_of(with_rows).rows, 60U);
    EXPECT_EQ(run_pinned(decoded(to_text(with_rows))).digest, recorded.digest) << "seed " << seed;
  }
  EXPECT_GT(with_faults, 10U);
}

TEST(Pin, ChoicesAreLinesThatSayWhatTheyMean) {
  const Scenario scenario = decoded(counting("{}"));
  RunOutcome recorded = recorded_run(scenario, 3);
  std::erase_if(recorded.choices.answers, [&](const auto& entry) {
    return recorded.choices.sites.at(entry.first.site).starts_with("fault.");
  });
  const Json lines = choices_json(recorded.choices, scenario);
  ASSERT_EQ(lines.items.size(), recorded.choices.size());
  size_t noted = 0;
  for (const Json& line : lines.items)
    noted += line.text.find("  -- ") != std::string::npos ? 1 : 0;
  EXPECT_GT(noted * 10, lines.items.size() * 9) << to_text(lines);
}

TEST(Shrink, AFailureEndsAsTheSmallestFileThatFailsSo) {
  // Not what comes out: some window has other contents.
  const Scenario scenario =
      decoded(counting(R"({"rows": {"all": {"rows": [["k0", 0, 1000, 77]], "match": "all"}}})"));
  const RunOutcome failed = recorded_run(scenario, 5);
  ASSERT_FALSE(failed.verdict.ok());
  const auto small = shrink(scenario, failed, {});
  ASSERT_TRUE(small.has_value());
  EXPECT_TRUE(small->minimal);
  EXPECT_GT(small->removals_tried, 0U);
  EXPECT_EQ(small->before.rows, 60U);
  EXPECT_LE(small->after.rows, 1U);
  EXPECT_EQ(small->after.faults, 0U);
  EXPECT_EQ(small->after.choices, 0U);
  EXPECT_LE(small->after.nodes, 3U) << small->text;
  // The file is a scenario, and its run is the one that was reported.
  const RunOutcome again = run_pinned(decoded(small->text));
  EXPECT_EQ(again.digest, small->outcome.digest);
  EXPECT_EQ(again.violation(), failed.violation());
}

TEST(Shrink, ThreadsChangeNothing) {
  const Scenario scenario =
      decoded(counting(R"({"rows": {"all": {"rows": [["k0", 0, 1000, 77]], "match": "all"}}})"));
  const RunOutcome failed = recorded_run(scenario, 5);
  ShrinkRequest request;
  request.jobs = 2;
  const auto a = shrink(scenario, failed, request);
  const auto b = shrink(scenario, failed, request);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->text, b->text);
}

TEST(Shrink, WhichViolationItIsStays) {
  Violation here{"wrong_value", "output", "sum[1]", "", "", "", "", 0};
  RunOutcome outcome;
  outcome.verdict.violations = {here};
  const ViolationShape shape = shape_of(here, outcome.stats);
  EXPECT_NE(violation_of(outcome, shape), nullptr);
  outcome.verdict.violations[0].where = "sum[0]";
  EXPECT_NE(violation_of(outcome, shape), nullptr) << "another subtask of the node is the same";
  outcome.verdict.violations[0].where = "other[1]";
  EXPECT_EQ(violation_of(outcome, shape), nullptr);
  // A job that hangs is not a job that broke.
  Violation stuck{"liveness", "liveness", "job", "", "", "", "", 0};
  outcome.verdict.violations = {stuck};
  outcome.stats.end = RunEnd::kStuck;
  const ViolationShape hangs = shape_of(stuck, outcome.stats);
  outcome.stats.end = RunEnd::kBroken;
  outcome.stats.broken = "a claim about 17 things";
  EXPECT_EQ(violation_of(outcome, hangs), nullptr);
  const ViolationShape broke = shape_of(stuck, outcome.stats);
  outcome.stats.broken = "a claim about 4 things";
  EXPECT_NE(violation_of(outcome, broke), nullptr);
}

TEST(Edits, ANodeThatIsTakenOutIsReadThrough) {
  auto parsed = parse_json(counting("{}"));
  Json document = std::get<Json>(parsed);
  for (const Edit& edit : structural_removals(document)) {
    if (edit.what == "/nodes/w") edit.apply(document);
  }
  EXPECT_EQ(document.find("nodes")->value.find("big")->value.find("inputs")->value.items[0].text,
            "some");
  EXPECT_EQ(document.find("sinks")->value.find("all")->value.text, "some");
}

TEST(Edits, LimitsAndRestartsAreLeftAlone) {
  auto parsed = parse_json(counting("{}"));
  const Json document = std::get<Json>(parsed);
  for (const Edit& edit : removals(document)) {
    EXPECT_EQ(edit.what.find("/restart"), std::string::npos) << edit.what;
    EXPECT_EQ(edit.what.find("/limits"), std::string::npos) << edit.what;
  }
  for (const Edit& edit : simplifications(document)) {
    EXPECT_EQ(edit.what.find("/restart"), std::string::npos) << edit.what;
  }
}

}  // namespace
}  // namespace leat
