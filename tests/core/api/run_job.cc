#include "tests/core/api/run_job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "sim/explore/run_once.h"

namespace leat {

namespace {

// What a read_committed reader of each sink has seen, sorted.
class Committed final : public RecordTap {
 public:
  explicit Committed(const StreamGraph& graph) : graph_(graph) {}
  void on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) override {
    for (uint32_t i = 0; i < rows.size(); ++i) {
      rows_[graph_.node(sink).name].push_back(to_text(rows.row(i)));
    }
  }
  std::vector<std::string> of(const std::string& sink) {
    std::sort(rows_[sink].begin(), rows_[sink].end());
    return rows_[sink];
  }

 private:
  const StreamGraph& graph_;
  std::map<std::string, std::vector<std::string>> rows_;
};

}  // namespace

Scenario scenario_of(Result<StreamGraph> graph) {
  check(graph.ok(), "the job could not be built");
  Scenario scenario;
  scenario.cluster.task_managers = {ProcessId{1}, ProcessId{2}};
  scenario.cluster.log = ProcessId{3};
  scenario.cluster.heartbeat_interval = {500};
  scenario.cluster.heartbeat_timeout = {2000};
  const StreamGraph& g = graph.value();
  for (uint32_t i = 0; i < g.nodes.size(); ++i) {
    if (const auto* sink = std::get_if<SinkSpec>(&g.nodes[i].spec)) {
      scenario.topics.sinks[sink->topic] = NodeId{i};
    }
  }
  Result<JobGraph> job = make_job_graph(g);
  check(job.ok(), "the job could not be planned");
  scenario.program = std::make_shared<JobProgram>(JobProgram{g, job.value()});
  return scenario;
}

std::vector<std::string> committed(Result<StreamGraph> graph, const std::string& sink,
                                   uint32_t faults) {
  Scenario scenario = scenario_of(std::move(graph));
  scenario.random_faults.max = faults;
  const Plan plan(*scenario.program);
  std::vector<std::string> first;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Committed tap(scenario.program->graph);
    RunRequest request;
    request.seed = seed;
    request.taps.push_back(&tap);
    const RunOutcome outcome = run_once(scenario, plan, request);
    for (const Violation& v : outcome.verdict.violations) {
      ADD_FAILURE() << "seed " << seed << ": " << v.name << " at " << v.where << ", " << v.subject
                    << ", expected " << v.expected << ", got " << v.got << ": " << v.rule;
    }
    EXPECT_EQ(outcome.stats.end, RunEnd::kFinished) << outcome.stats.broken;
    if (seed == 1) first = tap.of(sink);
    EXPECT_EQ(tap.of(sink), first) << "seed " << seed;
  }
  return first;
}

JobConfig durable() {
  JobConfig config;
  config.parallelism = 2;
  config.checkpoint.interval = Duration{300};
  config.checkpoint.tolerable_failures = 10;
  config.restart.kind = RestartConfig::Kind::kFixedDelay;
  config.restart.attempts = 20;
  config.restart.delay = {100};
  return config;
}

}  // namespace leat
