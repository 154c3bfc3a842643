// Plans written down as text, so that a test reads as what was asked for and what came of it.
#pragma once

#include <string>
#include <vector>

#include "core/graph/job_graph.h"

namespace leat::testing {

// A graph of operators that do nothing: plans depend on kinds, edges and parallelism alone.
class GraphOf {
 public:
  explicit GraphOf(uint32_t parallelism = 2) { graph_.config.parallelism = parallelism; }

  StreamNode& source(const std::string& name) { return add(name, SourceSpec{}, {}); }
  StreamNode& map(const std::string& name, std::vector<StreamEdge> inputs) {
    return add(name, MapSpec{}, std::move(inputs));
  }
  StreamNode& keyed(const std::string& name, std::vector<StreamEdge> inputs) {
    StreamNode& node = add(name, KeyedProcessSpec{}, std::move(inputs));
    node.keyed = true;
    node.key_fields = {0};
    return node;
  }
  StreamNode& unite(const std::string& name, std::vector<StreamEdge> inputs) {
    return add(name, UnionSpec{}, std::move(inputs));
  }
  StreamNode& sink(const std::string& name, std::vector<StreamEdge> inputs) {
    return add(name, SinkSpec{}, std::move(inputs));
  }

  StreamEdge from(const std::string& name, Partitioning by = Partitioning::kUnspecified) const {
    return {*graph_.find(name), kMainOutput, by};
  }
  StreamEdge side_of(const std::string& name, uint32_t side) const {
    return {*graph_.find(name), side, Partitioning::kUnspecified};
  }
  StreamGraph& graph() { return graph_; }

  // One line a vertex, then one an edge: "a -> b x2" and "b => c hash(0)". An error stands alone.
  std::string plan() const {
    Result<JobGraph> made = make_job_graph(graph_);
    if (!made.ok()) return "error: " + made.error() + "\n";
    const JobGraph& job = made.value();
    std::string text;
    for (const JobVertex& vertex : job.vertices) {
      text += vertex.name + " x" + std::to_string(vertex.parallelism) + "\n";
    }
    for (const JobEdge& edge : job.edges) text += line(edge);
    return text;
  }

 private:
  StreamNode& add(const std::string& name, NodeSpec spec, std::vector<StreamEdge> inputs) {
    StreamNode node;
    node.name = name;
    node.spec = std::move(spec);
    node.inputs = std::move(inputs);
    node.parallelism = graph_.config.parallelism;
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back();
  }
  std::string line(const JobEdge& edge) const {
    std::string text = graph_.node(edge.from).name;
    if (edge.output != kMainOutput) text += "/" + graph_.node(edge.from).sides[edge.output].tag;
    text += " => " + graph_.node(edge.to).name + " " + name_of(edge.partitioning);
    if (edge.partitioning == Partitioning::kHash) {
      std::string keys;
      for (const uint32_t field : edge.key_fields) keys += std::to_string(field);
      text += "(" + keys + ")";
    }
    return text + "\n";
  }

  StreamGraph graph_;
};

}  // namespace leat::testing
