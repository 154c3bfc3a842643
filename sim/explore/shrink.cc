#include "sim/explore/shrink.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "sim/explore/asked_again.h"
#include "sim/explore/on_threads.h"
#include "sim/explore/pin.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/json_text.h"

namespace leat {

namespace {

using Clock = std::chrono::steady_clock;

// Sources with more rows than this are not written out.
constexpr uint64_t kMostRows = 20'000;

// The claim or cause without numbers, which change as a case shrinks; but the hash of what a task
// failed of says which failure it is.
std::string without_numbers(const std::string& text) {
  std::string out;
  const std::string line = text.substr(0, text.find('\n'));
  const size_t cause = line.find("cause=");
  if (cause != std::string::npos) return line.substr(cause);
  for (const char c : line) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) out += c;
    if (digit && !out.ends_with('#')) out += '#';
  }
  return out;
}

bool cut_short(const RunStats& stats, uint64_t steps_allowed) {
  return stats.end == RunEnd::kOutOfSteps && stats.steps >= steps_allowed;
}

// Runs candidates and says which of them still fail in the same way. Safe to ask from several
// threads.
class Judge {
 public:
  Judge(const Scenario& scenario, const RunOutcome& failed, const ShrinkRequest& request)
      : shape_(shape_of(failed.verdict.violations.front(), failed.stats)),
        path_(scenario.path),
        steps_(failed.stats.end == RunEnd::kOutOfSteps ? scenario.limits.steps
                                                       : failed.stats.steps * 4 + 20'000),
        request_(request) {}

  struct Answer {
    bool fails = false;
    RunOutcome outcome;
  };
  Answer ask(const std::string& text) const {
    DecodeOptions options;
    options.jobs = request_.registry;
    Answer answer;
    Decoded decoded = decode_scenario(text, path_, options);
    if (!decoded.scenario) return answer;
    const bool shortened = steps_ < decoded.scenario->limits.steps;
    if (shortened) decoded.scenario->limits.steps = steps_;
    RunRequest run;
    run.seed = decoded.scenario->seed;
    run.rest = RunRequest::Rest::kPlain;
    const Plan plan(*decoded.scenario->program);
    answer.outcome = run_once(*decoded.scenario, plan, run);
    ask_again(*decoded.scenario, plan, run, shape_.name, shape_.oracle, answer.outcome);
    if (shortened && cut_short(answer.outcome.stats, steps_) && shape_.name == "liveness")
      return answer;
    answer.fails = violation_of(answer.outcome, shape_) != nullptr;
    return answer;
  }

  // The first of the candidates that fails so. All are asked, each by a thread of its own, so that
  // the answer does not depend on which was faster.
  std::optional<size_t> first(const std::vector<Json>& candidates) {
    if (candidates.empty()) return std::nullopt;
    std::vector<char> fails(candidates.size(), 0);
    std::atomic<size_t> next{0};
    on_threads(static_cast<uint32_t>(candidates.size()), [&] {
      const size_t i = next++;
      fails[i] = ask(to_text(candidates[i])).fails ? 1 : 0;
    });
    runs_ += candidates.size();
    const auto found = std::find(fails.begin(), fails.end(), 1);
    if (found == fails.end()) return std::nullopt;
    return static_cast<size_t>(found - fails.begin());
  }

  uint64_t runs() const { return runs_; }
  const ViolationShape& shape() const { return shape_; }

 private:
  const ViolationShape shape_;
  const std::string path_;
  const uint64_t steps_;
  const ShrinkRequest& request_;
  uint64_t runs_ = 0;
};

class Shrinker {
 public:
  Shrinker(Json document, Judge& judge, const ShrinkRequest& request)
      : document_(std::move(document)),
        judge_(judge),
        request_(request),
        end_(Clock::now() + request.patience) {}

  bool fails(const Json& candidate) { return judge_.first({candidate}).has_value(); }

  void run() {
    for (bool changed = true; changed && !late();) {
      changed = false;
      for (const JsonPath& list : long_lists(document_)) changed |= thin_out(list);
      changed |= try_each(structural_removals);
      changed |= try_each(simplifications);
      if (!changed && !late()) changed = !prove();
    }
  }

  const Json& document() const { return document_; }
  bool minimal() const { return minimal_; }
  uint64_t removals_tried() const { return removals_tried_; }

 private:
  bool late() const { return Clock::now() > end_; }

  void accept(Json candidate) {
    document_ = std::move(candidate);
    if (request_.progress) request_.progress(size_of(document_), judge_.runs());
  }

  // Takes pieces out of a list: all of it, halves, quarters, down to single elements.
  bool thin_out(const JsonPath& path) {
    const Json* list = at_path(document_, path);
    if (list == nullptr || list->items.empty()) return false;
    bool changed = false;
    for (size_t piece = list->items.size(); piece > 0 && !late(); piece /= 2) {
      size_t at = 0;
      while (!late()) {
        const size_t size = at_path(document_, path)->items.size();
        if (at >= size) break;
        std::vector<Json> candidates;
        for (size_t from = at; from < size && candidates.size() < request_.jobs; from += piece)
          candidates.push_back(without(path, from, std::min(size, from + piece)));
        const auto found = judge_.first(candidates);
        if (!found) {
          at += piece * candidates.size();
          continue;
        }
        at += piece * *found;
        changed = true;
        accept(std::move(candidates[*found]));
      }
    }
    return changed;
  }

  Json without(const JsonPath& path, size_t from, size_t to) {
    Json candidate = document_;
    auto& items = at_path(candidate, path)->items;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(from),
                items.begin() + static_cast<std::ptrdiff_t>(to));
    return candidate;
  }

  // Tries edits in order; after one that was taken the list is made anew and goes on from there.
  bool try_each(std::vector<Edit> (*edits_of)(const Json&)) {
    bool changed = false;
    std::vector<Edit> edits = edits_of(document_);
    for (size_t at = 0; at < edits.size() && !late();) {
      std::vector<Json> candidates;
      for (size_t i = at; i < edits.size() && candidates.size() < request_.jobs; ++i) {
        candidates.push_back(document_);
        edits[i].apply(candidates.back());
      }
      const auto found = judge_.first(candidates);
      if (!found) {
        at += candidates.size();
        continue;
      }
      at += *found;
      changed = true;
      accept(std::move(candidates[*found]));
      edits = edits_of(document_);
    }
    return changed;
  }

  // True where no single removal fails so.
  bool prove() {
    removals_tried_ = 0;
    const std::vector<Edit> all = removals(document_);
    for (const Edit& edit : all) {
      if (late()) return true;
      Json candidate = document_;
      edit.apply(candidate);
      ++removals_tried_;
      if (!fails(candidate)) continue;
      accept(std::move(candidate));
      return false;
    }
    minimal_ = true;
    return true;
  }

  Json document_;
  Judge& judge_;
  const ShrinkRequest& request_;
  const Clock::time_point end_;
  bool minimal_ = false;
  uint64_t removals_tried_ = 0;
};

std::string size_text(const CaseSize& size) {
  return fmt::format("{} rows, {} faults, {} choices", size.rows, size.faults, size.choices);
}

std::string head_text(const ViolationShape& shape, const RunOutcome& failed,
                      const ShrinkResult& result) {
  std::string text =
      fmt::format("// {} at {}, found at seed {}. Shrunk from {} to {}.\n", shape.name, shape.node,
                  failed.seed, size_text(result.before), size_text(result.after));
  text +=
      result.minimal
          ? fmt::format("// 1-minimal: {} single removals were tried, and none of them fails so.\n",
                        result.removals_tried)
          : "// Not proven minimal: the time given for shrinking was over.\n";
  return text;
}

}  // namespace

ViolationShape shape_of(const Violation& violation, const RunStats& stats) {
  ViolationShape shape{violation.name, violation.oracle,
                       violation.where.substr(0, violation.where.find('[')), ""};
  const bool ended_badly = stats.end != RunEnd::kFinished && violation.name == "liveness";
  if (ended_badly) {
    shape.ending = fmt::format("{} {}", static_cast<int>(stats.end), without_numbers(stats.broken));
  }
  return shape;
}

const Violation* violation_of(const RunOutcome& outcome, const ViolationShape& shape) {
  for (const Violation& violation : outcome.verdict.violations) {
    if (shape_of(violation, outcome.stats) == shape) return &violation;
  }
  return nullptr;
}

std::optional<ShrinkResult> shrink(const Scenario& scenario, const RunOutcome& failed,
                                   const ShrinkRequest& request) {
  check(!failed.verdict.ok(), "only a failure can be shrunk");
  const auto begin = Clock::now();
  std::optional<Json> pinned = pin_run(scenario, failed);
  if (!pinned) return std::nullopt;
  Judge judge(scenario, failed, request);
  ShrinkResult result;
  Json with_rows = *pinned;
  pin_rows(with_rows, scenario, kMostRows);
  result.before = size_of(with_rows);
  const auto start = judge.first({with_rows, *pinned});
  if (!start) return std::nullopt;

  Shrinker shrinker(*start == 0 ? std::move(with_rows) : std::move(*pinned), judge, request);
  shrinker.run();
  result.minimal = shrinker.minimal();
  result.removals_tried = shrinker.removals_tried();
  result.after = size_of(shrinker.document());
  result.runs = judge.runs();
  Json small = shrinker.document();
  if (result.after.faults == 0) remove_member(small, "faults");
  result.text = head_text(judge.shape(), failed, result) + to_text(small);
  result.outcome = judge.ask(result.text).outcome;
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return result;
}

}  // namespace leat
