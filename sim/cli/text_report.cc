#include "sim/cli/text_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/features.h"
#include "sim/explore/fixed_by_input.h"
#include "sim/explore/forks.h"
#include "sim/oracle/not_judged.h"
#include "viz/svg.h"

namespace leat {

namespace {

const char* sentence(RunEnd end) {
  switch (end) {
    case RunEnd::kFinished:
      return "finished";
    case RunEnd::kFailed:
      return "the job failed";
    case RunEnd::kOutOfTime:
      return "not finished within its virtual time";
    case RunEnd::kOutOfSteps:
      return "not finished within its steps";
    case RunEnd::kStuck:
      return "stuck: nothing is left to happen";
    case RunEnd::kBroken:
      return "an invariant of the engine broke";
    case RunEnd::kStopped:
      return "stopped where asked";
  }
  return "";
}

std::string faults_of(const RunStats& stats) {
  std::string text;
  for (uint32_t k = 0; k < kFaultKinds; ++k) {
    if (stats.faults_fired[k] == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", stats.faults_fired[k], name_of(static_cast<FaultKind>(k)));
  }
  return text.empty() ? "none" : text;
}

void add_line(std::string& text, const char* label, const std::string& value) {
  if (!value.empty()) text += fmt::format("    {:<10}{}\n", label, value);
}

}  // namespace

int exit_code(const RunOutcome& outcome) {
  const auto& violations = outcome.verdict.violations;
  if (violations.empty()) return 0;
  const bool only_liveness = std::all_of(violations.begin(), violations.end(),
                                         [](const Violation& v) { return v.name == "liveness"; });
  const RunEnd end = outcome.stats.end;
  const bool unfinished =
      end == RunEnd::kOutOfTime || end == RunEnd::kOutOfSteps || end == RunEnd::kStuck;
  return only_liveness && unfinished ? 3 : 1;
}

std::string violations_text(const RunOutcome& outcome) {
  constexpr size_t kMost = 3;
  std::string text;
  const auto& all = outcome.verdict.violations;
  for (size_t i = 0; i < all.size() && i < kMost; ++i) {
    const Violation& v = all[i];
    text += fmt::format("\n  {}   {}   {}\n", v.name, v.where, v.subject);
    add_line(text, "expected", v.expected);
    add_line(text, "got", v.got);
    add_line(text, "rule", v.rule);
    if (v.at > 0)
      add_line(text, "at", describe(Duration{v.at}) + " (" + std::to_string(v.at) + " ms)");
    add_line(text, "oracle", v.oracle);
  }
  if (all.size() > kMost) text += fmt::format("\n  and {} violations more\n", all.size() - kMost);
  const std::string& broken = outcome.stats.broken;
  const bool told =
      std::any_of(all.begin(), all.end(), [&](const Violation& v) { return v.got == broken; });
  if (!broken.empty() && !told) text += "\n  " + broken + "\n";
  return text;
}

std::string failure_text(const Scenario& scenario, const RunOutcome& outcome,
                         const std::string& replay, std::string_view verdict) {
  std::string text = fmt::format("{} {}   seed {}   {}\n", verdict, scenario.name, outcome.seed,
                                 sentence(outcome.stats.end));
  text += violations_text(outcome);
  text += fmt::format("\n  faults    {}\n", faults_of(outcome.stats));
  text += fmt::format("  digest    {}\n", outcome.digest);
  text += fmt::format("  replay    {}\n", replay);
  return text;
}

std::string passed_text(const Scenario& scenario, const RunOutcome& outcome) {
  uint64_t judged = 0;
  for (const auto& [oracle, count] : outcome.verdict.judged) judged += count;
  const auto fact = [&](uint32_t kind) { return with_commas(outcome.facts[kind]); };
  const std::string length =
      fmt::format("{} steps in {} of virtual time", with_commas(outcome.stats.steps),
                  describe(Duration{outcome.stats.ended_at.ms}));
  std::string text = fmt::format("PASS  {}   {}\n", scenario.name, length);
  if (outcome.stats.end == RunEnd::kStopped) {
    text = fmt::format(
        "STOP  {}   {}, stopped there as asked\n"
        "  judged        what happened so far, and nothing was wrong; not what must be there at "
        "the "
        "end: {}\n",
        scenario.name, length,
        scenario.expect.rows.empty() ? "all results" : "the expected rows, all results");
  }
  text += fmt::format("  checkpoints   {} completed, {} aborted\n",
                      fact(kind_of<CheckpointCompleted>()), fact(kind_of<CheckpointAborted>()));
  text += fmt::format("  faults        {}\n", faults_of(outcome.stats));
  text += fmt::format("  restored      {}\n", outcome.restored ? "from a checkpoint" : "no");
  for (const auto& [sink, name] : outcome.verdict.classes) {
    text += fmt::format("  sink {:<8} {}\n", sink, name);
  }
  text += fmt::format("  oracles       {} judged {} things\n", outcome.verdict.judged.size(),
                      with_commas(judged));
  for (const auto& [node, why] : outcome.verdict.not_judged) {
    text += fmt::format("  not judged    answers of {}: {}\n", node, why);
  }
  for (const auto& [sink, why] : not_compared(scenario.program->graph)) {
    text += fmt::format("  not compared  {} under another order: {}\n", sink, why);
  }
  text += fmt::format("  digest        {}\n", outcome.digest);
  return text;
}

namespace {

std::string fired_text(const std::array<uint64_t, kFaultKinds>& fired, uint64_t runs) {
  std::string text;
  for (uint32_t k = 0; k < kFaultKinds; ++k) {
    if (fired[k] == 0) continue;
    text +=
        fmt::format("{}{} {:.1f} %", text.empty() ? "" : " · ", name_of(static_cast<FaultKind>(k)),
                    100.0 * static_cast<double>(fired[k]) / static_cast<double>(runs));
  }
  return text;
}

// Drawn jobs: the share of each thing that a job can be made of, the rarest first.
std::string features_text(const std::map<std::string, uint64_t>& features, uint64_t runs) {
  std::vector<std::pair<uint64_t, std::string>> by_share;
  for (const std::string& feature : all_features()) {
    const auto found = features.find(feature);
    by_share.emplace_back(found == features.end() ? 0 : found->second, feature);
  }
  std::sort(by_share.begin(), by_share.end());
  std::string text;
  size_t line = 0;
  for (const auto& [count, feature] : by_share) {
    const std::string word = fmt::format(
        "{} {:.2f} %", feature, 100.0 * static_cast<double>(count) / static_cast<double>(runs));
    text += text.empty() ? "      made of:  " : line > 90 ? "\n                " : " · ";
    line = line > 90 ? 0 : line;
    text += word;
    line += word.size() + 3;
  }
  return text + "\n";
}

}  // namespace

std::string coverage_text(const ScenarioCoverage& seen) {
  const uint64_t runs = std::max<uint64_t>(seen.runs, 1);
  std::string text =
      fmt::format("{}  {:<34} {:>8} runs  {:>5.1f} % restored{}\n",
                  seen.failures.empty() && seen.complaints.empty() ? "ok  " : "FAIL", seen.name,
                  with_commas(seen.runs),
                  100.0 * static_cast<double>(seen.restored) / static_cast<double>(runs),
                  seen.shown > 0 ? fmt::format("   shown in {}", seen.shown) : "");
  const std::string fired = fired_text(seen.fired, runs);
  if (!fired.empty()) text += "      fired in: " + fired + "\n";
  if (const auto forks = seen.judged.find(kForksOracle); forks != seen.judged.end())
    text +=
        fmt::format("      forks:    went on from {} checkpoints\n", with_commas(forks->second));
  if (!seen.features.empty()) text += features_text(seen.features, runs);
  for (const std::string& complaint : seen.complaints) text += "      " + complaint + "\n";
  return text;
}

std::string unjudged_text(const Scenario& scenario) {
  std::string text;
  for (const auto& [node, why] : not_judged(scenario.program->graph)) {
    text += fmt::format("      not judged: answers of {}: {}\n", node, why);
  }
  for (const auto& [sink, why] : not_compared(scenario.program->graph)) {
    text += fmt::format("      not compared: {} under another order: {}\n", sink, why);
  }
  return text;
}

std::string seed_options(const RunOutcome& outcome) {
  std::string text = fmt::format(" --seed {}", outcome.seed);
  if (outcome.strategy != Strategy::kRandom)
    text += fmt::format(" --strategy {}", name_of(outcome.strategy));
  return text;
}

std::string strategies_text(const CampaignResult& result) {
  std::string text;
  for (const Strategy strategy : all_strategies()) {
    const StrategyTally& tally = result.strategies[static_cast<size_t>(strategy)];
    if (tally.runs == 0) continue;
    text += fmt::format("{}{} {} runs{}", text.empty() ? "strategy  " : " · ", name_of(strategy),
                        with_commas(tally.runs),
                        tally.failures > 0 ? fmt::format(" {} failed", tally.failures) : "");
  }
  return text.empty() ? text : text + "\n";
}

std::string total_text(const CampaignResult& result) {
  const uint64_t runs = std::max<uint64_t>(result.runs, 1);
  return fmt::format(
      "all       {} runs, {:.1f} % restored from a checkpoint\n          fired in: {}\n",
      with_commas(result.runs),
      100.0 * static_cast<double>(result.restored) / static_cast<double>(runs),
      fired_text(result.fired, runs));
}

}  // namespace leat
