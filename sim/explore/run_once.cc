#include "sim/explore/run_once.h"

#include "sim/explore/patience.h"
#include "sim/explore/run_choices.h"
#include "sim/explore/situations.h"

namespace leat {

namespace {

// Notices a restore from something (the fact alone also counts starts from nothing), and which of
// the faults that the scenario names were injected.
class RunWatch final : public FactObserver {
 public:
  RunWatch(RunOutcome& outcome, size_t faults) : outcome_(outcome) {
    outcome_.injected.assign(faults, 0);
  }
  void on_fact(ProcTime, const Fact& fact) override {
    if (const auto* restored = std::get_if<JobRestored>(&fact)) {
      outcome_.restored |= restored->checkpoint.value > 0;
    } else if (const auto* fault = std::get_if<FaultInjected>(&fact)) {
      if (fault->fault < outcome_.injected.size()) outcome_.injected[fault->fault] = 1;
    }
  }

 private:
  RunOutcome& outcome_;
};

EndOfRun::How how_of(RunEnd end) {
  switch (end) {
    case RunEnd::kFinished:
      return EndOfRun::How::kFinished;
    case RunEnd::kFailed:
      return EndOfRun::How::kFailed;
    case RunEnd::kOutOfTime:
      return EndOfRun::How::kOutOfTime;
    case RunEnd::kOutOfSteps:
      return EndOfRun::How::kOutOfSteps;
    case RunEnd::kStuck:
      return EndOfRun::How::kStuck;
    case RunEnd::kBroken:
      return EndOfRun::How::kBroken;
    case RunEnd::kStopped:
      return EndOfRun::How::kStopped;
  }
  fail_check("a run ended in an unknown way");
}

// Other threads run the same scenario, and the counts of its values are not atomic: from one thread
// to another only canonical bytes go.
std::vector<Row> made_anew(const std::vector<Row>& rows) {
  std::vector<Row> anew;
  for (const Row& row : rows) {
    anew.emplace_back();
    for (const Value& cell : row) {
      ByteWriter bytes;
      cell.encode(bytes);
      ByteReader reader(bytes.bytes());
      anew.back().push_back(Value::decode(reader));
    }
  }
  return anew;
}

EndOfRun end_of(const Scenario& scenario, const RunStats& stats) {
  EndOfRun end;
  end.how = how_of(stats.end);
  end.at = stats.ended_at;
  end.waits_for =
      stats.end == RunEnd::kBroken || stats.end == RunEnd::kFailed ? stats.broken : stats.waits_for;
  end.may_fail = scenario.program->graph.config.restart.kind == RestartConfig::Kind::kNone;
  for (const Situation& situation : scenario.expect.situations) {
    end.tasks_may_fail |=
        situation.kind == kind_of<TaskFailed>() && situation.when != Situation::When::kNever;
  }
  for (const auto& [sink, rows] : scenario.expect.rows) {
    ExpectedTable table;
    table.last_of = rows.last_of;
    table.ordered = rows.ordered;
    table.rows = made_anew(rows.rows);
    end.expected.emplace(sink, std::move(table));
  }
  return end;
}

}  // namespace

RunOutcome run_once(const Scenario& scenario, const Plan& plan, const RunRequest& request) {
  RunOutcome outcome;
  outcome.seed = request.seed;
  outcome.strategy = request.strategy;
  RunChoices answers(scenario, request);
  Choices* choices = &answers.choices();
  RecordingChoices recording(*choices);
  if (request.record) choices = &recording;

  Oracles oracles(plan, request.oracles);
  RunWatch watch(outcome, scenario.faults.size());
  Simulation simulation(scenario, *choices);
  oracles.attach(simulation.trace());
  simulation.trace().observe(watch, fact_set<JobRestored, FaultInjected>());
  Situations situations(scenario.expect);
  if (!scenario.expect.situations.empty()) simulation.trace().observe(situations);
  for (FactObserver* observer : request.observers) simulation.trace().observe(*observer);
  for (RecordTap* tap : request.taps) simulation.trace().tap(*tap);

  bool goes_on = true;
  while (request.after_step && goes_on && simulation.step()) goes_on = request.after_step();
  outcome.stats = simulation.run(goes_on ? request.until : ProcTime{-1});
  EndOfRun end = end_of(scenario, outcome.stats);
  end.blobs = simulation.blob_names();
  for (const UnfinishedTransaction& open : simulation.unfinished_transactions())
    end.transactions.push_back({open.sink, open.subtask, open.transaction});
  end.patience = patience_for(scenario, simulation.faults());
  outcome.verdict = oracles.judge(end);
  situations.judge(outcome.stats.end == RunEnd::kFinished, outcome.verdict);
  outcome.digest = simulation.trace().digest().hex();
  for (uint32_t kind = 0; kind < kFactKinds; ++kind) {
    outcome.facts[kind] = simulation.trace().count(kind);
  }
  if (request.record) {
    outcome.choices = recording.map();
    outcome.faults = simulation.faults();
  }
  outcome.drift = answers.drift();
  return outcome;
}

}  // namespace leat
