#include "sim/cli/failure_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "sim/cli/load.h"
#include "sim/cli/text_report.h"
#include "sim/explore/asked_again.h"
#include "sim/explore/capsule.h"
#include "sim/explore/choice_notes.h"
#include "sim/explore/forks.h"
#include "sim/explore/pin.h"
#include "sim/explore/story.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/json_text.h"
#include "viz/svg.h"

namespace leat {

namespace {

constexpr size_t kMostRows = 12;
constexpr size_t kMostFaults = 6;
constexpr size_t kMostChoices = 6;
constexpr size_t kMostStory = 14;

struct TimedLine {
  int64_t at = 0;
  std::string text;
};

// The rows in the order of arrival; nothing where they are many.
std::vector<TimedLine> row_lines(const Scenario& scenario) {
  std::vector<TimedLine> lines;
  for (const StreamNode& node : scenario.program->graph.nodes) {
    const auto* source = std::get_if<SourceSpec>(&node.spec);
    if (source == nullptr || source->data == nullptr) continue;
    const SplitData& data = *source->data;
    for (uint32_t split = 0; split < data.splits(); ++split) {
      if (lines.size() + data.size(split) > kMostRows) return {};
      RowBatch batch(static_cast<uint32_t>(node.output.width()));
      data.read(split, 0, static_cast<uint32_t>(data.size(split)), batch);
      for (uint32_t i = 0; i < batch.size(); ++i) {
        std::string text = fmt::format("{}[{}] ", node.name, split);
        for (uint32_t field = 0; field < node.output.width(); ++field)
          text += " " + batch.row(i)[field].to_text();
        lines.push_back({data.arrival(split, i).ms, std::move(text)});
      }
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const TimedLine& a, const TimedLine& b) { return a.at < b.at; });
  return lines;
}

std::string fault_text(const Fault& fault, const Scenario& scenario) {
  std::string text;
  const Json json = fault_json(fault, scenario);
  for (const JsonMember& member : json.members) {
    std::string value = to_text(member.value);
    std::erase(value, '\n');
    std::erase(value, '"');
    text += (text.empty() ? "" : " ") + member.key + " " + value;
    if (member.key == "for" || member.key == "by") text += "ms";
  }
  return text;
}

std::string case_text(const Scenario& scenario) {
  std::string text;
  for (const TimedLine& line : row_lines(scenario))
    text += fmt::format("    {:>9}  {}\n", seconds_text(line.at), line.text);
  for (size_t i = 0; i < scenario.faults.size() && i < kMostFaults; ++i)
    text += fmt::format("    {:>9}  {}\n", "fault", fault_text(scenario.faults[i], scenario));
  if (scenario.faults.size() > kMostFaults)
    text +=
        fmt::format("               and {} faults more\n", scenario.faults.size() - kMostFaults);
  if (!scenario.choices) return text;
  const Json lines = choices_json(*scenario.choices, scenario);
  for (size_t i = 0; i < lines.items.size() && i < kMostChoices; ++i) {
    const std::string& line = lines.items[i].text;
    const size_t note = line.find("  -- ");
    text += fmt::format("    {:>9}  {}\n", "choice",
                        note == std::string::npos ? line : line.substr(note + 5));
  }
  if (lines.items.size() > kMostChoices)
    text += fmt::format("               and {} choices more\n", lines.items.size() - kMostChoices);
  return text;
}

std::string size_text(const CaseSize& size) {
  return fmt::format("{} rows, {} faults, {} choices", with_commas(size.rows), size.faults,
                     with_commas(size.choices));
}

// Forks are made only where they are asked for.
std::string fork_option(const RunOutcome& outcome) {
  const bool of_forks =
      !outcome.verdict.ok() && outcome.verdict.violations.front().oracle == kForksOracle;
  return of_forks ? " --fork-every-checkpoint" : "";
}

void tell_progress(const CaseSize& now, uint64_t runs) {
  std::cerr << fmt::format("\rshrinking: {} after {} runs\033[K", size_text(now), runs)
            << std::flush;
}

}  // namespace

std::string story_text(const Scenario& scenario, const RunOutcome& outcome,
                       const RunRequest& request) {
  if (outcome.verdict.ok()) return "";
  const Violation& first = outcome.verdict.violations.front();
  Story story(scenario, first.where.substr(0, first.where.find('[')));
  RunRequest again = request;
  again.oracles = {};
  again.observers = {&story};
  again.taps = {};
  run_once(scenario, Plan(*scenario.program), again);
  const std::string what = case_text(scenario);
  std::string text = what.empty() ? "" : "\n  The case\n" + what;
  text += "\n  What happened\n";
  for (const std::string& line : story.lines(kMostStory, first.at)) text += "    " + line + "\n";
  return text;
}

KeptFailure keep_failure(const Scenario& scenario, const RunOutcome& failed, Shrinking shrinking,
                         const ShrinkRequest& request, RunRequest::Rest rest) {
  KeptFailure kept;
  RunRequest run;
  run.seed = failed.seed;
  run.strategy = failed.strategy;
  run.rest = rest;
  run.record = true;
  FactMarker marker;
  run.observers = {&marker};
  const Plan plan(*scenario.program);
  RunOutcome again = run_once(scenario, plan, run);
  run.observers.clear();
  if (!failed.verdict.ok()) {
    const Violation& first = failed.verdict.violations.front();
    ask_again(scenario, plan, run, first.name, first.oracle, again);
  }
  kept.nondeterministic = again.digest != failed.digest;
  Capsule capsule;
  capsule.scenario_path = scenario.path;
  capsule.scenario_text = scenario.text;
  capsule.seed = failed.seed;
  capsule.violation = failed.violation();
  capsule.oracle = failed.verdict.ok() ? "" : failed.verdict.violations.front().oracle;
  capsule.digest = again.digest;
  capsule.build = build_id();
  capsule.choices = again.choices;
  capsule.marks = marker.marks();
  const std::string text = to_text(capsule);
  const std::string stem =
      fmt::format(".leat/failures/{:08x}", static_cast<uint32_t>(hash_bytes(text)));
  kept.capsule = stem + ".capsule";
  if (const std::string error = write_file(kept.capsule, text); !error.empty())
    std::cerr << error << "\n";
  if (shrinking == Shrinking::kOff || again.verdict.ok()) return kept;

  ShrinkRequest shrink_request = request;
  if (::isatty(STDERR_FILENO) != 0) shrink_request.progress = tell_progress;
  kept.shrunk = shrink(scenario, again, shrink_request);
  if (shrink_request.progress) std::cerr << "\r\033[K";
  if (!kept.shrunk) return kept;
  kept.scenario = stem + ".json";
  if (const std::string error = write_file(kept.scenario, kept.shrunk->text); !error.empty())
    std::cerr << error << "\n";
  return kept;
}

std::string report_text(const Scenario& scenario, const RunOutcome& failed, const KeptFailure& kept,
                        const JobRegistry* registry) {
  std::string text;
  const auto original = [&] {
    if (!kept.found_as.empty()) return kept.found_as;
    const std::string options = seed_options(failed) + fork_option(failed);
    if (scenario.path.starts_with("generated-"))
      return "./leat explore --generate --runs 1" + options;
    return fmt::format("./leat run {}{}", scenario.path, options);
  };
  if (kept.shrunk) {
    const ShrinkResult& small = *kept.shrunk;
    DecodeOptions options;
    options.jobs = registry;
    const Decoded decoded = decode_scenario(small.text, scenario.path, options);
    check(decoded.scenario.has_value(), "a shrunk scenario is a scenario");
    text = fmt::format("FAIL  {}   seed {} -> shrunk from {} to {} ({} runs, {:.1f} s)\n",
                       scenario.name, failed.seed, size_text(small.before), size_text(small.after),
                       with_commas(small.runs), small.seconds);
    text += violations_text(small.outcome);
    RunRequest request;
    request.seed = decoded.scenario->seed;
    request.rest = RunRequest::Rest::kPlain;
    text += story_text(*decoded.scenario, small.outcome, request) + "\n";
    text += small.minimal
                ? fmt::format("  minimal   {} single removals were tried, none of them fails so\n",
                              small.removals_tried)
                : "  minimal   not proven: the time for shrinking was over\n";
    text += fmt::format("  run       ./leat run {}{}\n", kept.scenario, fork_option(small.outcome));
    text += fmt::format("  found as  {}\n", original());
  } else {
    text = failure_text(scenario, failed, original());
  }
  text += fmt::format("  capsule   {}\n", kept.capsule);
  if (kept.nondeterministic) {
    text += "  nondeterminism   the recorded run has another digest than the first\n";
  }
  return text;
}

}  // namespace leat
