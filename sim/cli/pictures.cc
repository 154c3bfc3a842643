#include "sim/cli/pictures.h"

#include "sim/cli/json_report.h"
#include "sim/cli/load.h"
#include "sim/explore/event_times.h"
#include "sim/explore/shown.h"
#include "viz/job_graph.h"
#include "viz/report.h"
#include "viz/timeline.h"

namespace leat {

namespace {

std::string verdict_of(const Scenario& scenario, const RunOutcome& outcome) {
  if (only_shows(scenario, outcome)) return "shown: " + outcome.violation();
  return outcome.verdict.ok() ? "passed" : "failed: " + outcome.violation();
}

std::map<ProcessId, std::string> names_of(const Scenario& scenario) {
  std::map<ProcessId, std::string> names;
  for (const ProcessId worker : scenario.cluster.task_managers) {
    names[worker] = process_name(scenario.cluster, worker);
  }
  names[scenario.cluster.job_manager] =
      process_name(scenario.cluster, scenario.cluster.job_manager);
  names[scenario.cluster.log] = process_name(scenario.cluster, scenario.cluster.log);
  return names;
}

JobGraphOptions graph_options(const Scenario& scenario, const RunOutcome* outcome,
                              GraphLevel level) {
  JobGraphOptions options;
  options.level = level;
  options.title = scenario.name;
  options.processes = names_of(scenario);
  if (outcome == nullptr) return options;
  for (const auto& [sink, name] : outcome->verdict.classes)
    options.verdicts[sink] = {true, "as expected"};
  for (const Violation& v : outcome->verdict.violations) {
    const auto sink = options.verdicts.find(v.where);
    if (sink != options.verdicts.end()) sink->second = {false, v.name};
  }
  return options;
}

TimelineOptions timeline_options(const Scenario& scenario, const RunOutcome& outcome) {
  TimelineOptions options;
  options.scenario = scenario.name;
  options.seed = outcome.seed;
  options.verdict = verdict_of(scenario, outcome);
  options.processes = names_of(scenario);
  return options;
}

std::string write_page(const std::string& path, const Scenario& scenario, const RunOutcome& outcome,
                       const RunView& run) {
  ReportData data;
  data.title = scenario.name;
  data.why = scenario.why;
  data.passed = outcome.verdict.ok() || only_shows(scenario, outcome);
  data.verdict = verdict_of(scenario, outcome);
  data.replay = "./leat run " + scenario.path + " --seed " + std::to_string(outcome.seed);
  data.facts = {{"seed", std::to_string(outcome.seed)}, {"digest", outcome.digest}};
  for (const Violation& v : outcome.verdict.violations) {
    data.findings.push_back({v.name, v.where, v.subject, v.expected, v.got, v.rule});
  }
  const auto graph = [&](GraphLevel level) {
    auto svg = graph_svg(*scenario.program, &run, graph_options(scenario, &outcome, level));
    return svg.ok() ? svg.value() : std::string();
  };
  data.graph_svg = graph(GraphLevel::kLogical);
  data.physical_svg = graph(GraphLevel::kPhysical);
  data.timeline_svg = timeline_svg(*scenario.program, run, timeline_options(scenario, outcome));
  data.tables = report_tables(*scenario.program, run);
  return write_file(path, report_html(data));
}

}  // namespace

AssignedTimes assigned_times(const JobProgram& program) {
  AssignedTimes assigned;
  for (uint32_t n = 0; n < program.graph.nodes.size(); ++n) {
    const auto* source = std::get_if<SourceSpec>(&program.graph.nodes[n].spec);
    if (source == nullptr || source->data == nullptr) continue;
    if (source->event_time != nullptr || source->ingestion_time) continue;
    const EventTimes times(program.graph, NodeId{n});
    if (times.assigners().empty()) continue;
    for (uint32_t split = 0; split < source->data->splits(); ++split) {
      std::vector<Timestamp>& of_split = assigned[{NodeId{n}, split}];
      for (const RecordTimes& record : times.of_split(split)) {
        const auto& first = record.front();
        of_split.push_back(first ? Timestamp(EventTime{first->least}) : std::nullopt);
      }
    }
  }
  return assigned;
}

std::string write_report(const std::string& kind, const std::string& path, const Scenario& scenario,
                         const RunOutcome* outcome, const RunView* run) {
  if (kind == "graph" || kind == "physical") {
    const GraphLevel level = kind == "graph" ? GraphLevel::kLogical : GraphLevel::kPhysical;
    auto note = write_graph(*scenario.program, run, graph_options(scenario, outcome, level), path);
    return note.ok() ? "" : "error: " + note.error();
  }
  check(outcome != nullptr && run != nullptr, "this report is about a run");
  if (kind == "timeline") {
    return write_file(path,
                      timeline_svg(*scenario.program, *run, timeline_options(scenario, *outcome)));
  }
  if (kind == "json") return write_file(path, run_json({&scenario}, {*outcome}));
  if (kind == "junit") return write_file(path, run_junit({&scenario}, {*outcome}));
  if (kind == "html") return write_page(path, scenario, *outcome, *run);
  fail_check("a report is of none of report_kinds()");
}

}  // namespace leat
