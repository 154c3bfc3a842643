// A recorded job of Flink is a scenario with nothing around it, and one decoder reads both.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

const std::filesystem::path kRoot = LEAT_SOURCE_DIR;

std::vector<std::string> cases(const std::string& topic) {
  std::ifstream file(kRoot / "tests/conformance/jobs" / (topic + ".jsonl"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  return lines;
}

// `around` is put in front of the job's own keys.
Decoded decode_case(const std::string& line, const std::string& around = "") {
  return decode_scenario("{" + around + line.substr(1), "case.json",
                         {nullptr, (kRoot / "scenarios").string()});
}

// `collect` gives its list in the order of arrival, and the recording sorts it.
Row normal(RowView row) {
  Row out;
  for (const Value& value : row) {
    if (value.type() != ValueType::kList) {
      out.push_back(value);
      continue;
    }
    std::vector<Value> items(value.as_list().begin(), value.as_list().end());
    std::sort(items.begin(), items.end());
    out.push_back(Value::list(std::move(items)));
  }
  return out;
}

class Committed final : public RecordTap {
 public:
  void on_committed_rows(NodeId sink, uint64_t, const RowBatch& batch) override {
    for (uint32_t i = 0; i < batch.size(); ++i) rows[sink.value].push_back(normal(batch.row(i)));
  }
  std::map<uint32_t, std::vector<Row>> rows;
};

std::vector<std::string> sorted_texts(const std::vector<Row>& rows) {
  std::vector<std::string> texts;
  for (const Row& row : rows) texts.push_back(to_text(row));
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string told(const RunOutcome& outcome) {
  if (outcome.verdict.ok()) return "";
  const Violation& v = outcome.verdict.violations.front();
  return v.name + " " + v.where + " " + v.subject + "\n  expected " + v.expected + "\n  got " +
         v.got + "\n  " + v.rule;
}

// Runs the case and compares what was committed.
void expect_recorded_result(const std::string& line, const std::string& around, uint64_t seed) {
  const Decoded decoded = decode_case(line, around);
  ASSERT_TRUE(decoded.scenario) << decoded.report;
  const Scenario& scenario = *decoded.scenario;
  Committed committed;
  RunRequest request;
  request.seed = seed;
  request.taps.push_back(&committed);
  const RunOutcome outcome = run_once(scenario, Plan(*scenario.program), request);
  EXPECT_TRUE(outcome.verdict.ok()) << scenario.name << " seed " << seed << ": " << told(outcome);
  for (const auto& [sink, expected] : scenario.expect.rows) {
    const NodeId node = *scenario.program->graph.find(sink);
    EXPECT_EQ(sorted_texts(committed.rows[node.value]), sorted_texts(expected.rows))
        << scenario.name << " sink " << sink << " seed " << seed;
  }
}

bool claims(const std::string& line, const std::string& what) {
  const size_t invariant = line.find("\"invariant\":[");
  return line.substr(invariant, line.find(']', invariant) - invariant).find("\"" + what + "\"") !=
         std::string::npos;
}

const std::string kDurable =
    R"("checkpoint": {"every": 20, "tolerable_failures": 100}, "restart": {"attempts": 30, "delay": 10}, )"
    R"("cluster": {"heartbeat_interval": 200, "heartbeat_timeout": 1000}, )";

// Nodes and windows that are not offered yet are refused by name, never by accident.
TEST(RecordedJobs, WhatIsNotOfferedIsRefusedAtItsKey) {
  for (const char* topic :
       {"stateless", "windows", "lateness", "window_all", "multi_stage", "real_data"}) {
    for (const std::string& line : cases(topic)) {
      const Decoded decoded = decode_case(line);
      const auto& all = decoded.diagnostics.all();
      const bool by_name = std::any_of(all.begin(), all.end(), [](const Diagnostic& d) {
        return d.code == "SC101" || d.code == "SC102" || d.code == "SC108";
      });
      EXPECT_TRUE(decoded.scenario || by_name) << line.substr(0, 40) << "\n" << decoded.report;
    }
  }
}

class RecordedJob : public testing::TestWithParam<const char*> {};

TEST_P(RecordedJob, CommitsWhatFlinkCommitted) {
  size_t judged = 0;
  for (const std::string& line : cases(GetParam())) {
    if (!decode_case(line).scenario) continue;
    ++judged;
    expect_recorded_result(line, "", 1);
    if (claims(line, "parallelism")) expect_recorded_result(line, R"("parallelism": 3, )", 2);
    if (claims(line, "restart")) {
      for (uint64_t seed = 1; seed <= 5; ++seed) {
        expect_recorded_result(line, kDurable + R"("random_faults": {"max": 2}, )", seed);
      }
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(judged, 2u);
}

INSTANTIATE_TEST_SUITE_P(Topics, RecordedJob,
                         testing::Values("stateless", "windows", "lateness", "window_all",
                                         "multi_stage", "real_data"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace leat
