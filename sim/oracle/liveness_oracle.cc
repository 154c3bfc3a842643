// Liveness (LIVE): a job whose faults stay inside the declared guarantee comes to its end, and its
// checkpoints complete, each within a bound of the one before or of the last fault that is felt
// (Patience). The bound grows with what the tasks have done meanwhile, and with each checkpoint
// that was given up and each restart: who works, or begins anew, is not stuck. One that fails more
// often than its restart strategy allows is given up.
#include <algorithm>
#include <optional>
#include <vector>

#include "sim/oracle/oracles.h"
#include "sim/oracle/restart_model.h"

namespace leat {
namespace {

const char* text(EndOfRun::How how) {
  switch (how) {
    case EndOfRun::How::kFinished:
      return "finished";
    case EndOfRun::How::kFailed:
      return "the job has failed";
    case EndOfRun::How::kOutOfTime:
      return "not finished in the virtual time that it has";
    case EndOfRun::How::kOutOfSteps:
      return "no end of steps";
    case EndOfRun::How::kStuck:
      return "nothing is left to happen, and the job has not ended";
    case EndOfRun::How::kBroken:
      return "an invariant of the engine is broken";
    case EndOfRun::How::kStopped:
      return "stopped";
  }
  return "";
}

class LivenessOracle final : public Oracle {
 public:
  LivenessOracle(const Plan& plan, const Runs& runs)
      : Oracle("liveness", plan, runs), restarts_(plan.graph().config.restart) {}

  FactSet facts() const override {
    return fact_set<CheckpointTriggered, CheckpointCompleted, CheckpointAborted, FaultInjected,
                    ProcessDied, TaskFailed, JobRestored, JobStatusChanged, SplitRead,
                    BatchProcessed>();
  }
  void on_fact(const Fact& fact) override {
    if (fact.index() == kind_of<BatchProcessed>() || fact.index() == kind_of<SplitRead>()) {
      ++gap_.steps;
      return;
    }
    note(fact);
    if (const auto* triggered = std::get_if<CheckpointTriggered>(&fact)) {
      last_triggered_ = triggered->checkpoint;
      triggered_at_ = runs_.now();
    } else if (const auto* aborted = std::get_if<CheckpointAborted>(&fact)) {
      if (aborted->reason == AbortReason::kExpired) on_expired(aborted->checkpoint);
    } else if (std::holds_alternative<CheckpointCompleted>(fact)) {
      expired_in_a_row_ = 0;
    } else if (const auto* job = std::get_if<JobStatusChanged>(&fact)) {
      const bool failed =
          job->status == JobStatus::kRestarting || job->status == JobStatus::kFailing;
      if (failed) duty_ = restarts_.on_failure(runs_.now()).duty;
    } else {
      const auto* died = std::get_if<ProcessDied>(&fact);
      if (died != nullptr && died->process == kJobManager) restarts_.forget();
      disturbed_at_ = runs_.now();
    }
  }

  void finish(const EndOfRun& end) override {
    report_.judged();
    if (end.finished()) judge_gaps(end);
    if (end.finished() || end.how == EndOfRun::How::kStopped) return;
    const bool survives = duty_ == RestartModel::Duty::kRestart;
    if (end.how == EndOfRun::How::kFailed && (end.may_fail || !survives)) return;
    std::string rule = "once the faults have healed, the job comes to its end";
    if (expired_in_a_row_ > 0) {
      rule += "; the last " + std::to_string(expired_in_a_row_) + " checkpoints expired (up to " +
              std::to_string(last_triggered_.value) + ")";
    }
    violate("liveness", "job", text(end.how), "finished",
            end.waits_for.empty() ? text(end.how) : end.waits_for, std::move(rule));
  }

 private:
  // From one completed checkpoint to the next one, or to the end.
  struct Gap {
    ProcTime from;
    ProcTime to;
    uint64_t steps = 0;  // of tasks
    uint64_t anew = 0;   // checkpoints given up, restarts
    uint64_t expired = 0;
  };

  void note(const Fact& fact) {
    if (const auto* fault = std::get_if<FaultInjected>(&fact)) {
      faults_.emplace_back(fault->fault, runs_.now());
    } else if (const auto* aborted = std::get_if<CheckpointAborted>(&fact)) {
      ++gap_.anew;
      gap_.expired += aborted->reason == AbortReason::kExpired ? 1 : 0;
    } else if (std::holds_alternative<JobRestored>(fact) ||
               std::holds_alternative<ProcessDied>(fact) ||
               std::holds_alternative<TaskFailed>(fact)) {
      ++gap_.anew;
    } else if (std::holds_alternative<CheckpointCompleted>(fact)) {
      end_gap();
    }
  }
  void end_gap() {
    gap_.to = runs_.now();
    gaps_.push_back(gap_);
    gap_ = {};
    gap_.from = runs_.now();
  }

  void judge_gaps(const EndOfRun& end) {
    const Patience& patience = end.patience;
    if (patience.recovery.ms == 0) return;
    end_gap();
    ProcTime felt{0};
    for (const auto& [fault, at] : faults_) {
      if (fault < patience.faults.size()) felt = std::max(felt, at + patience.faults[fault].lasts);
    }
    const Duration timeout = plan_.graph().config.checkpoint.timeout;
    for (const Gap& gap : gaps_) {
      if (gap.to <= felt) continue;
      report_.judged();
      const Duration passed = gap.to - std::max(gap.from, felt);
      const auto steps = static_cast<int64_t>(gap.steps);
      const auto anew = static_cast<int64_t>(gap.anew);
      const auto expired = static_cast<int64_t>(gap.expired);
      const Duration allowed{(1 + anew) * patience.recovery.ms + steps * patience.step.ms +
                             expired * timeout.ms};
      if (passed <= allowed) continue;
      return violate("liveness", "job", "progress",
                     "a checkpoint or the end within " + std::to_string(allowed.ms) + " ms",
                     "none for " + std::to_string(passed.ms) + " ms",
                     "once the faults have healed, a job gets on within what its timeouts, delays "
                     "and latencies add up to");
    }
  }

  // A checkpoint that nothing disturbs completes; a timeout short enough to be missed by mere load
  // says nothing.
  void on_expired(CheckpointId id) {
    ++expired_in_a_row_;
    report_.judged();
    const Duration timeout = plan_.graph().config.checkpoint.timeout;
    if (timeout < kLong || id != last_triggered_ || plan_.may_wait_for_itself()) return;
    if (disturbed_at_ && *disturbed_at_ + timeout >= triggered_at_) return;
    violate("liveness", "job", "checkpoint " + std::to_string(id.value), "completed",
            "expired after " + std::to_string((runs_.now() - triggered_at_).ms) + " ms",
            "a checkpoint that no fault disturbs completes within its timeout");
  }

  static constexpr Duration kLong{60000};
  static constexpr ProcessId kJobManager{0};  // as clusters are numbered
  RestartModel restarts_;
  RestartModel::Duty duty_ = RestartModel::Duty::kRestart;  // after the last failure
  Gap gap_;
  std::vector<Gap> gaps_;
  std::vector<std::pair<uint32_t, ProcTime>> faults_;  // which, and when
  ProcTime triggered_at_;
  std::optional<ProcTime> disturbed_at_;
  CheckpointId last_triggered_;
  uint64_t expired_in_a_row_ = 0;
};

}  // namespace

OraclePtr make_liveness_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<LivenessOracle>(plan, runs);
}

}  // namespace leat
