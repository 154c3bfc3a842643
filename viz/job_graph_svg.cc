// From DOT text to files.
#include <fstream>

#include "viz/dot_program.h"
#include "viz/graph_facts.h"
#include "viz/svg.h"
#include "viz/theme.h"

namespace leat {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The numbers of the picture as text, for those who do not see it.
std::string description(const JobProgram& program, const RunView* run,
                        const JobGraphOptions& options) {
  std::string text = graph_subtitle(program, run, options) + ".\n";
  for (uint32_t n = 0; n < program.graph.nodes.size(); ++n) {
    if (std::holds_alternative<UnionSpec>(program.graph.nodes[n].spec)) continue;
    std::string line;
    for (const GraphLine& l : node_lines(program, run, options, {n}, std::nullopt)) {
      line += (line.empty() ? "" : "; ") + l.text;
    }
    text += line + ".\n";
  }
  for (uint32_t e = 0; e < program.job.edges.size(); ++e) {
    const JobEdge& edge = program.job.edges[e];
    text += program.graph.node(edge.from).name + " to " + program.graph.node(edge.to).name;
    const std::string how = partitioning_text(program, edge);
    if (!how.empty()) text += ", " + how;
    if (run != nullptr) text += ": " + counted(rows_over(program, *run, e), "row", "rows");
    text += ".\n";
  }
  return text;
}

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

Result<std::string> write_file(const std::string& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.close();
  if (!out) return Error{"cannot write " + path};
  return path;
}

}  // namespace

Result<std::string> graph_svg(const JobProgram& program, const RunView* run,
                              const JobGraphOptions& options) {
  auto drawn = run_dot({"-Tsvg"}, to_dot(program, run, options));
  if (!drawn.ok()) return drawn;
  std::string svg = std::move(drawn.value());
  const size_t start = svg.find("<svg ");
  const size_t body = svg.find('>', start);
  if (start == std::string::npos || body == std::string::npos) return Error{"dot wrote no SVG"};
  const std::string prefix = options.level == GraphLevel::kLogical ? "logical-" : "physical-";
  const std::string title = options.title.empty() ? program.graph.config.name : options.title;
  std::string head = svg.substr(start, body - start) + " role=\"img\" aria-labelledby=\"" + prefix +
                     "title " + prefix + "desc\">\n<title id=\"" + prefix + "title\">" +
                     escaped(title) + "</title>\n<desc id=\"" + prefix + "desc\">" +
                     escaped(description(program, run, options)) + "</desc>\n<style>\n" +
                     theme_variables() + recolour_style() + "</style>\n";
  std::string rest = svg.substr(body + 1);
  // Two graphs may stand in one page: ids must differ.
  for (const char* kind : {"graph", "node", "edge", "clust", "a_graph", "a_node", "a_clust"}) {
    replace_all(rest, std::string(" id=\"") + kind, " id=\"" + prefix + kind);
  }
  replace_all(rest, "font-family=\"DejaVu Sans\"",
              "font-family=\"'DejaVu Sans', Verdana, 'Segoe UI', sans-serif\"");
  return head + rest;
}

Result<std::string> write_graph(const JobProgram& program, const RunView* run,
                                const JobGraphOptions& options, const std::string& path) {
  if (ends_with(path, ".dot")) return write_file(path, to_dot(program, run, options));
  if (ends_with(path, ".mmd")) return write_file(path, to_mermaid(program, run, options));
  const bool png = ends_with(path, ".png");
  if (!png && !ends_with(path, ".svg")) {
    return Error{"a graph is written as .svg, .dot, .png or .mmd, not as " + path};
  }
  const auto picture = png ? run_dot({"-Tpng", "-Gdpi=144"}, to_dot(program, run, options))
                           : graph_svg(program, run, options);
  if (picture.ok()) return write_file(path, picture.value());
  const auto text = write_file(path + ".dot", to_dot(program, run, options));
  return Error{picture.error() +
               (text.ok() ? "; its DOT text is in " + text.value() : "; " + text.error())};
}

}  // namespace leat
