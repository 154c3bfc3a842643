#include "sim/conform/job_case.h"

#include <algorithm>
#include <map>

#include "sim/conform/job_scripts.h"
#include "sim/scenario/decode.h"
#include "sim/world/seeded_choices.h"
#include "sim/world/simulation.h"

namespace leat {

namespace {

// What the sinks have committed, and how many rows each node has dropped as late.
class Committed final : public RecordTap, public FactObserver {
 public:
  void on_committed_rows(NodeId sink, uint64_t, const RowBatch& batch) override {
    for (uint32_t i = 0; i < batch.size(); ++i) {
      rows[sink.value].push_back(
          to_json(Value::list(Row(batch.row(i).begin(), batch.row(i).end()))));
    }
  }
  void on_fact(ProcTime, const Fact& fact) override {
    const auto* late = std::get_if<LateRecord>(&fact);
    if (late != nullptr && late->to_side == 0) ++late_dropped[late->node.value];
    const auto* restored = std::get_if<JobRestored>(&fact);
    if (restored != nullptr && restored->checkpoint.value > 0) ++restores;
  }

  std::map<uint32_t, std::vector<std::string>> rows;
  std::map<uint32_t, int64_t> late_dropped;
  uint64_t restores = 0;  // from a checkpoint
};

std::vector<std::string> expected_rows(const Value& rows) {
  std::vector<std::string> texts;
  for (const Value& row : rows.as_list()) texts.push_back(to_json(row));
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
  constexpr size_t kShown = 8;
  std::string text;
  for (size_t i = 0; i < std::min(only.size(), kShown); ++i) text += " " + only[i];
  if (only.size() > kShown) text += " and " + std::to_string(only.size() - kShown) + " more";
  return text.empty() ? " nothing" : text;
}

NodeId sink_of(const StreamGraph& graph, std::string_view topic) {
  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    const auto* sink = std::get_if<SinkSpec>(&graph.nodes[n].spec);
    if (sink != nullptr && sink->topic == topic) return NodeId{n};
  }
  throw UnknownRequest("the job has no sink " + std::string(topic));
}

// What the sinks are to commit.
Value results_of(const RecordedCase& recorded, const JobVariation& variation) {
  const Value streaming = member(recorded.body, "streaming");
  const bool other = variation.streaming && streaming.type() == ValueType::kMap;
  return other ? streaming : member(recorded.body, "result");
}

std::string compare(const RecordedCase& recorded, const StreamGraph& graph, Committed& got,
                    const JobVariation& variation) {
  std::string differs;
  const Value results = results_of(recorded, variation);
  for (const auto& [sink, rows] : results.as_map()) {
    std::vector<std::string>& committed = got.rows[sink_of(graph, sink.as_text()).value];
    std::sort(committed.begin(), committed.end());
    const std::vector<std::string> expected = expected_rows(rows);
    if (committed == expected) continue;
    differs += "  sink " + std::string(sink.as_text()) + "\n    missing " +
               difference(expected, committed) + "\n    too much" +
               difference(committed, expected) + "\n";
  }
  const Value late = member(recorded.body, "late_dropped");
  // What is read again may be late again; of streaming runs of a batch case it is not told.
  if (late.is_null() || variation.faults || variation.streaming) return differs;
  std::map<uint32_t, int64_t> expected;
  for (const auto& [node, count] : late.as_map()) {
    const auto id = graph.find(node.as_text());
    if (!id) throw UnknownRequest("late_dropped names no node");
    expected[id->value] = number_of(count);
  }
  if (expected != got.late_dropped) {
    differs += "  late_dropped: expected " + to_json(late) + ", got";
    for (const auto& [node, count] : got.late_dropped) {
      differs += " " + graph.nodes[node].name + "=" + std::to_string(count);
    }
    differs += "\n";
  }
  return differs;
}

bool claims(const RecordedCase& recorded, std::string_view what) {
  const Value words = member(recorded.body, "invariant");
  if (words.is_null()) return false;
  for (const Value& word : words.as_list()) {
    if (word.as_text() == what) return true;
  }
  return false;
}

// What differs; `restores` grows by those that were made from a checkpoint.
std::string run_varied(const RecordedCase& recorded, const JobVariation& variation,
                       uint64_t& restores) {
  const NodeScripts scripts = job_scripts();
  DecodeOptions options;
  options.directory = recorded.directory;
  options.scripts = &scripts;
  std::string text = "{" + variation.around + recorded.text.substr(1);
  const std::string batch = "\"mode\":\"batch\"";
  if (variation.streaming && text.find(batch) != std::string::npos) {
    text.replace(text.find(batch), batch.size(), "\"mode\":\"streaming\"");
  }
  const Decoded decoded = decode_scenario(text, recorded.name + ".json", options);
  if (!decoded.scenario) return decoded.report;
  const Scenario& scenario = *decoded.scenario;
  Committed committed;
  SeededChoices choices(variation.seed);
  Simulation simulation(scenario, choices);
  simulation.trace().observe(committed);
  simulation.trace().tap(committed);
  const RunStats stats = simulation.run();
  restores += committed.restores;
  if (stats.end != RunEnd::kFinished) {
    return "  the job did not finish: " + stats.broken + " " + stats.waits_for + "\n";
  }
  return compare(recorded, scenario.program->graph, committed, variation);
}

}  // namespace

std::string run_job(const RecordedCase& recorded, const JobVariation& variation) {
  uint64_t restores = 0;
  return run_varied(recorded, variation, restores);
}

JobVariation variation_of(const RecordedCase& recorded, uint64_t seed) {
  JobVariation variation;
  variation.seed = seed;
  if (claims(recorded, "parallelism")) {
    variation.around += "\"parallelism\": " + std::to_string(1 + seed % 8) + ", ";
  }
  if (seed % 3 == 0) variation.around += "\"chaining\": false, ";
  variation.faults = claims(recorded, "restart");
  std::string cluster = "\"batch_rows\": " + std::to_string(seed % 2 == 0 ? 256 : 1 + seed % 7);
  if (variation.faults) {
    // The jobs are small: a slow world, so that checkpoints complete before they end, and a worker
    // that dies behind one of them.
    variation.around += R"("checkpoint": {"every": 5, "tolerable_failures": 100}, )"
                        R"("restart": {"attempts": 30, "delay": 10}, "random_faults": {"max": 2}, )"
                        R"("world": {"latency": [1, 20], "step_cost_max": 5}, )"
                        R"("faults": [{"kill": "worker-)" +
                        std::to_string(1 + seed % 2) + R"(", "after": ")" +
                        std::to_string(1 + seed / 2 % 2) +
                        R"( CheckpointCompleted", "for": 50}], )";
    cluster += R"(, "heartbeat_interval": 200, "heartbeat_timeout": 1000)";
  }
  variation.around += "\"cluster\": {" + cluster + "}, ";
  return variation;
}

CaseVerdict run_job_case(const RecordedCase& recorded, uint64_t seeds) {
  CaseVerdict verdict;
  try {
    verdict.transcript = run_job(recorded, {});
    if (verdict.transcript.empty() && has_member(recorded.body, "streaming")) {
      JobVariation streaming;
      streaming.streaming = true;
      verdict.transcript = run_job(recorded, streaming);
      if (!verdict.transcript.empty()) verdict.transcript += "  in streaming mode\n";
    }
    for (uint64_t seed = 1; seed <= seeds && verdict.transcript.empty(); ++seed) {
      const JobVariation variation = variation_of(recorded, seed);
      verdict.transcript = run_varied(recorded, variation, verdict.restarts);
      if (verdict.transcript.empty()) continue;
      verdict.transcript += "  seed " + std::to_string(seed) + ": " + variation.around + "\n";
    }
  } catch (const UnknownRequest& unknown) {
    verdict.transcript = std::string("  ") + unknown.what() + "\n";
  }
  verdict.passed = verdict.transcript.empty();
  return verdict;
}

}  // namespace leat
