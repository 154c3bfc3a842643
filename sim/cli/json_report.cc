#include "sim/cli/json_report.h"

#include <nlohmann/json.hpp>

namespace leat {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of_end(RunEnd end) {
  static constexpr const char* kNames[] = {"finished", "failed", "out_of_time", "out_of_steps",
                                           "stuck",    "broken", "stopped"};
  return kNames[static_cast<size_t>(end)];
}

Json violations_json(const Verdict& verdict) {
  Json list = Json::array();
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
Json faults_json(const Counts& counts) {
  Json faults = Json::object();
  for (uint32_t k = 0; k < kFaultKinds; ++k) faults[name_of(static_cast<FaultKind>(k))] = counts[k];
  return faults;
}

Json outcome_json(const Scenario& scenario, const RunOutcome& outcome) {
  Json facts = Json::object();
  for (uint32_t k = 0; k < kFactKinds; ++k) {
    if (outcome.facts[k] > 0) facts[kind_name(k)] = outcome.facts[k];
  }
  return {{"scenario", scenario.name},
          {"seed", outcome.seed},
          {"strategy", name_of(outcome.strategy)},
          {"passed", outcome.verdict.ok()},
          {"end", name_of_end(outcome.stats.end)},
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
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
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
  Json runs = Json::array();
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
    if (!outcomes[i].verdict.ok()) ++failed;
    for (const Violation& v : outcomes[i].verdict.violations) {
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

std::string campaign_json(const std::vector<Scenario>& scenarios, const CampaignResult& result,
                          uint64_t first_seed) {
  Json list = Json::array();
  for (size_t i = 0; i < result.scenarios.size(); ++i) {
    const ScenarioCoverage& seen = result.scenarios[i];
    Json failures = Json::array();
    for (const Failure& failure : seen.failures) {
      Json json =
          outcome_json(failure.generated ? *failure.generated : scenarios[i], failure.outcome);
      json["found_after"] = failure.found_after;
      failures.push_back(std::move(json));
    }
    list.push_back({{"scenario", seen.name},
                    {"runs", seen.runs},
                    {"restored", seen.restored},
                    {"fired", faults_json(seen.fired)},
                    {"judged", seen.judged},
                    {"steps", seen.steps},
                    {"virtual_ms", seen.virtual_ms},
                    {"digest", seen.digest},
                    {"complaints", seen.complaints},
                    {"failures", failures}});
  }
  return dump({{"schema", 1},
               {"first_seed", first_seed},
               {"runs", result.runs},
               {"restored", result.restored},
               {"fired", faults_json(result.fired)},
               {"passed", result.ok()},
               {"digest", result.digest},
               {"scenarios", list}});
}

}  // namespace leat
