// DOT text of a job graph. Every coordinate is Graphviz's business; order and looks are ours.
#include <cmath>

#include "viz/graph_facts.h"
#include "viz/svg.h"
#include "viz/theme.h"

namespace leat {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

const char* colour_of(LineTone tone) {
  switch (tone) {
    case LineTone::kSoft:
      return "soft";
    case LineTone::kWarning:
      return "error-text";
    case LineTone::kGood:
      return "good-text";
    default:
      return "ink";
  }
}

std::string table_row(const GraphLine& line) {
  std::string text = escaped(line.text);
  if (line.tone == LineTone::kName) text = "<b>" + text + "</b>";
  return "<tr><td align=\"left\"><font color=\"" + light(colour_of(line.tone)) + "\">" + text +
         "</font></td></tr>";
}

// The box's border says what it is: blue holds state, green ends the job, amber takes the late.
const char* border_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::kStateful:
      return "in-time";
    case NodeKind::kSink:
      return "good";
    case NodeKind::kLateSink:
      return "late";
    default:
      return "edge";
  }
}

std::string rows_of(const std::vector<GraphLine>& lines) {
  std::string out = "<table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\">";
  for (const GraphLine& line : lines) out += table_row(line);
  return out + "</table>";
}

std::string box(const std::vector<GraphLine>& lines, NodeKind kind) {
  const char* width = kind == NodeKind::kStateful ? "2" : "1";
  return std::string("<table border=\"") + width +
         "\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"6\"" + " style=\"rounded\" color=\"" +
         light(border_of(kind)) + "\" bgcolor=\"" + light("bg") + "\"><tr><td>" + rows_of(lines) +
         "</td></tr></table>";
}

std::string width_for(uint64_t rows) {
  return coordinate(0.9 + 0.55 * std::log10(1.0 + static_cast<double>(rows)));
}

struct EdgeLook {
  std::string label;
  uint64_t rows = 0;
  bool measured = false;
  bool side = false;
  bool holds_back = false;
  Partitioning partitioning = Partitioning::kForward;
};

// `from` and `to` are names of DOT, quoted where they must be.
std::string edge_text(const std::string& from, const std::string& to, const EdgeLook& look) {
  const bool unused = look.measured && look.rows == 0;
  const char* colour = unused ? "line" : look.holds_back ? "error" : look.side ? "late" : "edge";
  std::string out = "  " + from + " -> " + to + " [color=\"" + light(colour) + "\"";
  out += ", penwidth=" + (look.measured ? width_for(look.rows) : std::string("1.2"));
  if (look.side) out += ", style=dotted";
  if (!look.side && look.partitioning == Partitioning::kRebalance) out += ", style=dashed";
  if (!look.label.empty()) out += ", label=" + quoted(" " + look.label + " ");
  return out + "];\n";
}

std::string header(const JobProgram& program, const RunView* run, const JobGraphOptions& options) {
  const std::string title = options.title.empty() ? program.graph.config.name : options.title;
  const std::string font = "fontname=\"DejaVu Sans\"";
  const std::string label =
      "<<table border=\"0\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"4\"><tr><td "
      "align=\"left\">"
      "<font point-size=\"19\" color=\"" +
      light("ink") + "\"><b>" + escaped(title) +
      "</b></font></td></tr><tr><td align=\"left\">"
      "<font point-size=\"11\" color=\"" +
      light("soft") + "\">" + escaped(graph_subtitle(program, run, options)) +
      "</font></td></tr><tr><td><font point-size=\"4\"> </font></td></tr></table>>";
  return "digraph " + quoted(program.graph.config.name) + " {\n  graph [rankdir=LR, bgcolor=\"" +
         light("bg") + "\", " + font +
         ", fontsize=11, nodesep=0.3, ranksep=0.7, pad=0.25, labelloc=t, labeljust=l, label=" +
         label + "];\n  node [shape=plain, " + font + ", fontsize=11];\n  edge [" + font +
         ", fontsize=11, fontcolor=\"" + light("soft") + "\", color=\"" + light("edge") +
         "\", arrowsize=0.65];\n";
}

std::string open_cluster(size_t index, const std::vector<GraphLine>& lines, bool stateful) {
  return "  subgraph cluster_" + std::to_string(index) +
         " { style=\"rounded,filled\"; fillcolor=\"" + light(stateful ? "state" : "source") +
         "\"; color=\"" + light(stateful ? "state-line" : "line") +
         "\"; labeljust=l; margin=12; label=<" + rows_of(lines) + ">;\n";
}

bool is_stateful(const JobProgram& program, const JobVertex& vertex) {
  for (const NodeId node : vertex.nodes) {
    if (kind_of_node(program.graph, node) == NodeKind::kStateful) return true;
  }
  return false;
}

class DotGraph {
 public:
  DotGraph(const JobProgram& program, const RunView* run, const JobGraphOptions& options)
      : program_(program), run_(run), options_(options) {
    if (run != nullptr) holder_ = holder(program, *run);
  }

  std::string logical() {
    std::string out = header(program_, run_, options_);
    for (uint32_t v = 0; v < program_.job.vertices.size(); ++v) out += logical_vertex({v});
    for (const JobVertex& vertex : program_.job.vertices) {
      for (const ChainLink& link : vertex.links) out += chain_link(link);
    }
    for (uint32_t e = 0; e < program_.job.edges.size(); ++e) out += logical_edge(e);
    return out + "}\n";
  }

  std::string physical() {
    std::string out = header(program_, run_, options_);
    for (uint32_t v = 0; v < program_.job.vertices.size(); ++v) out += physical_vertex({v});
    for (uint32_t e = 0; e < program_.job.edges.size(); ++e) out += physical_edges(e);
    return out + "}\n";
  }

 private:
  const std::string& name(NodeId node) const { return program_.graph.node(node).name; }

  std::string logical_vertex(VertexId id) const {
    const JobVertex& vertex = program_.job.vertex(id);
    const auto about = vertex_lines(program_, run_, options_, id, std::nullopt);
    const bool chain = vertex.nodes.size() > 1;
    std::string out;
    if (chain) {
      std::vector<GraphLine> lines{
          {LineTone::kSoft,
           "one chain" + (vertex.parallelism > 1 ? " ×" + std::to_string(vertex.parallelism)
                                                 : std::string())}};
      lines.insert(lines.end(), about.begin(), about.end());
      out += open_cluster(id.value, lines, is_stateful(program_, vertex));
    }
    for (const NodeId node : vertex.nodes) {
      auto lines = node_lines(program_, run_, options_, node, std::nullopt);
      if (!chain) lines.insert(lines.end(), about.begin(), about.end());
      out += "    " + quoted(name(node)) + " [label=<" +
             box(lines, kind_of_node(program_.graph, node)) + ">];\n";
    }
    return out + (chain ? "  }\n" : "");
  }

  std::string chain_link(const ChainLink& link) const {
    EdgeLook look;
    look.side = link.output != kMainOutput;
    const auto rows = run_ != nullptr ? rows_along(*run_, link) : std::nullopt;
    if (rows) {
      look.rows = *rows;
      look.measured = true;
      look.label = with_commas(*rows);
    }
    return edge_text(quoted(name(link.from)), quoted(name(link.to)), look);
  }

  EdgeLook look_of(uint32_t index) const {
    const JobEdge& edge = program_.job.edges[index];
    EdgeLook look;
    look.partitioning = edge.partitioning;
    look.label = partitioning_text(program_, edge);
    if (edge.output != kMainOutput) {
      look.side = true;
      const auto& sides = program_.graph.node(edge.from).sides;
      if (edge.output < sides.size()) look.label = sides[edge.output].tag;
    }
    return look;
  }

  std::string logical_edge(uint32_t index) const {
    const JobEdge& edge = program_.job.edges[index];
    EdgeLook look = look_of(index);
    if (run_ != nullptr) {
      look.rows = rows_over(program_, *run_, index);
      look.measured = true;
      look.label += (look.label.empty() ? "" : "  ") + with_commas(look.rows);
    }
    return edge_text(quoted(name(edge.from)), quoted(name(edge.to)), look);
  }

  // One node of Graphviz a vertex, its subtasks as cells with ports: so they stand in their order,
  // which clusters do not promise.
  std::string physical_vertex(VertexId id) const {
    const JobVertex& vertex = program_.job.vertex(id);
    const std::string node = "  " + quoted(vertex.name) + " [label=";
    if (!is_grouped(id)) return node + "<" + subtask_box({id, 0}) + ">];\n";
    std::vector<GraphLine> lines{
        {LineTone::kPlain, vertex.name + "  ×" + std::to_string(vertex.parallelism)}};
    for (const NodeId member : vertex.nodes) {
      lines.push_back({LineTone::kSoft, describe(program_.graph.node(member).spec)});
    }
    for (const uint32_t e : vertex.in_edges) {
      if (crowded(e)) lines.push_back({LineTone::kSoft, crowd_text(e)});
    }
    const bool stateful = is_stateful(program_, vertex);
    std::string table = std::string(
                            "<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" "
                            "cellpadding=\"8\" style=\"rounded\"") +
                        " color=\"" + light(stateful ? "state-line" : "line") + "\" bgcolor=\"" +
                        light(stateful ? "state" : "source") + "\"><tr><td align=\"left\">" +
                        rows_of(lines) + "</td></tr>";
    for (uint32_t i = 0; i < vertex.parallelism; ++i) {
      table += "<tr><td port=\"p" + std::to_string(i) + "\">" + subtask_box({id, i}) + "</td></tr>";
    }
    return node + table + "</table>>];\n";
  }

  bool is_grouped(VertexId id) const {
    const JobVertex& vertex = program_.job.vertex(id);
    return vertex.parallelism > 1 || vertex.nodes.size() > 1;
  }

  std::string subtask_box(SubtaskId subtask) const {
    const JobVertex& vertex = program_.job.vertex(subtask.vertex);
    std::vector<GraphLine> lines;
    for (const NodeId node : vertex.nodes) add_member(lines, node, subtask.index);
    const auto about = vertex_lines(program_, run_, options_, subtask.vertex, subtask.index);
    lines.insert(lines.end(), about.begin(), about.end());
    const NodeKind kind = is_stateful(program_, vertex)
                              ? NodeKind::kStateful
                              : kind_of_node(program_.graph, vertex.nodes.back());
    return box(lines, kind);
  }

  // Where an edge ends: "per_day":p1:w.
  std::string end_at(SubtaskId subtask, const char* side) const {
    const std::string node = quoted(program_.job.vertex(subtask.vertex).name);
    return is_grouped(subtask.vertex) ? node + ":p" + std::to_string(subtask.index) + ":" + side
                                      : node;
  }

  // What follows the head of a chain and keeps no state needs no more than a line.
  void add_member(std::vector<GraphLine>& lines, NodeId node, uint32_t subtask) const {
    auto own = node_lines(program_, run_, options_, node, subtask);
    if (!lines.empty() && kind_of_node(program_.graph, node) == NodeKind::kStateless) {
      own = {{LineTone::kSoft, own.size() > 1 ? name(node) + ": " + own[1].text : name(node)}};
    }
    lines.insert(lines.end(), own.begin(), own.end());
  }

  size_t channels(uint32_t index) const {
    const JobEdge& edge = program_.job.edges[index];
    const uint32_t sources = program_.job.vertex(edge.from_vertex).parallelism;
    const uint32_t targets = program_.job.vertex(edge.to_vertex).parallelism;
    size_t n = 0;
    for (uint32_t i = 0; i < sources; ++i)
      n += channel_targets(edge.partitioning, sources, targets, i).size();
    return n;
  }
  // Numbers on more lines than this would cover each other.
  bool crowded(uint32_t index) const { return channels(index) > 6; }
  std::string crowd_text(uint32_t index) const {
    const EdgeLook look = look_of(index);
    std::string text = "from " + name(program_.job.edges[index].from) + ": ";
    if (!look.label.empty()) text += look.label + ", ";
    if (run_ != nullptr)
      text += counted(rows_over(program_, *run_, index), "row", "rows") + " over ";
    return text + std::to_string(channels(index)) + " channels";
  }

  std::string physical_edges(uint32_t index) const {
    const JobEdge& edge = program_.job.edges[index];
    const uint32_t sources = program_.job.vertex(edge.from_vertex).parallelism;
    const uint32_t targets = program_.job.vertex(edge.to_vertex).parallelism;
    const bool crowd = crowded(index);
    bool first = true;
    std::string unused;  // drawn first, so that they cover no arrow of the others
    std::string out;
    for (uint32_t i = 0; i < sources; ++i) {
      const SubtaskId from{edge.from_vertex, i};
      for (const uint32_t j : channel_targets(edge.partitioning, sources, targets, i)) {
        EdgeLook look = look_of(index);
        if (!first || crowd) look.label.clear();
        first = false;
        look.holds_back = holder_ == from && !look.side;
        if (run_ != nullptr) {
          look.rows = rows_between(program_, *run_, index, i, j);
          look.measured = true;
          if (!crowd) look.label += (look.label.empty() ? "" : "  ") + with_commas(look.rows);
        }
        std::string& group = look.measured && look.rows == 0 ? unused : out;
        group += edge_text(end_at(from, "e"), end_at({edge.to_vertex, j}, "w"), look);
      }
    }
    return unused + out;
  }

  const JobProgram& program_;
  const RunView* run_;
  const JobGraphOptions& options_;
  std::optional<SubtaskId> holder_;
};

}  // namespace

std::string to_dot(const JobProgram& program, const RunView* run, const JobGraphOptions& options) {
  size_t subtasks = 0;
  for (const JobVertex& vertex : program.job.vertices) subtasks += vertex.parallelism;
  if (options.level == GraphLevel::kPhysical && subtasks <= options.boxes_max) {
    return DotGraph(program, run, options).physical();
  }
  // Too many subtasks for boxes of their own: each chain becomes one box again.
  JobGraphOptions folded = options;
  folded.level = GraphLevel::kLogical;
  return DotGraph(program, run, folded).logical();
}

}  // namespace leat
