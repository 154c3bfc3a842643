// What a job graph's picture says of each node, subtask and edge: short lines, from the plan and,
// where there is one, the run. DOT and Mermaid share it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viz/job_graph.h"

namespace leat {

enum class LineTone : uint8_t { kName, kPlain, kSoft, kWarning, kGood };
struct GraphLine {
  LineTone tone = LineTone::kSoft;
  std::string text;
};

enum class NodeKind : uint8_t { kSource, kStateless, kStateful, kSink, kLateSink };
NodeKind kind_of_node(const StreamGraph& graph, NodeId node);

// The lines of a node in one subtask, or over all of them.
std::vector<GraphLine> node_lines(const JobProgram& program, const RunView* run,
                                  const JobGraphOptions& options, NodeId node,
                                  std::optional<uint32_t> subtask);
// State and attempts of one subtask, or of a vertex.
std::vector<GraphLine> vertex_lines(const JobProgram& program, const RunView* run,
                                    const JobGraphOptions& options, VertexId vertex,
                                    std::optional<uint32_t> subtask);

// "hash(net)", "rebalance"; empty for forward.
std::string partitioning_text(const JobProgram& program, const JobEdge& edge);

// Rows sent over an edge between two subtasks, or in all; repeats after a restore are counted.
uint64_t rows_between(const JobProgram& program, const RunView& run, uint32_t edge, uint32_t from,
                      uint32_t to);
uint64_t rows_over(const JobProgram& program, const RunView& run, uint32_t edge);
// Rows handed on inside a chain; none where rows were not tapped.
std::optional<uint64_t> rows_along(const RunView& run, const ChainLink& link);

// The subtask that reads the split which held the watermark back longest, over all sources.
std::optional<SubtaskId> holder(const JobProgram& program, const RunView& run);

std::string graph_subtitle(const JobProgram& program, const RunView* run,
                           const JobGraphOptions& options);
std::string bytes_text(uint64_t bytes);  // "2.1 KB"

}  // namespace leat
