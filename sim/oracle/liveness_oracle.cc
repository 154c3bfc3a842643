// Liveness (LIVE): a job whose faults stay inside the declared guarantee comes to its end, and its
// checkpoints complete.
#include <optional>

#include "sim/oracle/oracles.h"

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
  LivenessOracle(const Plan& plan, const Runs& runs) : Oracle("liveness", plan, runs) {}

  FactSet facts() const override {
    return fact_set<CheckpointTriggered, CheckpointCompleted, CheckpointAborted, FaultInjected,
                    ProcessDied, TaskFailed, JobRestored>();
  }
  void on_fact(const Fact& fact) override {
    if (const auto* triggered = std::get_if<CheckpointTriggered>(&fact)) {
      last_triggered_ = triggered->checkpoint;
      triggered_at_ = runs_.now();
    } else if (const auto* aborted = std::get_if<CheckpointAborted>(&fact)) {
      if (aborted->reason == AbortReason::kExpired) on_expired(aborted->checkpoint);
    } else if (std::holds_alternative<CheckpointCompleted>(fact)) {
      expired_in_a_row_ = 0;
    } else {
      disturbed_at_ = runs_.now();
    }
  }

  void finish(const EndOfRun& end) override {
    report_.judged();
    if (end.finished() || end.how == EndOfRun::How::kStopped) return;
    if (end.how == EndOfRun::How::kFailed && end.may_fail) return;
    std::string rule = "once the faults have healed, the job comes to its end";
    if (expired_in_a_row_ > 0) {
      rule += "; the last " + std::to_string(expired_in_a_row_) + " checkpoints expired (up to " +
              std::to_string(last_triggered_.value) + ")";
    }
    violate("liveness", "job", text(end.how), "finished",
            end.waits_for.empty() ? text(end.how) : end.waits_for, std::move(rule));
  }

 private:
  // A checkpoint that nothing disturbs completes; a timeout short enough to be missed by mere load
  // says nothing.
  void on_expired(CheckpointId id) {
    ++expired_in_a_row_;
    report_.judged();
    const Duration timeout = plan_.graph().config.checkpoint.timeout;
    if (timeout < kLong || id != last_triggered_) return;
    if (disturbed_at_ && *disturbed_at_ + timeout >= triggered_at_) return;
    violate("liveness", "job", "checkpoint " + std::to_string(id.value), "completed",
            "expired after " + std::to_string((runs_.now() - triggered_at_).ms) + " ms",
            "a checkpoint that no fault disturbs completes within its timeout");
  }

  static constexpr Duration kLong{60000};
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
