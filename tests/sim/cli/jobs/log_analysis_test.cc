// The log analysis: what it says, that its first form depends on the order of arrival and its
// second does not.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/cli/jobs/jobs.h"
#include "sim/cli/jobs/log_event.h"
#include "sim/explore/campaign.h"
#include "sim/explore/invariance.h"
#include "sim/scenario/decode.h"
#include "tests/sim/cli/jobs/real_clock.h"
#include "tests/sim/cli/jobs/shipped.h"

namespace leat {
namespace {

Decoded decoded(const std::string& text) {
  const JobRegistry jobs = shipped_jobs();
  DecodeOptions options;
  options.jobs = &jobs;
  return decode_scenario(text, "log.json", options);
}

Scenario load(const std::string& name) { return shipped(".", name); }

TEST(LogEvent, ComesBackFromItsLine) {
  const LogEvent event{"u", "s", "view", 5, "192.0.2.1", "leat", R"({"item":3})"};
  const auto again = parse_log_event(to_json(event));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(event));
  EXPECT_EQ(again->metadata, event.metadata);
  EXPECT_FALSE(parse_log_event(R"({"user_id": "u"})"));
  EXPECT_FALSE(parse_log_event(R"({"user_id": "u", "sess)"));
  EXPECT_FALSE(parse_log_event("[]"));
  const std::string deep(100'000, '[');
  EXPECT_FALSE(parse_log_event(R"({"user_id":"u","session_id":"s","action":"view","ip_address":"",)"
                               R"("user_agent":"","timestamp":1,"metadata":)" +
                               deep + std::string(100'000, ']') + "}"));
  const auto at = [](const std::string& second) {
    return parse_log_event(
        R"({"user_id":"u","session_id":"s","action":"view","ip_address":"","user_agent":"",)"
        R"("timestamp":)" +
        second + "}");
  };
  EXPECT_EQ(at("9223372036854775")->timestamp, 9'223'372'036'854'775);
  EXPECT_FALSE(at("9223372036854776"));      // in ms more than can be told
  EXPECT_FALSE(at("18446744073709551615"));  // -1, if it wrapped
  EXPECT_FALSE(at("-9223372036854775808"));
  EXPECT_FALSE(at("1.5"));
}

struct Click {
  const char* user;
  const char* action;
  int64_t second;
};

// The job over these events, in their order, one each 10 ms; the rows of its two print sinks.
struct Answers {
  std::vector<std::string> alerts;
  std::vector<std::string> metrics;
};
Answers answers(const std::string& job, const std::vector<Click>& clicks) {
  std::string rows;
  for (const Click& click : clicks) {
    const std::string line =
        to_json({click.user, "s", click.action, click.second, "192.0.2.1", "leat", std::nullopt});
    std::string escaped;
    for (const char c : line) escaped += c == '"' ? "\\\"" : std::string(1, c);
    rows += (rows.empty() ? "[\"" : ", [\"") + escaped + "\"]";
  }
  const Decoded read =
      decoded(R"({"sources": {"logs": {"fields": ["line:string"], "every": 10, "rows": [)" + rows +
              R"(]}}, "job": {"cpp": ")" + job + R"("}, "world": {"disorder": false}})");
  check(read.scenario.has_value(), "the events make no scenario");
  class Printed final : public RecordTap {
   public:
    explicit Printed(const StreamGraph& graph) : graph_(graph) {}
    void on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) override {
      for (uint32_t i = 0; i < rows.size(); ++i)
        (graph_.node(sink).name == "Security Alerts" ? said.alerts : said.metrics)
            .push_back(to_text(rows.row(i)));
    }
    Answers said;

   private:
    const StreamGraph& graph_;
  } printed(read.scenario->program->graph);
  RunRequest request;
  request.taps.push_back(&printed);
  const RunOutcome outcome = run_once(*read.scenario, Plan(*read.scenario->program), request);
  EXPECT_TRUE(outcome.verdict.ok()) << outcome.violation();
  return printed.said;
}

const std::vector<Click> kFiveFailures = {{"ann", "login_failed", 60},
                                          {"ann", "login_failed", 61},
                                          {"ann", "login_failed", 62},
                                          {"ann", "login_failed", 63},
                                          {"ann", "login_failed", 64}};

TEST(LogAnalysis, TheFifthFailureInARowIsAnAlert) {
  EXPECT_EQ(answers("log_analysis", kFiveFailures).alerts,
            (std::vector<std::string>{"ann, Multiple failed login attempts: 5, 64"}));
}

TEST(LogAnalysis, ASuccessClearsTheCount) {
  std::vector<Click> clicks = kFiveFailures;
  clicks.insert(clicks.begin() + 4, {"ann", "login_success", 63});
  EXPECT_TRUE(answers("log_analysis", clicks).alerts.empty());
}

TEST(LogAnalysis, ActivityMoreThanADayAfterTheLoginIsAnAlert) {
  EXPECT_EQ(
      answers("log_analysis",
              {{"ann", "login_success", 0}, {"ann", "view", 86'400}, {"ann", "purchase", 86'401}})
          .alerts,
      (std::vector<std::string>{"ann, Activity after long inactivity: purchase, 86401"}));
}

TEST(LogAnalysis, MetricsComeWithEachFullMinute) {
  const Answers said =
      answers("log_analysis", {{"ann", "view", 50}, {"ann", "view", 60}, {"ann", "logout", 120}});
  EXPECT_EQ(said.metrics, (std::vector<std::string>{"ann, 60, 10, {view: 2}",
                                                    "ann, 120, 70, {logout: 1, view: 2}"}));
}

// The same events, another order of arrival: a success that comes late does not clear the count,
// and a session lasts less than nothing.
TEST(LogAnalysis, ThereIsAnotherAnswerInAnotherOrder) {
  const std::vector<Click> in_time = {{"ann", "view", 65}, {"ann", "logout", 60}};
  EXPECT_EQ(answers("log_analysis", in_time).metrics,
            (std::vector<std::string>{"ann, 60, -5, {logout: 1, view: 1}"}));
  EXPECT_EQ(answers("log_analysis_ordered", in_time).metrics,
            (std::vector<std::string>{"ann, 60, 0, {logout: 1}"}));
}

// Of what happened in the same second the fields decide, or the order of arrival would.
TEST(LogAnalysis, InOrderEventsOfOneSecondHaveOneOrder) {
  const Click view{"ann", "view", 60};
  const Click logout{"ann", "logout", 60};
  const std::vector<std::string> one = {"ann, 60, 0, {logout: 1}",
                                        "ann, 60, 0, {logout: 1, view: 1}"};
  EXPECT_EQ(answers("log_analysis_ordered", {view, logout}).metrics, one);
  EXPECT_EQ(answers("log_analysis_ordered", {logout, view}).metrics, one);
}

TEST(LogAnalysis, ItsDependenceOnTheOrderIsFoundWithin50Seeds) {
  std::vector<Scenario> scenarios;
  scenarios.push_back(load("log-analysis"));
  CampaignRequest request;
  request.runs = 50;
  EXPECT_TRUE(explore(scenarios, request).ok());
  uint64_t found = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const InvarianceVerdict said = check_invariance(scenarios[0], seed);
    for (const Violation& v : said.violations) found += v.name == "order_dependent" ? 1 : 0;
  }
  EXPECT_GE(found, 25u);  // nearly every seed shows it
}

TEST(LogAnalysis, InOrderTheSameCheckFindsNothing) {
  const Scenario scenario = load("log-analysis-ordered");
  uint64_t judged = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const InvarianceVerdict said = check_invariance(scenario, seed);
    EXPECT_TRUE(said.violations.empty()) << said.violations[0].got;
    judged += said.judged;
  }
  EXPECT_GT(judged, 5000u);
}

class Job : public testing::TestWithParam<std::string> {};

// What the first form says depends on the order of arrival, which no fault may change: whatever the
// order is, the engine does by it what the job says.
TEST_P(Job, IsRightUnderAThousandSeedsOfFaults) {
  Scenario scenario = load(GetParam());
  scenario.expect.violation.reset();
  const ScenarioCoverage seen =
      explored(std::move(scenario), 1000, CampaignRequest::Disturb::kNone);
  expect_clean(seen, 1000);
  EXPECT_GT(seen.restored, 300u);
}

TEST_P(Job, EndsOnTheRealClock) {
  const RealResult result =
      run_on_the_real_clock([name = GetParam()] { return load(name); }, GetParam(), 200);
  EXPECT_TRUE(result.finished);
  EXPECT_FALSE(result.rows.empty());
}

INSTANTIATE_TEST_SUITE_P(LogAnalysis, Job,
                         testing::Values("log-analysis", "log-analysis-ordered", "log-counts"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(LogAnalysis, InOrderTheRealClockGivesTheSimulatedResult) {
  Scenario scenario = load("log-analysis-ordered");
  scenario.random_faults.max = 0;
  // No crash: each row is printed once.
  class Rows final : public RecordTap {
   public:
    explicit Rows(const StreamGraph& graph) : graph_(graph) {}
    void on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) override {
      const auto& topic = std::get<SinkSpec>(graph_.node(sink).spec).topic;
      for (uint32_t i = 0; i < rows.size(); ++i) of[topic].insert(to_text(rows.row(i)));
    }
    std::map<std::string, std::multiset<std::string>> of;

   private:
    const StreamGraph& graph_;
  } simulated(scenario.program->graph);
  RunRequest request;
  request.taps.push_back(&simulated);
  run_once(scenario, Plan(*scenario.program), request);
  const RealResult real =
      run_on_the_real_clock([] { return load("log-analysis-ordered"); }, "log_analysis", 200);
  ASSERT_TRUE(real.finished);
  EXPECT_GE(simulated.of.at("User Metrics").size(), 1u);
  EXPECT_EQ(real.rows, simulated.of);
}

}  // namespace
}  // namespace leat
