#include "sim/explore/exhaustive.h"

#include <algorithm>

#include "sim/explore/crash_points.h"
#include "sim/explore/interleaving.h"
#include "sim/explore/shown.h"

namespace leat {

namespace {

using Clock = std::chrono::steady_clock;

// When the first record of any source may be read.
ProcTime first_arrival(const Scenario& scenario) {
  ProcTime first = ProcTime::max();
  for (const StreamNode& node : scenario.program->graph.nodes) {
    const auto* source = std::get_if<SourceSpec>(&node.spec);
    if (source == nullptr || source->data == nullptr) continue;
    for (uint32_t split = 0; split < source->data->splits(); ++split) {
      if (source->data->size(split) > 0)
        first = std::min(first, ProcTime{source->data->arrival(split, 0).ms});
    }
  }
  return first;
}

std::string why_refused(const Scenario& scenario) {
  if (!scenario.world.disorder) return "world.disorder is false: nothing is open";
  if (scenario.cluster.batch_rows_max != 1)
    return "a step is one record: cluster.batch_rows must be 1";
  if (first_arrival(scenario) == ProcTime::max()) return "no source has rows of its own";
  return "";
}

class Search {
 public:
  Search(const Scenario& scenario, const ExhaustiveRequest& request, ExhaustiveResult& result)
      : scenario_(scenario),
        request_(request),
        result_(result),
        plan_(*scenario.program),
        until_(Clock::now() + request.patience) {
    rules_.begin = first_arrival(scenario);
    rules_.messages = request.messages;
    rules_.victims = request.victims;
    rules_.reduce = request.reduction == ExhaustiveRequest::Reduction::kSleepSets;
  }

  void run() {
    Interleaving::Path path;
    do {
      const size_t kept = path.steps_kept;
      Interleaving run(scenario_, path, rules_);
      if (follow(scenario_, run)) {
        result_.classes.insert(run.class_name());
        result_.longest = std::max<uint64_t>(result_.longest, path.branchings.size());
      }
      if (!request_.victims.empty()) crash_after_each(path, kept);
    } while (!enough() && advance(path, 0));
    result_.complete = !stopped_;
  }

 private:
  bool enough() {
    stopped_ |= result_.runs + result_.cut >= request_.runs_max || Clock::now() >= until_ ||
                result_.failures.size() >= request_.failures_max;
    return stopped_;
  }

  // Makes the run; true where it went to its end.
  bool follow(const Scenario& scenario, Interleaving& run) {
    RunRequest request;
    request.choices = &run;
    request.oracles = request_.oracles;
    request.observers = {&run};
    bool whole = true;
    request.after_step = [&] { return whole = run.end_step(); };
    RunOutcome outcome = run_once(scenario, plan_, request);
    run.end_run();
    result_.steps += outcome.stats.steps;
    ++(whole ? result_.runs : result_.cut);
    if (run.waited_for_credit()) {
      result_.refused =
          "a batch waited for a credit, and then steps do not commute: raise cluster.buffers";
      stopped_ = true;
    }
    if (request_.progress) request_.progress(result_.runs + result_.cut, result_.classes.size());
    if (!whole) return false;
    take_shown(scenario, outcome);
    if (!outcome.verdict.ok()) keep(scenario, run, std::move(outcome));
    return true;
  }

  void keep(const Scenario& scenario, const Interleaving& run, RunOutcome outcome) {
    ++result_.failed;
    if (result_.failures.size() >= request_.failures_max) return;
    RepeatedAnswers again(run.turns(), run.answers());
    RunRequest request;
    request.choices = &again;
    request.record = true;
    RunOutcome recorded = run_once(scenario, plan_, request);
    check(recorded.digest == outcome.digest, "a run of the search differs when it is recorded");
    result_.failures.push_back({std::move(outcome), std::move(recorded), scenario});
  }

  void crash_after_each(const Interleaving::Path& path, size_t kept) {
    for (size_t i = kept; i < path.steps.size() && !enough(); ++i) {
      const NotedStep& step = path.steps[i];
      if (!step.said || step.resting || !states_.insert(step.state).second) continue;
      ++result_.states;
      for (size_t v = 0; v < step.remains.size(); ++v) {
        ++result_.crashes;
        const NotedStep::Remains& remains = step.remains[v];
        if (!worlds_.insert(remains.world).second) continue;
        ++result_.worlds;
        const bool aftermath_is_new = aftermaths_.insert(remains.aftermath).second;
        if (aftermath_is_new) ++result_.aftermaths;
        crash(path, i, request_.victims[v], request_.deviations || aftermath_is_new);
      }
    }
  }

  void crash(const Interleaving::Path& path, size_t step, ProcessId victim, bool searched) {
    Fault fault;
    fault.kind = FaultKind::kKill;
    fault.when = AfterFact{std::nullopt, path.steps[step].facts};
    fault.process = victim;
    fault.lasts = {100};
    const Scenario planted = with_fault(scenario_, fault);
    Interleaving::Path from;
    for (const Branching& b : path.branchings) {
      if (b.step > step) break;
      Branching copy;
      copy.what = b.what;
      copy.ready = b.ready;
      copy.count = b.count;
      copy.chosen = b.chosen;
      copy.step = b.step;
      from.branchings.push_back(std::move(copy));
    }
    const size_t base = from.branchings.size();
    Interleaving::Rules rules = rules_;
    rules.victims.clear();
    rules.deviations = request_.deviations;
    if (!searched) rules.deviations = 0;
    std::set<uint64_t> classes;
    do {
      Interleaving run(planted, from, rules);
      if (follow(planted, run) && searched) classes.insert(run.class_name());
    } while (!enough() && advance(from, base));
    result_.after_crash += classes.size();
  }

  // To the next path that has not been taken; false where there is none.
  bool advance(Interleaving::Path& path, size_t base) const {
    while (path.branchings.size() > base) {
      Branching& last = path.branchings.back();
      if (last.what == Branching::What::kTurn && !last.sleeps())
        last.done.push_back({last.ready[last.chosen], std::move(last.footprint)});
      last.footprint = {};
      // Those who sleep are woken only where there is a crash to plant in their steps.
      const bool all = base == 0 && !rules_.victims.empty();
      do {
        ++last.chosen;
      } while (!all && last.chosen < last.count && last.what == Branching::What::kTurn &&
               last.sleeps());
      if (last.chosen < last.count) {
        path.steps_kept = std::min(last.step, path.steps.size());
        path.steps.resize(path.steps_kept);
        return true;
      }
      path.branchings.pop_back();
    }
    return false;
  }

  const Scenario& scenario_;
  const ExhaustiveRequest& request_;
  ExhaustiveResult& result_;
  const Plan plan_;
  const Clock::time_point until_;
  Interleaving::Rules rules_;
  std::set<uint64_t> states_;
  std::set<uint64_t> worlds_;
  std::set<uint64_t> aftermaths_;
  bool stopped_ = false;
};

}  // namespace

std::vector<ProcessId> victims_of(const Scenario& scenario) {
  const RandomFaults& drawn = scenario.random_faults;
  const bool kills =
      drawn.max > 0 && (drawn.kinds.empty() ||
                        std::ranges::find(drawn.kinds, FaultKind::kKill) != drawn.kinds.end());
  return kills ? scenario.cluster.task_managers : std::vector<ProcessId>{};
}

ExhaustiveResult explore_exhaustively(const Scenario& scenario, const ExhaustiveRequest& request) {
  ExhaustiveResult result;
  result.refused = why_refused(scenario);
  if (!result.refused.empty()) return result;
  Scenario calm = scenario;
  calm.random_faults.max = 0;
  const Clock::time_point begun = Clock::now();
  Search(calm, request, result).run();
  result.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  return result;
}

}  // namespace leat
