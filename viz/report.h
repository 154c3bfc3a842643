// One HTML page of a run: verdict, graph, timeline, results. Self-contained: no network, no scripts
// needed, light and dark.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/graph/job_graph.h"
#include "viz/run_view.h"

namespace leat {

struct ReportTable {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string note;  // "first 500 of 2,310 rows"
};
struct ReportFinding {
  std::string name;  // "duplicate_result"
  std::string where;
  std::string subject;
  std::string expected;
  std::string got;
  std::string rule;
};
struct ReportData {
  std::string title;
  std::string why;  // the scenario's paragraph
  bool passed = true;
  std::string verdict;  // one line: "passed: 5 oracles judged 1,481 things"
  std::string replay;   // the command
  std::vector<std::pair<std::string, std::string>> facts;  // "seed" -> "7"
  std::vector<ReportFinding> findings;
  std::string graph_svg;  // empty: left out
  std::string physical_svg;
  std::string timeline_svg;
  std::vector<ReportTable> tables;
};

// What each sink has made visible, and when each window answered.
std::vector<ReportTable> report_tables(const JobProgram& program, const RunView& run);

std::string report_html(const ReportData& data);

}  // namespace leat
