// The job graph as a picture: DOT text of ours, laid out and drawn by Graphviz.
//
// Logical: a box a node, chains as boxes around boxes. Physical: a box a subtask, grouped by chain.
// Without a run only the plan is drawn. The same input gives the same bytes: nodes, edges and
// attributes stand in the order of the graph.
#pragma once

#include <map>
#include <string>

#include "core/graph/job_graph.h"
#include "viz/run_view.h"

namespace leat {

enum class GraphLevel : uint8_t { kLogical, kPhysical };

struct SinkVerdict {
  bool as_expected = true;
  std::string text;  // "as expected", "2 results are missing"
};

struct JobGraphOptions {
  GraphLevel level = GraphLevel::kLogical;
  std::string title;                            // empty: the job's name
  std::map<ProcessId, std::string> processes;   // "worker-1"; others are "process 3"
  std::map<std::string, SinkVerdict> verdicts;  // by sink
  size_t boxes_max = 400;                       // physical: beyond this, subtasks fold into one box
};

// `run` may be null: the plan alone.
std::string to_dot(const JobProgram& program, const RunView* run, const JobGraphOptions& options);
// For READMEs and summaries of pull requests.
std::string to_mermaid(const JobProgram& program, const RunView* run,
                       const JobGraphOptions& options);

// SVG of the DOT text through the program `dot`, made fit for light and dark, with a title, a
// description and a table of the same numbers behind it. An error names what is missing.
Result<std::string> graph_svg(const JobProgram& program, const RunView* run,
                              const JobGraphOptions& options);
// Writes by the ending of `path`: .svg, .dot, .png, .mmd. Where `dot` is missing, writes the DOT
// text beside it (path + ".dot") and says so in the error. Returns what was written.
Result<std::string> write_graph(const JobProgram& program, const RunView* run,
                                const JobGraphOptions& options, const std::string& path);

}  // namespace leat
