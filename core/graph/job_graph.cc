#include "core/graph/job_graph.h"

#include <algorithm>

namespace leat {

namespace {

// An edge as it is when unions are gone: what is asked for is not yet settled.
struct RealEdge {
  NodeId from;
  uint32_t output = kMainOutput;
  NodeId to;
  uint32_t to_input = 0;
  Partitioning partitioning = Partitioning::kUnspecified;
};

template <class Spec>
bool is(const StreamNode& node) {
  return std::holds_alternative<Spec>(node.spec);
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

std::optional<Error> check_inputs(const StreamGraph& graph, NodeId id) {
  const StreamNode& node = graph.node(id);
  const auto wrong = [&](const std::string& why) { return Error{quoted(node.name) + " " + why}; };
  if (is<SourceSpec>(node) && !node.inputs.empty()) return wrong("is a source and has inputs");
  if (!is<SourceSpec>(node) && node.inputs.empty()) return wrong("has no input");
  if (!is<UnionSpec>(node) && node.inputs.size() > 1) return wrong("has more than one input");
  for (const StreamEdge& edge : node.inputs) {
    if (edge.from >= id) return wrong("stands before what it reads");
    const StreamNode& from = graph.node(edge.from);
    if (is<SinkSpec>(from)) return wrong("reads from the sink " + quoted(from.name));
    if (edge.output != kMainOutput && edge.output >= from.sides.size()) {
      return wrong("reads a side output that " + quoted(from.name) + " does not have");
    }
  }
  return std::nullopt;
}

std::optional<Error> check_node(const StreamGraph& graph, NodeId id) {
  const StreamNode& node = graph.node(id);
  const auto wrong = [&](const std::string& why) { return Error{quoted(node.name) + " " + why}; };
  if (*graph.find(node.name) != id) return wrong("is the name of two nodes");
  if (auto error = check_inputs(graph, id)) return error;
  if (is<UnionSpec>(node)) return std::nullopt;  // has neither key nor parallelism of its own
  if (node.parallelism == 0) return wrong("has parallelism 0");
  if (node.parallelism > graph.config.max_parallelism) {
    return wrong("has parallelism " + std::to_string(node.parallelism) + ", above the maximum of " +
                 std::to_string(graph.config.max_parallelism));
  }
  if (node.keyed && node.key_fields.empty() && node.parallelism != 1) {
    return wrong("has one key for all rows, so its parallelism must be 1");
  }
  return std::nullopt;
}

// Union nodes dissolve into their consumers' inputs. What is asked for behind a union counts before
// what its inputs asked for; a stream united with itself is two edges.
void add_real_edges(const StreamGraph& graph, const StreamEdge& edge, RealEdge consumer,
                    std::vector<RealEdge>& edges) {
  if (consumer.partitioning == Partitioning::kUnspecified) {
    consumer.partitioning = edge.partitioning;
  }
  const StreamNode& from = graph.node(edge.from);
  if (is<UnionSpec>(from)) {
    for (const StreamEdge& input : from.inputs) add_real_edges(graph, input, consumer, edges);
    return;
  }
  consumer.from = edge.from;
  consumer.output = edge.output;
  edges.push_back(consumer);
}

// How the rows of an edge are dealt out; the last one asked for on the way counts.
std::optional<Error> settle_partitioning(const StreamGraph& graph, RealEdge& edge) {
  const StreamNode& from = graph.node(edge.from);
  const StreamNode& to = graph.node(edge.to);
  const auto wrong = [&](const std::string& why) {
    return Error{"the edge from " + quoted(from.name) + " to " + quoted(to.name) + " " + why};
  };
  Partitioning& partitioning = edge.partitioning;
  if (to.keyed) {
    if (partitioning != Partitioning::kHash && !to.key_fields.empty()) {
      return wrong(std::string("is keyed and asks for ") + name_of(partitioning));
    }
    partitioning = Partitioning::kHash;
    return std::nullopt;
  }
  if (partitioning == Partitioning::kHash && to.key_fields.empty()) {
    return wrong("asks for hash without a key");
  }
  const bool equal = from.parallelism == to.parallelism;
  if (partitioning == Partitioning::kUnspecified) {
    partitioning = equal ? Partitioning::kForward : Partitioning::kRebalance;
  }
  if (partitioning == Partitioning::kForward && !equal) {
    return wrong("asks for forward between parallelism " + std::to_string(from.parallelism) +
                 " and " + std::to_string(to.parallelism));
  }
  return std::nullopt;
}

// Flink: StreamingJobGraphGenerator.isChainable, as far as our graph can say it.
bool is_chainable(const StreamGraph& graph, const RealEdge& edge, uint32_t in_edges_of_target) {
  const StreamNode& from = graph.node(edge.from);
  const StreamNode& to = graph.node(edge.to);
  return graph.config.chaining && in_edges_of_target == 1 &&
         edge.partitioning == Partitioning::kForward && from.parallelism == to.parallelism &&
         from.chaining != ChainingStrategy::kNever && to.chaining == ChainingStrategy::kAlways;
}

// The plan in the making.
class Planner {
 public:
  explicit Planner(const StreamGraph& graph) : graph_(graph), in_edges_(graph.nodes.size()) {}

  std::optional<Error> collect_edges() {
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      if (auto error = check_node(graph_, NodeId{i})) return error;
      const StreamNode& node = graph_.nodes[i];
      if (is<UnionSpec>(node)) continue;
      for (uint32_t input = 0; input < node.inputs.size(); ++input) {
        // The key asks for hash, and so replaces what was asked for before a union.
        const StreamEdge& read = node.inputs[input];
        const bool by_key = node.keyed && read.partitioning == Partitioning::kUnspecified;
        const RealEdge consumer{{},
                                kMainOutput,
                                NodeId{i},
                                input,
                                by_key ? Partitioning::kHash : Partitioning::kUnspecified};
        add_real_edges(graph_, read, consumer, edges_);
      }
    }
    for (RealEdge& edge : edges_) {
      if (auto error = settle_partitioning(graph_, edge)) return error;
      ++in_edges_[edge.to.value];
    }
    return std::nullopt;
  }

  JobGraph plan() {
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!begins_vertex(NodeId{i})) continue;
      JobVertex vertex;
      vertex.parallelism = graph_.nodes[i].parallelism;
      vertex.name = grow(vertex, NodeId{i});
      job_.vertices.push_back(std::move(vertex));
    }
    for (const RealEdge& edge : edges_) {
      if (!chained(edge)) add_job_edge(edge);
    }
    return std::move(job_);
  }

 private:
  bool chained(const RealEdge& edge) const {
    return is_chainable(graph_, edge, in_edges_[edge.to.value]);
  }

  // A source that nobody reads does not exist, an operator that nobody reads does.
  bool begins_vertex(NodeId id) const {
    const StreamNode& node = graph_.node(id);
    if (is<UnionSpec>(node)) return false;
    if (is<SourceSpec>(node)) {
      return std::any_of(edges_.begin(), edges_.end(),
                         [&](const RealEdge& edge) { return edge.from == id; });
    }
    return std::none_of(edges_.begin(), edges_.end(),
                        [&](const RealEdge& edge) { return edge.to == id && chained(edge); });
  }

  // Adds a node and all that is chained behind it, branch by branch; returns their name.
  std::string grow(JobVertex& vertex, NodeId id) {
    vertex.nodes.push_back(id);
    std::vector<std::string> branches;
    for (const RealEdge& edge : edges_) {
      if (edge.from != id || !chained(edge)) continue;
      vertex.links.push_back({edge.from, edge.output, edge.to});
      branches.push_back(grow(vertex, edge.to));
    }
    std::string name = graph_.node(id).name;
    if (branches.empty()) return name;
    std::string behind;
    for (const std::string& branch : branches) behind += (behind.empty() ? "" : ", ") + branch;
    return name + " -> " + (branches.size() == 1 ? behind : "(" + behind + ")");
  }

  void add_job_edge(const RealEdge& edge) {
    JobEdge job_edge{edge.from,
                     edge.output,
                     edge.to,
                     edge.to_input,
                     job_.vertex_of(edge.from),
                     job_.vertex_of(edge.to),
                     edge.partitioning,
                     {}};
    if (edge.partitioning == Partitioning::kHash) {
      job_edge.key_fields = graph_.node(edge.to).key_fields;
    }
    const uint32_t index = static_cast<uint32_t>(job_.edges.size());
    job_.vertices[job_edge.from_vertex.value].out_edges.push_back(index);
    job_.vertices[job_edge.to_vertex.value].in_edges.push_back(index);
    job_.edges.push_back(std::move(job_edge));
  }

  const StreamGraph& graph_;
  std::vector<RealEdge> edges_;     // by reading node, then by its inputs
  std::vector<uint32_t> in_edges_;  // of each node
  JobGraph job_;
};

}  // namespace

Result<JobGraph> make_job_graph(const StreamGraph& graph) {
  Planner planner(graph);
  if (auto error = planner.collect_edges()) return *error;
  JobGraph job = planner.plan();
  if (job.vertices.empty()) return Error{"the job has no operator"};
  return job;
}

VertexId JobGraph::vertex_of(NodeId node) const {
  for (uint32_t i = 0; i < vertices.size(); ++i) {
    const std::vector<NodeId>& nodes = vertices[i].nodes;
    if (std::find(nodes.begin(), nodes.end(), node) != nodes.end()) return VertexId{i};
  }
  fail_check("a node runs in no vertex");
}

std::vector<uint32_t> channel_targets(Partitioning partitioning, uint32_t sources, uint32_t targets,
                                      uint32_t source) {
  check(source < sources && targets > 0, "channels of a subtask that does not exist");
  const bool pointwise =
      partitioning == Partitioning::kForward || partitioning == Partitioning::kRescale;
  if (!pointwise) {
    std::vector<uint32_t> all(targets);
    for (uint32_t i = 0; i < targets; ++i) all[i] = i;
    return all;
  }
  if (sources >= targets) {
    // Target t reads [t*S/T, (t+1)*S/T): the one whose range holds this source.
    uint32_t target = 0;
    while (uint64_t{target + 1} * sources / targets <= source) ++target;
    return {target};
  }
  const auto first_of = [&](uint32_t i) {
    return static_cast<uint32_t>((uint64_t{i} * targets + sources - 1) / sources);
  };
  const uint32_t first = first_of(source);
  const uint32_t count = first_of(source + 1) - first;
  std::vector<uint32_t> channels(count);
  for (uint32_t target = first; target < first + count; ++target) channels[target % count] = target;
  return channels;
}

std::string subtask_name(const JobGraph& job, const StreamGraph& graph, SubtaskId subtask) {
  const NodeId head = job.vertex(subtask.vertex).nodes.front();
  return graph.node(head).name + "[" + std::to_string(subtask.index) + "]";
}

}  // namespace leat
