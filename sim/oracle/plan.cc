#include "sim/oracle/plan.h"

#include <algorithm>

#include "sim/oracle/classes.h"
#include "sim/oracle/reference.h"

namespace leat {

Plan::Plan(const JobProgram& program) : program_(program) {
  number_instances();
  wire_channels();
  find_feeds();
  flows_ = flows_of(program_.graph);
  reference_ = std::make_unique<const Reference>(*this);
  for (uint32_t n = 0; n < flows_.size(); ++n) {
    OutFlow& flow = flows_[n];
    if (reference_->order_decides(NodeId{n})) flow.c = std::max(flow.c, SinkClass::kLateSensitive);
  }
}

Plan::~Plan() = default;

void Plan::number_instances() {
  const size_t nodes = program_.graph.nodes.size();
  first_instance_.assign(nodes, kNowhere);
  node_parallelism_.assign(nodes, 0);
  for (uint32_t v = 0; v < program_.job.vertices.size(); ++v) {
    const JobVertex& vertex = program_.job.vertices[v];
    vertices_.push_back({subtasks_, vertex.parallelism});
    for (uint32_t i = 0; i < vertex.parallelism; ++i) {
      ids_.push_back({VertexId{v}, i});
      instances_of_.emplace_back();
    }
    for (const NodeId node : vertex.nodes) {
      first_instance_[node.value] = instances();
      node_parallelism_[node.value] = vertex.parallelism;
      for (uint32_t i = 0; i < vertex.parallelism; ++i) {
        instances_of_[subtasks_ + i].push_back(instances());
        instance_node_.push_back(node);
        instance_subtask_.push_back(subtasks_ + i);
      }
    }
    subtasks_ += vertex.parallelism;
  }
}

void Plan::wire_channels() {
  const JobGraph& job = program_.job;
  ins_.resize(subtasks_);
  outs_.resize(subtasks_);
  struct Half {
    uint32_t edge, producer, producer_channel, consumer;
  };
  std::vector<Half> halves;
  for (uint32_t v = 0; v < job.vertices.size(); ++v) {
    for (uint32_t i = 0; i < job.vertices[v].parallelism; ++i) {
      uint32_t channel = 0;
      for (const uint32_t e : job.vertices[v].out_edges) {
        const JobEdge& edge = job.edges[e];
        for (const uint32_t target : channel_targets(edge.partitioning, job.vertices[v].parallelism,
                                                     job.vertex(edge.to_vertex).parallelism, i)) {
          halves.push_back({e, vertices_[v].first + i, channel++,
                            vertices_[edge.to_vertex.value].first + target});
          outs_[vertices_[v].first + i].emplace_back();
        }
      }
    }
  }
  // The consumer numbers its channels edge by edge in the order of its in_edges, then by producer.
  for (uint32_t v = 0; v < job.vertices.size(); ++v) {
    for (uint32_t i = 0; i < job.vertices[v].parallelism; ++i) {
      const uint32_t consumer = vertices_[v].first + i;
      for (const uint32_t e : job.vertices[v].in_edges) {
        for (const Half& half : halves) {
          if (half.edge != e || half.consumer != consumer) continue;
          const auto channel = static_cast<uint32_t>(ins_[consumer].size());
          ins_[consumer].push_back({half.producer, half.producer_channel, e});
          outs_[half.producer][half.producer_channel] = {consumer, channel, e};
        }
      }
    }
  }
}

void Plan::find_feeds() {
  const JobGraph& job = program_.job;
  feeds_.resize(program_.graph.nodes.size());
  upstream_.resize(instances());
  for (const JobVertex& vertex : job.vertices) {
    for (const ChainLink& link : vertex.links) {
      feeds_[link.to.value].push_back({link.from, link.output, Partitioning::kForward, true});
      for (uint32_t i = 0; i < vertex.parallelism; ++i) {
        upstream_[instance(link.to, i)].push_back(instance(link.from, i));
      }
    }
  }
  for (const JobEdge& edge : job.edges) {
    feeds_[edge.to.value].push_back({edge.from, edge.output, edge.partitioning, false});
  }
  for (uint32_t subtask = 0; subtask < subtasks_; ++subtask) {
    for (const End& in : ins_[subtask]) {
      const JobEdge& edge = job.edges[in.edge];
      upstream_[instance(edge.to, ids_[subtask].index)].push_back(
          instance(edge.from, ids_[in.subtask].index));
    }
  }
}

bool Plan::may_wait_for_itself() const {
  if (!graph().config.checkpoint.is_unaligned()) return false;
  const auto& edges = job().edges;
  return std::any_of(edges.begin(), edges.end(),
                     [](const JobEdge& edge) { return !edge.supports_unaligned; });
}

std::string Plan::where(uint32_t instance) const {
  return name(node_of(instance)) + "[" + std::to_string(index_of(instance)) + "]";
}

std::string Plan::where_subtask(uint32_t subtask) const {
  return where(instances_of_[subtask].front());
}

Value key_of(RowView row, const std::vector<uint32_t>& fields) {
  if (fields.empty()) return Value::null();
  if (fields.size() == 1) return row[fields[0]];
  std::vector<Value> parts;
  for (const uint32_t field : fields) parts.push_back(row[field]);
  return Value::list(std::move(parts));
}

std::string key_text(const Value& key) { return "key=" + key.to_text(); }

}  // namespace leat
