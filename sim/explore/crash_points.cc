#include "sim/explore/crash_points.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "sim/explore/on_threads.h"
#include "sim/explore/pin.h"
#include "sim/explore/shown.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/json_text.h"

namespace leat {

namespace {

// What stands between two steps of the world: where a crash falls.
struct Moment {
  uint32_t kind = 0;   // of the last fact of the step
  uint64_t nth = 0;    // which of its kind that is, from 1
  uint64_t facts = 0;  // of the step
  std::vector<char> alive;
};

// Notes the moments of a run.
class MomentRecorder final : public FactObserver {
 public:
  explicit MomentRecorder(size_t processes) : alive_(processes, 0) {}

  void on_fact(ProcTime, const Fact& fact) override {
    last_ = static_cast<uint32_t>(fact.index());
    ++counts_[fact.index()];
    ++facts_;
    if (const auto* started = std::get_if<ProcessStarted>(&fact)) set(started->process, 1);
    if (const auto* died = std::get_if<ProcessDied>(&fact)) set(died->process, 0);
  }
  void end_step() {
    if (facts_ > 0) moments_.push_back({last_, counts_[last_], facts_, alive_});
    facts_ = 0;
  }
  const std::vector<Moment>& moments() const { return moments_; }

 private:
  void set(ProcessId process, char alive) {
    if (process.value < alive_.size()) alive_[process.value] = alive;
  }

  std::vector<char> alive_;
  std::array<uint64_t, kFactKinds> counts_{};
  uint32_t last_ = 0;
  uint64_t facts_ = 0;
  std::vector<Moment> moments_;
};

// One run of the enumeration.
struct PlannedCrash {
  Fault fault;
  uint64_t points = 0;
};

// Short enough for the transactions of the sinks: an outage and a checkpoint interval together stay
// below what a transaction survives.
Duration outage_of(const Scenario& scenario) {
  const Duration interval =
      scenario.program->graph.config.checkpoint.interval.value_or(Duration{0});
  const int64_t room = scenario.topics.transaction_timeout.ms - interval.ms;
  return {std::clamp<int64_t>(room / 4, 1, 1000)};
}

// A crash may cost two restarts: the failure, and a restart that comes before its victim is back.
std::string why_no_points(const Scenario& scenario) {
  const RestartConfig& restart = scenario.program->graph.config.restart;
  if (restart.kind == RestartConfig::Kind::kNone) return "the job does not restart";
  const bool by_rate = restart.kind == RestartConfig::Kind::kFailureRate;
  if ((by_rate ? restart.max_failures : restart.attempts) < 2)
    return "the job may restart less than twice";
  return "";
}

std::vector<PlannedCrash> plan_crashes(const Scenario& scenario,
                                       const std::vector<Moment>& moments) {
  std::vector<ProcessId> victims = {scenario.cluster.job_manager};
  for (const ProcessId worker : scenario.cluster.task_managers) victims.push_back(worker);
  std::vector<PlannedCrash> planned;
  for (const Moment& moment : moments) {
    for (const ProcessId victim : victims) {
      if (moment.alive[victim.value] == 0) continue;
      Fault fault;
      fault.kind = FaultKind::kKill;
      fault.when = AfterFact{moment.kind, moment.nth};
      fault.process = victim;
      fault.lasts = outage_of(scenario);
      planned.push_back({fault, moment.facts});
    }
  }
  return planned;
}

// Every k-th where there are too many, so that the whole run is covered; says how many points were
// left out.
uint64_t thin_out(std::vector<PlannedCrash>& planned, uint64_t most) {
  if (planned.size() <= most) return 0;
  uint64_t left_out = 0;
  std::vector<PlannedCrash> kept;
  for (uint64_t i = 0; i < planned.size(); ++i) {
    if (i * most / planned.size() != (i + 1) * most / planned.size()) {
      kept.push_back(planned[i]);
    } else {
      left_out += planned[i].points;
    }
  }
  planned = std::move(kept);
  return left_out;
}

RunOutcome run_base(const Scenario& scenario, const PointsRequest& request,
                    MomentRecorder& recorder) {
  RunRequest run;
  run.seed = request.seed;
  run.strategy = request.strategy;
  run.oracles = request.oracles;
  run.observers = {&recorder};
  run.after_step = [&] {
    recorder.end_step();
    return true;
  };
  RunOutcome outcome = run_once(scenario, Plan(*scenario.program), run);
  take_shown(scenario, outcome);
  return outcome;
}

class Crashes {
 public:
  Crashes(const Scenario& scenario, const PointsRequest& request,
          const std::vector<PlannedCrash>& planned)
      : scenario_(scenario), request_(request), planned_(planned), outcomes_(planned.size()) {}

  std::vector<RunOutcome>& run() {
    on_threads(request_.jobs, [this] {
      const Plan plan(*scenario_.program);
      for (size_t i = next_++; i < planned_.size(); i = next_++) run_one(i, plan);
    });
    return outcomes_;
  }

 private:
  void run_one(size_t i, const Plan& plan) {
    const Scenario planted = with_fault(scenario_, planned_[i].fault);
    RunRequest run;
    run.seed = request_.seed;
    run.strategy = request_.strategy;
    run.oracles = request_.oracles;
    outcomes_[i] = run_once(planted, plan, run);
    take_shown(planted, outcomes_[i]);
    if (outcomes_[i].verdict.ok()) outcomes_[i].verdict = {};  // there are many
    const std::lock_guard lock(mutex_);
    ++done_;
    if (request_.progress) request_.progress(done_, planned_.size());
  }

  const Scenario& scenario_;
  const PointsRequest& request_;
  const std::vector<PlannedCrash>& planned_;
  std::vector<RunOutcome> outcomes_;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  uint64_t done_ = 0;
};

void count(const Scenario& scenario, const std::vector<PlannedCrash>& planned,
           std::vector<RunOutcome>& outcomes, PointsResult& result) {
  std::vector<PointsResult::OfProcess> processes(scenario.cluster.task_managers.size() + 2);
  Digest digest;
  for (size_t i = 0; i < planned.size(); ++i) {
    RunOutcome& outcome = outcomes[i];
    const bool survived = outcome.verdict.ok();
    PointsResult::OfProcess& of = processes[planned[i].fault.process.value];
    of.points += planned[i].points;
    of.survived += survived ? planned[i].points : 0;
    result.survived += survived ? planned[i].points : 0;
    result.restored += outcome.restored ? 1 : 0;
    digest.add(outcome.digest);
    if (!survived)
      result.failures.push_back({planned[i].fault, planned[i].points, std::move(outcome)});
  }
  result.digest = digest.hex();
  for (uint32_t i = 0; i < processes.size(); ++i) {
    if (processes[i].points == 0) continue;
    processes[i].name = process_name(scenario.cluster, {i});
    result.processes.push_back(std::move(processes[i]));
  }
}

}  // namespace

Scenario with_fault(const Scenario& scenario, const Fault& fault) {
  Scenario planted = scenario;
  planted.random_faults.max = 0;
  planted.faults.push_back(fault);
  return planted;
}

std::optional<Scenario> pinned(const Scenario& scenario, const RunOutcome& recorded,
                               const JobRegistry* registry) {
  const std::optional<Json> document = pin_run(scenario, recorded);
  if (!document) return std::nullopt;
  DecodeOptions options;
  options.jobs = registry;
  Decoded decoded = decode_scenario(to_text(*document), scenario.path, options);
  return std::move(decoded.scenario);
}

PointsResult explore_points(const Scenario& scenario, const PointsRequest& request) {
  PointsResult result;
  result.refused = why_no_points(scenario);
  if (!result.refused.empty()) return result;
  Scenario calm = scenario;
  calm.random_faults.max = 0;
  MomentRecorder recorder(scenario.cluster.task_managers.size() + 2);
  result.base = run_base(calm, request, recorder);
  if (!result.base.verdict.ok()) return result;
  std::vector<PlannedCrash> planned = plan_crashes(calm, recorder.moments());
  for (const Moment& moment : recorder.moments()) result.facts += moment.facts;
  for (const PlannedCrash& crash : planned) result.points += crash.points;
  result.left_out = thin_out(planned, request.runs_max);
  result.runs = planned.size();
  count(calm, planned, Crashes(calm, request, planned).run(), result);
  return result;
}

}  // namespace leat
