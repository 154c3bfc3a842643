// Mermaid text of a job graph: what GitHub draws in a README or a summary.
#include "viz/graph_facts.h"
#include "viz/svg.h"

namespace leat {
namespace {

// Inside a quoted Mermaid label.
std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"') {
      out += "#quot;";
    } else if (c == '<') {
      out += "#lt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string node_text(const JobProgram& program, const RunView* run, const JobGraphOptions& options,
                      NodeId id) {
  std::string text;
  for (const GraphLine& line : node_lines(program, run, options, id, std::nullopt)) {
    const std::string words = label(line.text);
    text += text.empty() ? "<b>" + words + "</b>" : "<br/>" + words;
  }
  const std::string name = "n" + std::to_string(id.value);
  switch (kind_of_node(program.graph, id)) {
    case NodeKind::kSource:
      return name + "[/\"" + text + "\"/]";
    case NodeKind::kStateful:
      return name + "[[\"" + text + "\"]]";
    case NodeKind::kSink:
    case NodeKind::kLateSink:
      return name + "([\"" + text + "\"])";
    default:
      return name + "[\"" + text + "\"]";
  }
}

std::string arrow(NodeId from, NodeId to, bool side, const std::string& words) {
  std::string out = "  n" + std::to_string(from.value) + (side ? " -.->" : " -->");
  if (!words.empty()) out += "|\"" + label(words) + "\"|";
  return out + " n" + std::to_string(to.value) + "\n";
}

}  // namespace

std::string to_mermaid(const JobProgram& program, const RunView* run,
                       const JobGraphOptions& options) {
  std::string out = "flowchart LR\n";
  for (uint32_t v = 0; v < program.job.vertices.size(); ++v) {
    const JobVertex& vertex = program.job.vertices[v];
    const bool chain = vertex.nodes.size() > 1;
    if (chain) {
      out += "  subgraph v" + std::to_string(v) + "[\"one chain ×" +
             std::to_string(vertex.parallelism) + "\"]\n";
    }
    for (const NodeId node : vertex.nodes) {
      out += (chain ? "    " : "  ") + node_text(program, run, options, node) + "\n";
    }
    if (chain) out += "  end\n";
  }
  for (const JobVertex& vertex : program.job.vertices) {
    for (const ChainLink& link : vertex.links) {
      const auto rows = run != nullptr ? rows_along(*run, link) : std::nullopt;
      out += arrow(link.from, link.to, link.output != kMainOutput, rows ? with_commas(*rows) : "");
    }
  }
  for (uint32_t e = 0; e < program.job.edges.size(); ++e) {
    const JobEdge& edge = program.job.edges[e];
    std::string words = partitioning_text(program, edge);
    if (run != nullptr)
      words += (words.empty() ? "" : " · ") + with_commas(rows_over(program, *run, e));
    out += arrow(edge.from, edge.to, edge.output != kMainOutput, words);
  }
  return out;
}

}  // namespace leat
