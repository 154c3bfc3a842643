#include "sim/explore/run_once.h"

#include "sim/world/recorded_choices.h"
#include "sim/world/seeded_choices.h"

namespace leat {

namespace {

// Notices a restore from something: the fact alone also counts starts from nothing.
class RestoreWatch final : public FactObserver {
 public:
  void on_fact(ProcTime, const Fact& fact) override {
    const auto* restored = std::get_if<JobRestored>(&fact);
    if (restored != nullptr && restored->checkpoint.value > 0) seen_ = true;
  }
  bool seen() const { return seen_; }

 private:
  bool seen_ = false;
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
    table.match = rows.match == ExpectedRows::Match::kFinal ? ExpectedTable::Match::kFinal
                                                            : ExpectedTable::Match::kAll;
    table.ordered = rows.ordered;
    table.rows = rows.rows;
    end.expected.emplace(sink, std::move(table));
  }
  return end;
}

}  // namespace

RunOutcome run_once(const Scenario& scenario, const Plan& plan, const RunRequest& request) {
  RunOutcome outcome;
  outcome.seed = request.seed;
  SeededChoices seeded(request.seed);
  PlainChoices plain;
  Choices* choices = &seeded;
  if (!scenario.world.disorder) choices = &plain;
  const bool pinned = scenario.choices.has_value();
  if (request.replay != nullptr || (pinned && request.rest == RunRequest::Rest::kPlain)) {
    choices = &plain;
  }
  const ChoiceMap nothing;
  const ChoiceMap* map = pinned ? &*scenario.choices : &nothing;
  if (request.replay != nullptr) map = request.replay;
  MappedChoices mapped(*map, *choices);
  if (request.replay != nullptr || pinned) choices = &mapped;
  RecordingChoices recording(*choices);
  if (request.record) choices = &recording;

  Oracles oracles(plan, request.oracles);
  RestoreWatch restores;
  Simulation simulation(scenario, *choices);
  oracles.attach(simulation.trace());
  simulation.trace().observe(restores);
  for (FactObserver* observer : request.observers) simulation.trace().observe(*observer);
  for (RecordTap* tap : request.taps) simulation.trace().tap(*tap);

  outcome.stats = simulation.run(request.until);
  EndOfRun end = end_of(scenario, outcome.stats);
  end.blobs = simulation.blob_names();
  outcome.verdict = oracles.judge(end);
  outcome.digest = simulation.trace().digest().hex();
  for (uint32_t kind = 0; kind < kFactKinds; ++kind) {
    outcome.facts[kind] = simulation.trace().count(kind);
  }
  outcome.restored = restores.seen();
  if (request.record) {
    outcome.choices = recording.map();
    outcome.faults = simulation.faults();
  }
  if (request.replay != nullptr || pinned) outcome.drift = mapped.unused();
  return outcome;
}

}  // namespace leat
