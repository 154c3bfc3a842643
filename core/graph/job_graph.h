// The physical plan: nodes that can run in one task are chained into a vertex; what is left between
// vertices are the edges that cross the network. (Flink: StreamingJobGraphGenerator.)
#pragma once

#include <string>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

// An edge between two vertices; several edges may join the same two.
struct JobEdge {
  NodeId from;  // the node in the source vertex that emits
  uint32_t output = kMainOutput;
  NodeId to;              // the node in the target vertex that reads
  uint32_t to_input = 0;  // which of its inputs (inputs of a union count as one)
  VertexId from_vertex;
  VertexId to_vertex;
  Partitioning partitioning = Partitioning::kForward;  // never kUnspecified
  std::vector<uint32_t> key_fields;                    // kHash
  std::shared_ptr<const PartitionFunction> custom;     // kCustom
  // Whether barriers could overtake rows here: not where channels end one another's rows, and then
  // on no other edge into the same node. (Flink: StreamEdge.supportsUnalignedCheckpoints.)
  bool supports_unaligned = true;
};

// A link inside a vertex: a direct call.
struct ChainLink {
  NodeId from;
  uint32_t output = kMainOutput;
  NodeId to;
};

struct JobVertex {
  std::string name;              // "quakes -> parse"
  std::vector<NodeId> nodes;     // head first; a node stands after the node it is chained to
  std::vector<ChainLink> links;  // a tree rooted at the head
  uint32_t parallelism = 1;
  std::vector<uint32_t> in_edges;  // indices into JobGraph::edges, in a fixed order
  std::vector<uint32_t> out_edges;
  uint32_t max_parallelism = 128;  // number of key groups: what the head asks for
  std::string slot_sharing_group;
};

struct JobGraph {
  std::vector<JobVertex> vertices;  // in topological order
  std::vector<JobEdge> edges;

  const JobVertex& vertex(VertexId id) const { return vertices[id.value]; }
  // The vertex that runs the node. Unions, and sources that nobody reads, run nowhere.  REQUIRES:
  // neither.
  VertexId vertex_of(NodeId node) const;
};

// Makes the plan. Errors name the node and the rule (forward between unequal parallelism, say).
Result<JobGraph> make_job_graph(const StreamGraph& graph);

// The number of key groups that Flink derives where none is given.
uint32_t default_max_parallelism(uint32_t parallelism);

// One subtask of each vertex of a group fits into one slot.
struct SlotSharingGroup {
  std::string name;
  uint32_t slots = 0;
  std::vector<VertexId> vertices;
};
std::vector<SlotSharingGroup> slot_sharing_groups(const JobGraph& job);
// Of all groups together.
uint32_t slots_needed(const JobGraph& job);

// Forward and rescale: a channel leads to some of the targets only.
bool is_pointwise(Partitioning partitioning);

// Which channels lead where: for the pointwise partitionings (forward, rescale) the targets of one
// source subtask in the order of its channels; for all others every target.
// (Flink: VertexInputInfoComputationUtils; conformance core/partitioners "pointwise_channels".)
std::vector<uint32_t> channel_targets(Partitioning partitioning, uint32_t sources, uint32_t targets,
                                      uint32_t source);

// The name that people see and chance is keyed by: "sum[1]" (the vertex's head node and the index).
std::string subtask_name(const JobGraph& job, const StreamGraph& graph, SubtaskId subtask);

// The program of a job: code and plan, immutable, the same in every process (as a jar is in Flink).
struct JobProgram {
  StreamGraph graph;
  JobGraph job;
};

}  // namespace leat
