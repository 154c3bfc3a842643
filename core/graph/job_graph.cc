#include "core/graph/job_graph.h"

#include <algorithm>
#include <bit>

namespace leat {

namespace {

// An edge as it is when unions are gone: what is asked for is not yet settled.
struct RealEdge {
  NodeId from;
  uint32_t output = kMainOutput;
  NodeId to;
  uint32_t to_input = 0;
  Partitioning partitioning = Partitioning::kUnspecified;
  std::shared_ptr<const PartitionFunction> custom = nullptr;
  bool chained = false;
};

template <class Spec>
bool is(const StreamNode& node) {
  return std::holds_alternative<Spec>(node.spec);
}

constexpr uint32_t kMostKeyGroups = 32768;

bool has_one_key(const StreamNode& node) { return node.keyed && node.key_fields.empty(); }

std::optional<uint32_t> asked_max_parallelism(const StreamGraph& graph, const StreamNode& node) {
  if (has_one_key(node)) return 1;
  if (node.max_parallelism) return node.max_parallelism;
  if (graph.config.max_parallelism != 0) return graph.config.max_parallelism;
  return std::nullopt;
}

// Whether the operator may give the task's thread to other mails in the middle of a row.
// (Flink: YieldingOperatorFactory.)
bool yields(const StreamNode& node) { return is<SinkSpec>(node) || is<AsyncSpec>(node); }

// What is asked for on a broadcast process has no effect, as in Flink.
ChainingStrategy chaining_of(const StreamNode& node) {
  return is<BroadcastProcessSpec>(node) ? ChainingStrategy::kAlways : node.chaining;
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

std::optional<Error> check_inputs(const StreamGraph& graph, NodeId id) {
  const StreamNode& node = graph.node(id);
  const auto wrong = [&](const std::string& why) { return Error{quoted(node.name) + " " + why}; };
  if (is<SourceSpec>(node) && !node.inputs.empty()) return wrong("is a source and has inputs");
  if (!is<SourceSpec>(node) && node.inputs.empty()) return wrong("has no input");
  if (const auto inputs = inputs_of(node.spec)) {
    if (node.inputs.size() > *inputs)
      return wrong(*inputs < 2 ? "has more than one input" : "has more than two inputs");
    if (node.inputs.size() < *inputs) return wrong("has only one input");
  }
  for (const StreamEdge& edge : node.inputs) {
    if (edge.from >= id) return wrong("stands before what it reads");
    const StreamNode& from = graph.node(edge.from);
    // A committer stands behind its writer.
    if (is<SinkSpec>(from) && !is<SinkSpec>(node))
      return wrong("reads from the sink " + quoted(from.name));
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
  for (uint32_t other = 0; other < id.value && !node.uid.empty(); ++other) {
    if (graph.nodes[other].uid == node.uid) return wrong("has the uid of another node");
  }
  if (auto error = check_inputs(graph, id)) return error;
  if (is<UnionSpec>(node)) return std::nullopt;  // has neither key nor parallelism of its own
  if (node.parallelism == 0) return wrong("has parallelism 0");
  if (node.parallelism > kMostKeyGroups) return wrong("has a parallelism above 32768");
  if (node.max_parallelism &&
      (*node.max_parallelism == 0 || *node.max_parallelism > kMostKeyGroups))
    return wrong("has a max parallelism outside of 1 to 32768");
  if (has_one_key(node) && (node.parallelism != 1 || node.max_parallelism.value_or(1) != 1))
    return wrong("has one key for all rows, so its parallelism must be 1");
  if (node.inputs.size() == 2 && is_keyed(node, 1) &&
      node.key_fields.size() != node.second_key_fields.size()) {
    return wrong("has keys of unequal width");
  }
  return std::nullopt;
}

// Union nodes dissolve into their consumers' inputs. What is asked for behind a union counts before
// what its inputs asked for; a stream united with itself is two edges.
void add_real_edges(const StreamGraph& graph, const StreamEdge& edge, RealEdge consumer,
                    std::vector<RealEdge>& edges) {
  if (consumer.partitioning == Partitioning::kUnspecified) {
    consumer.partitioning = edge.partitioning;
    consumer.custom = edge.custom;
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
  if (is<BroadcastProcessSpec>(to) && edge.to_input == 1) {
    if (partitioning != Partitioning::kUnspecified && partitioning != Partitioning::kBroadcast) {
      return wrong(std::string("is the broadcast side and asks for ") + name_of(partitioning));
    }
    partitioning = Partitioning::kBroadcast;
    return std::nullopt;
  }
  const std::vector<uint32_t>& key_fields = key_fields_of(to, edge.to_input);
  if (to.keyed) {
    if (partitioning != Partitioning::kHash && !key_fields.empty()) {
      return wrong(std::string("is keyed and asks for ") + name_of(partitioning));
    }
    partitioning = Partitioning::kHash;
    return std::nullopt;
  }
  if (partitioning == Partitioning::kHash && key_fields.empty()) {
    return wrong("asks for hash without a key");
  }
  const bool equal = from.parallelism == to.parallelism;
  if (partitioning == Partitioning::kUnspecified) {
    partitioning = equal ? Partitioning::kForward : Partitioning::kRebalance;
  }
  if (partitioning == Partitioning::kCustom &&
      graph.config.checkpoint.unaligned == CheckpointConfig::Unaligned::kEnabled) {
    return wrong("is dealt by a function of the user's, which unaligned checkpoints do not allow");
  }
  if (partitioning == Partitioning::kForward && !equal) {
    return wrong("asks for forward between parallelism " + std::to_string(from.parallelism) +
                 " and " + std::to_string(to.parallelism));
  }
  return std::nullopt;
}

// What the two ends of an edge say about sharing a task.
bool may_share_a_task(const StreamGraph& graph, const StreamNode& from, const StreamNode& to) {
  const bool equal_maximum = asked_max_parallelism(graph, from) == asked_max_parallelism(graph, to);
  return from.parallelism == to.parallelism && chaining_of(from) != ChainingStrategy::kNever &&
         chaining_of(to) == ChainingStrategy::kAlways &&
         (equal_maximum || graph.config.chain_different_max_parallelism);
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
        const bool by_key =
            is_keyed(node, input) && read.partitioning == Partitioning::kUnspecified;
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
    settle_groups();
    settle_chaining();
    return std::nullopt;
  }

  Result<JobGraph> plan() {
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!begins_vertex(NodeId{i})) continue;
      JobVertex vertex;
      const StreamNode& head = graph_.nodes[i];
      vertex.parallelism = head.parallelism;
      vertex.max_parallelism =
          asked_max_parallelism(graph_, head).value_or(default_max_parallelism(head.parallelism));
      if (vertex.parallelism > vertex.max_parallelism) {
        return Error{quoted(head.name) + " has parallelism " + std::to_string(vertex.parallelism) +
                     ", above the maximum of " + std::to_string(vertex.max_parallelism)};
      }
      vertex.slot_sharing_group = groups_[i];
      vertex.name = grow(vertex, NodeId{i});
      job_.vertices.push_back(std::move(vertex));
    }
    for (const RealEdge& edge : edges_) {
      if (!edge.chained) add_job_edge(edge);
    }
    settle_unaligned();
    settle_gates();
    return std::move(job_);
  }

 private:
  // As it says itself, else as all of its inputs do.
  void settle_groups() {
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      groups_.push_back(graph_.nodes[i].slot_sharing_group);
      if (!groups_[i].empty()) continue;
      std::vector<std::string> inputs;
      for (const RealEdge& edge : edges_) {
        if (edge.to.value == i) inputs.push_back(groups_[edge.from.value]);
      }
      const bool agree = !inputs.empty() &&
                         std::all_of(inputs.begin(), inputs.end(),
                                     [&](const std::string& group) { return group == inputs[0]; });
      groups_[i] = agree ? inputs[0] : "default";
    }
  }

  // Flink: StreamingJobGraphGenerator.isChainable. Edges stand by their targets, so what is behind
  // a node is settled after what is before it.
  void settle_chaining() {
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) heads_.push_back(NodeId{i});
    for (RealEdge& edge : edges_) {
      const StreamNode& to = graph_.node(edge.to);
      const auto* head = std::get_if<SourceSpec>(&graph_.node(heads_[edge.from.value]).spec);
      edge.chained = graph_.config.chaining && in_edges_[edge.to.value] == 1 &&
                     edge.partitioning == Partitioning::kForward &&
                     groups_[edge.from.value] == groups_[edge.to.value] &&
                     may_share_a_task(graph_, graph_.node(edge.from), to) &&
                     !(yields(to) && head != nullptr && head->has_own_loop);
      if (edge.chained) heads_[edge.to.value] = heads_[edge.from.value];
    }
  }

  // The edges that leave a chain: those of what is chained behind a node before its own.
  void collect_outputs(const JobVertex& vertex, NodeId node, std::vector<uint32_t>& outputs) const {
    for (const ChainLink& link : vertex.links) {
      if (link.from == node) collect_outputs(vertex, link.to, outputs);
    }
    for (const uint32_t e : vertex.out_edges) {
      if (job_.edges[e].from == node) outputs.push_back(e);
    }
  }

  // What is behind a vertex is connected before the vertex itself. (Flink: createChain.)
  void connect(VertexId id, std::vector<uint8_t>& seen, std::vector<uint32_t>& connected) const {
    if (seen[id.value] != 0) return;
    seen[id.value] = 1;
    std::vector<uint32_t> outputs;
    collect_outputs(job_.vertex(id), job_.vertex(id).nodes[0], outputs);
    for (const uint32_t e : outputs) connect(job_.edges[e].to_vertex, seen, connected);
    connected.insert(connected.end(), outputs.begin(), outputs.end());
  }

  // The input gates of a vertex stand in the order in which its edges are connected.
  void settle_gates() {
    std::vector<uint8_t> seen(job_.vertices.size());
    std::vector<uint32_t> connected;
    for (uint32_t v = 0; v < job_.vertices.size(); ++v) {
      if (job_.vertices[v].in_edges.empty()) connect(VertexId{v}, seen, connected);
    }
    for (JobVertex& vertex : job_.vertices) vertex.in_edges.clear();
    for (const uint32_t e : connected)
      job_.vertices[job_.edges[e].to_vertex.value].in_edges.push_back(e);
  }

  void settle_unaligned() {
    const auto aligned = [](Partitioning p) {
      return is_pointwise(p) || p == Partitioning::kBroadcast || p == Partitioning::kCustom;
    };
    for (JobEdge& edge : job_.edges) {
      edge.supports_unaligned = std::none_of(
          job_.edges.begin(), job_.edges.end(),
          [&](const JobEdge& other) { return other.to == edge.to && aligned(other.partitioning); });
    }
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
                        [&](const RealEdge& edge) { return edge.to == id && edge.chained; });
  }

  // Adds a node and all that is chained behind it, branch by branch; returns their name.
  std::string grow(JobVertex& vertex, NodeId id) {
    vertex.nodes.push_back(id);
    std::vector<std::string> branches;
    for (const RealEdge& edge : edges_) {
      if (edge.from != id || !edge.chained) continue;
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
                     {},
                     edge.custom};
    if (edge.partitioning == Partitioning::kHash) {
      job_edge.key_fields = key_fields_of(graph_.node(edge.to), edge.to_input);
    }
    const uint32_t index = static_cast<uint32_t>(job_.edges.size());
    job_.vertices[job_edge.from_vertex.value].out_edges.push_back(index);
    job_.vertices[job_edge.to_vertex.value].in_edges.push_back(index);
    job_.edges.push_back(std::move(job_edge));
  }

  const StreamGraph& graph_;
  std::vector<RealEdge> edges_;      // by reading node, then by its inputs
  std::vector<uint32_t> in_edges_;   // of each node
  std::vector<std::string> groups_;  // slot sharing group of each node
  std::vector<NodeId> heads_;        // of the chain that a node is in
  JobGraph job_;
};

}  // namespace

Result<JobGraph> make_job_graph(const StreamGraph& graph) {
  Planner planner(graph);
  if (auto error = planner.collect_edges()) return *error;
  Result<JobGraph> job = planner.plan();
  if (job.ok() && job.value().vertices.empty()) return Error{"the job has no operator"};
  return job;
}

VertexId JobGraph::vertex_of(NodeId node) const {
  for (uint32_t i = 0; i < vertices.size(); ++i) {
    const std::vector<NodeId>& nodes = vertices[i].nodes;
    if (std::find(nodes.begin(), nodes.end(), node) != nodes.end()) return VertexId{i};
  }
  fail_check("a node runs in no vertex");
}

uint32_t default_max_parallelism(uint32_t parallelism) {
  return std::clamp(std::bit_ceil(parallelism + parallelism / 2), 128U, kMostKeyGroups);
}

bool is_pointwise(Partitioning partitioning) {
  return partitioning == Partitioning::kForward || partitioning == Partitioning::kRescale;
}

std::vector<SlotSharingGroup> slot_sharing_groups(const JobGraph& job) {
  std::vector<SlotSharingGroup> groups;
  for (uint32_t v = 0; v < job.vertices.size(); ++v) {
    const JobVertex& vertex = job.vertices[v];
    auto group = std::find_if(groups.begin(), groups.end(), [&](const SlotSharingGroup& other) {
      return other.name == vertex.slot_sharing_group;
    });
    if (group == groups.end())
      group = groups.insert(groups.end(), {vertex.slot_sharing_group, 0, {}});
    group->slots = std::max(group->slots, vertex.parallelism);
    group->vertices.push_back(VertexId{v});
  }
  return groups;
}

uint32_t slots_needed(const JobGraph& job) {
  uint32_t slots = 0;
  for (const SlotSharingGroup& group : slot_sharing_groups(job)) slots += group.slots;
  return slots;
}

std::vector<uint32_t> channel_targets(Partitioning partitioning, uint32_t sources, uint32_t targets,
                                      uint32_t source) {
  check(source < sources && targets > 0, "channels of a subtask that does not exist");
  if (!is_pointwise(partitioning)) {
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
