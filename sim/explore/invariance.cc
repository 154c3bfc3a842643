#include "sim/explore/invariance.h"

#include <algorithm>
#include <map>
#include <set>

#include "sim/explore/fixed_by_input.h"
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
constexpr const char* kOrder = "order_dependent";

// The committed rows of each sink as a multiset, and which nodes used the processing clock.
class Result final : public RecordTap {
 public:
  void on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) override {
    auto& table = tables[sink];
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const RowView row = rows.row(i);
      ++table[Row(row.begin(), row.end())];
    }
  }
  void on_timer(ExecutionId execution, NodeId node, TimerEvent, TimeDomain domain, int64_t,
                const Value&) override {
    (void)execution;
    if (domain == TimeDomain::kProcessing) clocked.insert(node);
  }

  using Table = std::map<Row, uint64_t>;
  std::map<NodeId, Table> tables;
  std::set<NodeId> clocked;
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

void run(const Scenario& scenario, uint64_t seed, Result& result) {
  SeededChoices seeded(seed);
  PlainChoices plain;
  Choices* choices = &seeded;
  if (!scenario.world.disorder) choices = &plain;
  Simulation simulation(scenario, *choices);
  simulation.trace().tap(result);
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

std::string rows_text(const Result::Table& in, const Result::Table& not_in) {
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

class Check {
 public:
  Check(const Scenario& scenario, uint64_t seed)
      : allowed_(scenario.expect.may_depend_on),
        calm_(calm(scenario)),
        tries_(records(*calm_.program) <= kFew ? kTriesOfFew : 1),
        seed_(seed) {
    run(calm_, seed_, base_);
  }

  void compare(const Perturbation& perturbation, InvarianceVerdict& verdict) {
    if (base_.stats.end != RunEnd::kFinished || may_depend_on(perturbation)) return;
    const size_t before = verdict.violations.size();
    const uint64_t tries = perturbation.violation() == kOrder ? tries_ : 1;
    for (uint64_t t = 0; t < tries && verdict.violations.size() == before; ++t)
      compare_once(perturbation, t == 0 ? seed_ : mix(seed_, t), verdict);
  }

  // Whether it is the order of rows after all that the sinks depend on; then that is what is told.
  void blame_order(InvarianceVerdict& verdict) {
    const PerturbationPtr interleaving = perturb_interleaving();
    InvarianceVerdict order;
    for (uint64_t t = 1; t <= kTriesBeforeBlame && order.violations.empty(); ++t)
      compare_once(*interleaving, mix(seed_, t), order);
    if (!order.violations.empty()) verdict.violations = std::move(order.violations);
  }

 private:
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
    Result result;
    run(perturbed->scenario, perturbed->seed.value_or(seed_), result);
    if (perturbed->witness != nullptr) {
      const auto statement = perturbed->witness->statement();
      verdict.judged += perturbed->witness->judged();
      if (statement) return verdict.violations.push_back(testify(perturbation, *statement));
    }
    if (result.stats.end == RunEnd::kFinished) compare_sinks(perturbation, result, verdict);
  }

  void compare_sinks(const Perturbation& perturbation, Result& result, InvarianceVerdict& verdict) {
    const StreamGraph& graph = calm_.program->graph;
    std::set<NodeId> clocked = base_.clocked;
    clocked.insert(result.clocked.begin(), result.clocked.end());
    for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
      const NodeId sink{n};
      if (!std::holds_alternative<SinkSpec>(graph.nodes[n].spec)) continue;
      if (!fixed_by_input(graph, sink, clocked)) continue;
      const Result::Table& expected = base_.tables[sink];
      const Result::Table& got = result.tables[sink];
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

  static uint64_t count(const Result::Table& table) {
    uint64_t rows = 0;
    for (const auto& [row, times] : table) rows += times;
    return rows;
  }
  static Violation named(const Perturbation& perturbation) {
    Violation v;
    v.name = perturbation.violation();
    v.oracle = v.name == "user_function_impure" ? "user functions" : "invariance";
    v.rule = "the result does not depend on this: " + perturbation.what() +
             "; repair: " + perturbation.repair();
    return v;
  }
  static Violation testify(const Perturbation& perturbation, const Witness::Statement& statement) {
    Violation v = named(perturbation);
    v.where = statement.where;
    v.subject = statement.subject;
    v.expected = statement.expected;
    v.got = statement.got;
    return v;
  }

  const std::vector<std::string>& allowed_;
  const Scenario calm_;
  const uint64_t tries_;
  const uint64_t seed_;
  Result base_;
};

}  // namespace

InvarianceVerdict check_invariance(const Scenario& scenario, uint64_t seed) {
  InvarianceVerdict verdict;
  Check check(scenario, seed);
  for (const PerturbationPtr& perturbation : all_perturbations()) {
    check.compare(*perturbation, verdict);
    if (verdict.violations.empty()) continue;
    const std::string& found = verdict.violations[0].name;
    if (found != kOrder && found != "user_function_impure") check.blame_order(verdict);
    break;
  }
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
  return violation.ends_with("_dependent") || violation == "user_function_impure";
}

void judge_invariance(const Scenario& scenario, RunOutcome& outcome) {
  const InvarianceVerdict said = check_invariance(scenario, outcome.seed);
  outcome.verdict.judged["invariance"] += said.judged;
  auto& violations = outcome.verdict.violations;
  for (const Violation& violation : said.violations) {
    const bool impure = violation.name == "user_function_impure";
    violations.insert(impure ? violations.begin() : violations.end(), violation);
  }
}

}  // namespace leat
