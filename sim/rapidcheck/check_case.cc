#include "sim/rapidcheck/check_case.h"

#include "sim/cli/failure_report.h"
#include "sim/cli/load.h"
#include "sim/cli/text_report.h"
#include "sim/explore/committed.h"
#include "sim/explore/invariance.h"
#include "sim/scenario/decode.h"

namespace leat {

namespace {

std::map<std::string, std::vector<Row>> by_name(const Committed& seen, const StreamGraph& graph) {
  std::map<std::string, std::vector<Row>> rows;
  for (const auto& [sink, table] : seen.tables) {
    std::vector<Row>& list = rows[graph.node(sink).name];
    for (const auto& [row, times] : table) list.insert(list.end(), times, row);
  }
  return rows;
}

// Where the case was written, and the command that runs it again.
std::string kept(const JobCase& job_case, const std::string& text, const CheckOptions& options,
                 const RunOutcome& outcome) {
  if (options.directory.empty()) return "the seed of RapidCheck (RC_PARAMS), below";
  const std::string path = options.directory + "/" + job_case.job + ".json";
  const std::string error = write_file(path, text);
  return error.empty() ? options.program + " run " + path + seed_options(outcome) : error;
}

}  // namespace

CheckedCase check_case(const JobRegistry& jobs, const JobCase& job_case,
                       const CheckOptions& options) {
  CheckedCase checked;
  const std::string text = to_scenario_text(job_case);
  DecodeOptions decode;
  decode.jobs = &jobs;
  const Decoded decoded = decode_scenario(text, job_case.job + ".json", decode);
  if (!decoded.scenario) {
    checked.failure = decoded.report;
    return checked;
  }
  const Scenario& scenario = *decoded.scenario;
  const Plan plan(*scenario.program);
  Committed seen;
  RunRequest request;
  request.seed = job_case.seed;
  request.strategy = job_case.strategy;
  request.taps = {&seen};
  checked.outcome = run_once(scenario, plan, request);
  request.taps = {};
  if (options.invariance == CheckOptions::Invariance::kAlways ||
      is_sampled(scenario, job_case.seed) || !checked.outcome.verdict.ok())
    judge_invariance(scenario, checked.outcome, request);
  checked.committed = by_name(seen, scenario.program->graph);
  if (checked.outcome.verdict.ok()) return checked;
  checked.failure =
      failure_text(scenario, checked.outcome, kept(job_case, text, options, checked.outcome)) +
      story_text(scenario, checked.outcome, request);
  return checked;
}

}  // namespace leat
