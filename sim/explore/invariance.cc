#include "sim/explore/invariance.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/explore/committed.h"
#include "sim/explore/fixed_by_input.h"
#include "sim/explore/made_again.h"
#include "sim/explore/upgrade.h"
#include "sim/explore/watch.h"
#include "sim/scenario/guarantee.h"
#include "sim/world/seeded_choices.h"

namespace leat {

namespace {

constexpr uint64_t kSampled = 8;
// Of a few records there are few other orders, and one try is likely to miss the one that matters:
// so a case that was made small still shows what it was kept for.
constexpr uint64_t kFew = 32;
constexpr uint64_t kTriesOfFew = 24;
// Whatever is changed, rows meet in another order too. Before something else is blamed, so many
// more interleavings are tried.
constexpr uint64_t kTriesBeforeBlame = 8;
constexpr const char* kInvarianceOracle = "invariance";
constexpr const char* kRefused = "refused";
constexpr const char* kOrder = "order_dependent";
constexpr const char* kSpeed = "speed_dependent";

struct CommittedResult : Committed {
  RunStats stats;
};

// Without faults, and without what is expected: expected rows are Values of another thread.
Scenario calm(const Scenario& scenario) {
  Scenario copy;
  copy.name = scenario.name;
  copy.path = scenario.path;
  copy.seed = scenario.seed;
  copy.program = scenario.program;
  copy.topics = scenario.topics;
  copy.cluster = scenario.cluster;
  copy.world = scenario.world;
  copy.limits = scenario.limits;
  return copy;
}

void run(const Scenario& scenario, uint64_t seed, CommittedResult& result,
         const std::vector<WatchPtr>& watches = {}) {
  SeededChoices seeded(seed);
  PlainChoices plain;
  Choices* choices = &seeded;
  if (!scenario.world.disorder) choices = &plain;
  Simulation simulation(scenario, *choices);
  simulation.trace().tap(result);
  for (const WatchPtr& watch : watches) {
    simulation.trace().tap(*watch);
    simulation.trace().observe(*watch, watch->facts());
  }
  result.stats = simulation.run();
}

uint64_t records(const JobProgram& program) {
  uint64_t count = 0;
  for (const StreamNode& node : program.graph.nodes) {
    const auto* source = std::get_if<SourceSpec>(&node.spec);
    for (uint32_t s = 0; source != nullptr && s < source->data->splits(); ++s)
      count += source->data->size(s);
  }
  return count;
}

std::string rows_text(const CommittedResult::Table& in, const CommittedResult::Table& not_in) {
  constexpr int kShown = 2;
  std::string text;
  int shown = 0;
  uint64_t more = 0;
  for (const auto& [row, times] : in) {
    const auto other = not_in.find(row);
    const uint64_t there = other == not_in.end() ? 0 : other->second;
    if (times <= there) continue;
    if (shown == kShown) {
      ++more;
      continue;
    }
    ++shown;
    text += (text.empty() ? "(" : ", (") + to_text(RowView(row)) + ")";
  }
  if (more > 0) text += ", and " + std::to_string(more) + " more";
  return text.empty() ? "no such row" : text;
}

// What the scenario says that its result may depend on. Who expects late rows, or
// only the last answer of each window, knows of them.
std::set<std::string> allowed_by(const Scenario& scenario) {
  const Expectations& expect = scenario.expect;
  std::set<std::string> allowed(expect.may_depend_on.begin(), expect.may_depend_on.end());
  for (const Situation& situation : expect.situations) {
    if (situation.kind == kind_of<LateRecord>()) allowed.insert("lateness");
  }
  for (const auto& [sink, rows] : expect.rows) {
    if (rows.last_of) allowed.insert("lateness");
  }
  return allowed;
}

// What the scenario leaves no room for, though it declares it. Files that do not exist to show this
// are refused when they are loaded.
std::optional<Violation> refused(const Scenario& scenario) {
  if (scenario.expect.violation != kRefused) return std::nullopt;
  const std::vector<OutsideGuarantee> problems = outside_guarantee(scenario);
  if (problems.empty()) return std::nullopt;
  Violation v;
  v.name = kRefused;
  v.oracle = "atlas";
  v.where = "job";
  v.subject = problems[0].code;
  v.expected = "exactly once, over any restart that the job allows";
  v.got = problems[0].what;
  v.rule = "what a transaction has written is committed before the log gives it up; repair: " +
           problems[0].help;
  return v;
}

class Check {
 public:
  Check(const Scenario& scenario, uint64_t seed)
      : allowed_(allowed_by(scenario)),
        calm_(calm(scenario)),
        watches_(all_watches(calm_)),
        tries_(records(*calm_.program) <= kFew ? kTriesOfFew : 1),
        seed_(seed) {
    run(calm_, seed_, base_, watches_);
  }

  void compare(const Perturbation& perturbation, InvarianceVerdict& verdict) {
    if (base_.stats.end != RunEnd::kFinished || may_depend_on(perturbation)) return;
    const size_t before = verdict.violations.size();
    const uint64_t tries = perturbation.violation() == kOrder ? tries_ : 1;
    for (uint64_t t = 0; t < tries && verdict.violations.size() == before; ++t)
      compare_once(perturbation, t == 0 ? seed_ : mix(seed_, t), verdict);
  }

  // What the run shows by itself.
  void look(InvarianceVerdict& verdict) {
    if (base_.stats.end != RunEnd::kFinished) return;
    for (const WatchPtr& watch : watches_) {
      verdict.judged += watch->judged();
      if (!verdict.violations.empty() || allowed_.contains(watch->excuse())) continue;
      if (auto found = watch->finding()) verdict.violations.push_back(std::move(*found));
    }
  }

  // The next version of the job, from a checkpoint of this one.
  void upgrade(InvarianceVerdict& verdict) {
    if (base_.stats.end != RunEnd::kFinished) return;
    UpgradeVerdict said = check_upgrade(calm_, seed_);
    verdict.judged += said.judged;
    if (said.violation) verdict.violations.push_back(std::move(*said.violation));
  }

  // Whether it is the order of rows after all that the sinks depend on, or the clock; then that is
  // what is told.
  void blame(InvarianceVerdict& verdict) {
    InvarianceVerdict deeper = of_order();
    if (deeper.violations.empty() && verdict.violations[0].name == kSpeed) deeper = of_clock();
    if (!deeper.violations.empty()) verdict.violations = std::move(deeper.violations);
  }

 private:
  InvarianceVerdict of_order() {
    const PerturbationPtr interleaving = perturb_interleaving();
    InvarianceVerdict order;
    for (uint64_t t = 1; t <= kTriesBeforeBlame && order.violations.empty(); ++t)
      compare_once(*interleaving, mix(seed_, t), order);
    return order;
  }
  // Whoever is read sooner or later is read at another time of the clock.
  InvarianceVerdict of_clock() {
    InvarianceVerdict clock;
    for (const ClockSpeed speed : {ClockSpeed::kSlower, ClockSpeed::kFaster}) {
      const PerturbationPtr other = perturb_clock(speed);
      if (clock.violations.empty()) compare(*other, clock);
    }
    return clock;
  }

  // Whatever is changed, rows meet in another order: who may depend on that may depend on all.
  bool may_depend_on(const Perturbation& perturbation) const {
    return std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& what) {
      return perturbation.violation() == what + "_dependent" ||
             (what == "order" && perturbation.violation() != "user_function_impure");
    });
  }

  void compare_once(const Perturbation& perturbation, uint64_t seed, InvarianceVerdict& verdict) {
    const std::optional<PerturbedRun> perturbed = perturbation.apply(calm_, seed);
    if (!perturbed) return;
    CommittedResult result;
    run(perturbed->scenario, perturbed->seed.value_or(seed_), result);
    if (perturbed->witness != nullptr) {
      const auto statement = perturbed->witness->statement();
      verdict.judged += perturbed->witness->judged();
      if (statement && !allowed_.contains(statement->excuse))
        return verdict.violations.push_back(testify(perturbation, *statement));
    }
    if (result.stats.end == RunEnd::kFinished) compare_sinks(perturbation, result, verdict);
  }

  void compare_sinks(const Perturbation& perturbation, CommittedResult& result,
                     InvarianceVerdict& verdict) {
    const StreamGraph& graph = calm_.program->graph;
    std::set<NodeId> clocked = base_.clocked;
    clocked.insert(result.clocked.begin(), result.clocked.end());
    for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
      const NodeId sink{n};
      if (!std::holds_alternative<SinkSpec>(graph.nodes[n].spec)) continue;
      const Partitions partitions = perturbation.each_partition_by_itself()
                                        ? Partitions::kEachByItself
                                        : Partitions::kAsTheyAre;
      if (!fixed_by_input(graph, sink, clocked, partitions)) continue;
      const CommittedResult::Table& expected = base_.tables[sink];
      const CommittedResult::Table& got = result.tables[sink];
      verdict.judged += expected.size() + 1;
      if (expected == got) continue;
      Violation v = named(perturbation);
      v.where = graph.nodes[n].name;
      v.subject = "of " + std::to_string(count(expected)) + " rows";
      v.expected = rows_text(expected, got);
      v.got = rows_text(got, expected) + ", with " + perturbation.what();
      verdict.violations.push_back(std::move(v));
      return;
    }
  }

  static uint64_t count(const CommittedResult::Table& table) {
    uint64_t rows = 0;
    for (const auto& [row, times] : table) rows += times;
    return rows;
  }
  static Violation named(const Perturbation& perturbation) {
    Violation v;
    v.name = perturbation.violation();
    v.oracle = v.name == "user_function_impure" ? kFunctionsOracle : kInvarianceOracle;
    v.rule = "the result does not depend on this: " + perturbation.what() +
             "; repair: " + perturbation.repair();
    return v;
  }
  static Violation testify(const Perturbation& perturbation, const Witness::Statement& statement) {
    Violation v = named(perturbation);
    if (!statement.violation.empty())
      v = seen_in_job(statement.violation, statement.where, statement.rule);
    v.oracle = kFunctionsOracle;
    v.where = statement.where;
    v.subject = statement.subject;
    v.expected = statement.expected;
    v.got = statement.got;
    return v;
  }

  const std::set<std::string> allowed_;
  const Scenario calm_;
  const std::vector<WatchPtr> watches_;
  const uint64_t tries_;
  const uint64_t seed_;
  CommittedResult base_;
};

}  // namespace

InvarianceVerdict check_invariance(const Scenario& scenario, uint64_t seed) {
  InvarianceVerdict verdict;
  if (auto found = refused(scenario)) {
    verdict.judged = 1;
    verdict.violations.push_back(std::move(*found));
    return verdict;
  }
  Check check(scenario, seed);
  bool first = true;
  for (const PerturbationPtr& perturbation : all_perturbations()) {
    check.compare(*perturbation, verdict);
    // Purity comes before all; then what needs no other run.
    if (std::exchange(first, false) && verdict.violations.empty()) {
      check.look(verdict);
      if (!verdict.violations.empty()) break;
    }
    if (verdict.violations.empty()) continue;
    const std::string& found = verdict.violations[0].name;
    if (found != kOrder && found.ends_with("_dependent")) check.blame(verdict);
    break;
  }
  if (verdict.violations.empty()) check.upgrade(verdict);
  return verdict;
}

InvarianceVerdict check_invariance(const Scenario& scenario, uint64_t seed,
                                   const Perturbation& perturbation) {
  InvarianceVerdict verdict;
  Check(scenario, seed).compare(perturbation, verdict);
  return verdict;
}

bool is_sampled(const Scenario& scenario, uint64_t seed) {
  const auto& shows = scenario.expect.violation;
  return (shows && found_by_checks(*shows)) || seed % kSampled == 1;
}

bool found_by_checks(std::string_view violation) {
  static constexpr std::string_view kAlsoOfWatches[] = {
      "user_function_impure", "record_mutated", "effect_repeated", "refused",
      "state_lost",           "state_corrupt",  "late_lost",       "duplicate_result",
      "watermark_stalled",    "liveness",       "state_leak"};
  return violation.ends_with("_dependent") ||
         std::find(std::begin(kAlsoOfWatches), std::end(kAlsoOfWatches), violation) !=
             std::end(kAlsoOfWatches);
}

bool found_by_checks(const Violation& violation) {
  return violation.oracle == kJobOracle || violation.oracle == kFunctionsOracle ||
         violation.oracle == kInvarianceOracle || violation.name == kRefused;
}

void judge_invariance(const Scenario& scenario, RunOutcome& outcome, const RunRequest& request) {
  InvarianceVerdict said = check_invariance(scenario, outcome.seed);
  const auto is_cause = [](const Violation& violation) {
    return violation.oracle == kFunctionsOracle || violation.name == kRefused;
  };
  if (std::ranges::none_of(said.violations, is_cause)) {
    ++said.judged;
    if (auto other = made_again(scenario, outcome, request))
      said.violations.push_back(std::move(*other));
  }
  outcome.verdict.judged["invariance"] += said.judged;
  auto& violations = outcome.verdict.violations;
  for (const Violation& violation : said.violations)
    violations.insert(is_cause(violation) ? violations.begin() : violations.end(), violation);
}

}  // namespace leat
