// Liveness (LIVE): a job whose faults stay inside the declared guarantee comes to its end, and its
// checkpoints complete.
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

  uint64_t facts() const override {
    return fact_set<CheckpointTriggered, CheckpointCompleted, CheckpointAborted>();
  }
  void on_fact(const Fact& fact) override {
    if (const auto* triggered = std::get_if<CheckpointTriggered>(&fact)) {
      last_triggered_ = triggered->checkpoint;
    } else if (const auto* aborted = std::get_if<CheckpointAborted>(&fact)) {
      if (aborted->reason == AbortReason::kExpired) ++expired_in_a_row_;
    } else {
      expired_in_a_row_ = 0;
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
  CheckpointId last_triggered_;
  uint64_t expired_in_a_row_ = 0;
};

}  // namespace

OraclePtr make_liveness_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<LivenessOracle>(plan, runs);
}

}  // namespace leat
