#include "sim/explore/job_scenario.h"

#include <algorithm>

#include "sim/world/simulation.h"

namespace leat {

Result<Scenario> scenario_of_job(const Result<StreamGraph>& graph) {
  if (!graph.ok()) return Error{graph.error()};
  Result<JobGraph> job = make_job_graph(graph.value());
  if (!job.ok()) return Error{job.error()};
  constexpr uint32_t kWorkers = 2;
  Scenario scenario;
  uint32_t slots = 1;
  const std::vector<StreamNode>& nodes = graph.value().nodes;
  for (uint32_t n = 0; n < nodes.size(); ++n) {
    slots = std::max(slots, nodes[n].parallelism);
    std::string topic;
    if (const auto* sink = std::get_if<SinkSpec>(&nodes[n].spec)) {
      if (!scenario.topics.sinks.emplace(sink->topic, NodeId{n}).second) topic = sink->topic;
    } else if (const auto* source = std::get_if<SourceSpec>(&nodes[n].spec);
               source != nullptr && source->kind == SourceSpec::Kind::kLog) {
      if (!scenario.topics.topics.emplace(source->topic, source->data).second)
        topic = source->topic;
    }
    if (!topic.empty()) return Error{"the topic \"" + topic + "\" is used twice"};
  }
  scenario.is_cpp = true;
  scenario.name = graph.value().config.name;
  scenario.cluster = cluster_of(kWorkers, (slots + kWorkers - 1) / kWorkers);
  scenario.cluster.heartbeat_interval = {500};
  scenario.cluster.heartbeat_timeout = {2000};
  scenario.program = std::make_shared<JobProgram>(JobProgram{graph.value(), job.value()});
  return scenario;
}

}  // namespace leat
