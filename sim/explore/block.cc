#include "sim/explore/block.h"

#include <nlohmann/json.hpp>

namespace leat {

namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson failure_json(const Failure& failure) {
  const RunOutcome& outcome = failure.outcome;
  OrderedJson violations = OrderedJson::array();
  for (const Violation& v : outcome.verdict.violations) {
    violations.push_back({v.name, v.oracle, v.where, v.subject, v.expected, v.got, v.rule, v.at});
  }
  return {{"seed", outcome.seed},
          {"strategy", static_cast<uint32_t>(outcome.strategy)},
          {"after", failure.found_after},
          {"scenario", failure.scenario},
          {"end", static_cast<uint32_t>(outcome.stats.end)},
          {"broken", outcome.stats.broken},
          {"ended_at", outcome.stats.ended_at.ms},
          {"steps", outcome.stats.steps},
          {"fired", outcome.stats.faults_fired},
          {"restored", outcome.restored},
          {"facts", outcome.facts},
          {"digest", outcome.digest},
          {"judged", outcome.verdict.judged},
          {"classes", outcome.verdict.classes},
          {"violations", violations}};
}

Failure parse_failure(const OrderedJson& json) {
  Failure failure;
  RunOutcome& outcome = failure.outcome;
  outcome.seed = json.at("seed");
  outcome.strategy = static_cast<Strategy>(json.at("strategy").get<uint32_t>());
  failure.found_after = json.at("after");
  failure.scenario = json.at("scenario");
  outcome.stats.end = static_cast<RunEnd>(json.at("end").get<uint32_t>());
  outcome.stats.broken = json.at("broken");
  outcome.stats.ended_at.ms = json.at("ended_at");
  outcome.stats.steps = json.at("steps");
  outcome.stats.faults_fired = json.at("fired");
  outcome.restored = json.at("restored");
  outcome.facts = json.at("facts");
  outcome.digest = json.at("digest");
  outcome.verdict.judged = json.at("judged").get<std::map<std::string, uint64_t>>();
  outcome.verdict.classes = json.at("classes").get<std::map<std::string, std::string>>();
  for (const OrderedJson& v : json.at("violations"))
    outcome.verdict.violations.push_back(
        {v.at(0), v.at(1), v.at(2), v.at(3), v.at(4), v.at(5), v.at(6), v.at(7)});
  return failure;
}

}  // namespace

std::string to_line(size_t block, const BlockResult& result) {
  const ScenarioCoverage& seen = result.seen;
  OrderedJson tallies = OrderedJson::array();
  for (const StrategyTally& tally : seen.strategies)
    tallies.push_back({tally.runs, tally.failures});
  OrderedJson failures = OrderedJson::array();
  for (const Failure& failure : seen.failures) failures.push_back(failure_json(failure));
  const OrderedJson json = {{"block", block},
                            {"runs", seen.runs},
                            {"restored", seen.restored},
                            {"shown", seen.shown},
                            {"fired", seen.fired},
                            {"facts", seen.facts},
                            {"strategies", tallies},
                            {"injected", seen.injected},
                            {"judged", seen.judged},
                            {"features", seen.features},
                            {"steps", seen.steps},
                            {"virtual_ms", seen.virtual_ms},
                            {"digest", {result.digest_low, result.digest_high}},
                            {"failures", failures}};
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

Result<NumberedBlock> parse_block(std::string_view line) {
  try {
    const OrderedJson json = OrderedJson::parse(line);
    NumberedBlock block;
    block.block = json.at("block");
    ScenarioCoverage& seen = block.result.seen;
    seen.runs = json.at("runs");
    seen.restored = json.at("restored");
    seen.shown = json.at("shown");
    seen.fired = json.at("fired");
    seen.facts = json.at("facts");
    for (size_t i = 0; i < kStrategies; ++i) {
      seen.strategies[i] = {json.at("strategies").at(i).at(0), json.at("strategies").at(i).at(1)};
    }
    seen.injected = json.at("injected").get<std::vector<uint64_t>>();
    seen.judged = json.at("judged").get<std::map<std::string, uint64_t>>();
    seen.features = json.at("features").get<std::map<std::string, uint64_t>>();
    seen.steps = json.at("steps");
    seen.virtual_ms = json.at("virtual_ms");
    block.result.digest_low = json.at("digest").at(0);
    block.result.digest_high = json.at("digest").at(1);
    for (const OrderedJson& failure : json.at("failures"))
      seen.failures.push_back(parse_failure(failure));
    return block;
  } catch (const OrderedJson::exception& error) {
    return Error{std::string("this is no block of a campaign: ") + error.what()};
  }
}

}  // namespace leat
