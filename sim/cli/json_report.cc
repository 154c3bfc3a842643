#include "sim/cli/json_report.h"

#include <nlohmann/json.hpp>

#include "sim/explore/shown.h"

namespace leat {

namespace {

using Document = nlohmann::ordered_json;

const char* name_of_end(RunEnd end) {
  static constexpr const char* kNames[] = {"finished", "failed", "out_of_time", "out_of_steps",
                                           "stuck",    "broken", "stopped"};
  return kNames[static_cast<size_t>(end)];
}

Document violations_json(const Verdict& verdict) {
  Document list = Document::array();
  for (const Violation& v : verdict.violations) {
    list.push_back({{"name", v.name},
                    {"oracle", v.oracle},
                    {"where", v.where},
                    {"subject", v.subject},
                    {"expected", v.expected},
                    {"got", v.got},
                    {"rule", v.rule},
                    {"at", v.at}});
  }
  return list;
}

template <class Counts>
Document faults_json(const Counts& counts) {
  Document faults = Document::object();
  for (uint32_t k = 0; k < kFaultKinds; ++k) faults[name_of(static_cast<FaultKind>(k))] = counts[k];
  return faults;
}

Document outcome_json(const Scenario& scenario, const RunOutcome& outcome) {
  Document facts = Document::object();
  for (uint32_t k = 0; k < kFactKinds; ++k) {
    if (outcome.facts[k] > 0) facts[kind_name(k)] = outcome.facts[k];
  }
  return {{"scenario", scenario.name},
          {"seed", outcome.seed},
          {"strategy", name_of(outcome.strategy)},
          {"passed", passes(scenario, outcome)},
          {"end", name_of_end(outcome.stats.end)},
          {"cause", outcome.stats.broken},
          {"digest", outcome.digest},
          {"steps", outcome.stats.steps},
          {"virtual_ms", outcome.stats.ended_at.ms},
          {"restored", outcome.restored},
          {"faults", faults_json(outcome.stats.faults_fired)},
          {"sinks", outcome.verdict.classes},
          {"judged", outcome.verdict.judged},
          {"not_judged", outcome.verdict.not_judged},
          {"violations", violations_json(outcome.verdict)},
          {"facts", facts}};
}

// Text that came from files and user functions need not be UTF-8.
std::string dump(const Document& json) {
  return json.dump(2, ' ', false, Document::error_handler_t::replace) + "\n";
}

std::string escape_xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

std::string run_json(const std::vector<const Scenario*>& scenarios,
                     const std::vector<RunOutcome>& outcomes) {
  Document runs = Document::array();
  for (size_t i = 0; i < outcomes.size(); ++i)
    runs.push_back(outcome_json(*scenarios[i], outcomes[i]));
  return dump({{"schema", 1}, {"runs", runs}});
}

std::string run_junit(const std::vector<const Scenario*>& scenarios,
                      const std::vector<RunOutcome>& outcomes) {
  size_t failed = 0;
  std::string cases;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    cases += "  <testcase classname=\"leat\" name=\"" + escape_xml(scenarios[i]->name) + "\">\n";
    RunOutcome outcome = outcomes[i];
    const bool stopped = outcome.stats.end == RunEnd::kStopped;
    const bool shown = take_shown(*scenarios[i], outcome);
    const auto& shows = scenarios[i]->expect.violation;
    if (shows && !shown && !stopped && outcome.verdict.ok()) {
      outcome.verdict.violations.push_back({*shows, "", "", "", "found", "nothing was found wrong",
                                            "the scenario exists to show it"});
    }
    if (!outcome.verdict.ok()) ++failed;
    if (outcome.verdict.ok() && stopped)
      cases += "    <skipped message=\"stopped before the end, as asked\"/>\n";
    for (const Violation& v : outcome.verdict.violations) {
      cases +=
          "    <failure type=\"" + v.name + "\" message=\"" +
          escape_xml(v.where + " " + v.subject + ": expected " + v.expected + ", got " + v.got) +
          "\">" + escape_xml(v.rule) + "</failure>\n";
    }
    cases += "  </testcase>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"leat\" tests=\"" +
         std::to_string(outcomes.size()) + "\" failures=\"" + std::to_string(failed) + "\">\n" +
         cases + "</testsuite>\n";
}

namespace {

void add_kept(const KeptFailure& kept, Document& json) {
  json["capsule"] = kept.capsule;
  json["shrunk"] = kept.scenario;
  json["nondeterministic"] = kept.nondeterministic;
}

Document twins_json(const Twins& twins) {
  Document findings = Document::array();
  for (const TwinFinding& finding : twins.findings()) {
    findings.push_back({{"scenario", finding.scenario},
                        {"seed", finding.seed},
                        {"expected", finding.expected},
                        {"got", finding.got},
                        {"first_fact_here", finding.here},
                        {"first_fact_there", finding.there}});
  }
  return {{"judged", twins.judged()}, {"differed", findings}};
}

}  // namespace

std::string campaign_json(const std::vector<Scenario>& scenarios, const CampaignResult& result,
                          const CampaignDetails& details) {
  Document list = Document::array();
  size_t number = 0;  // of the failure, over all scenarios
  for (size_t i = 0; i < result.scenarios.size(); ++i) {
    const ScenarioCoverage& seen = result.scenarios[i];
    Document failures = Document::array();
    for (const Failure& failure : seen.failures) {
      Document json =
          outcome_json(failure.generated ? *failure.generated : scenarios[i], failure.outcome);
      json["found_after"] = failure.found_after;
      add_kept((*details.kept)[number++], json);
      failures.push_back(std::move(json));
    }
    list.push_back({{"scenario", seen.name},
                    {"runs", seen.runs},
                    {"restored", seen.restored},
                    {"shown", seen.shown},
                    {"fired", faults_json(seen.fired)},
                    {"judged", seen.judged},
                    {"features", seen.features},
                    {"steps", seen.steps},
                    {"virtual_ms", seen.virtual_ms},
                    {"digest", seen.digest},
                    {"complaints", seen.complaints},
                    {"failures", failures}});
  }
  return dump({{"schema", 1},
               {"first_seed", details.first_seed},
               {"runs", result.runs},
               {"restored", result.restored},
               {"fired", faults_json(result.fired)},
               {"passed", result.ok() && details.twins->findings().empty()},
               {"complaints", result.complaints},
               {"twins", twins_json(*details.twins)},
               {"digest", result.digest},
               {"scenarios", list}});
}

}  // namespace leat
