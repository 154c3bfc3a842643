// Coordinator (HIST): the job goes on from the latest completed checkpoint; one completes only when
// every running task has acknowledged it; what an old attempt still says has no effect. Checkpoints
// begin and are given up as the job has it: so many at once, the pause between them, the timeout,
// and so many failures in a row.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

std::string text(CheckpointId id) {
  return id.value == 0 ? "nothing" : "checkpoint " + std::to_string(id.value);
}

class CoordinatorOracle final : public Oracle {
 public:
  CoordinatorOracle(const Plan& plan, const Runs& runs)
      : Oracle("coordinator", plan, runs), running_(plan.subtasks(), 0), told_(plan.subtasks()) {}

  FactSet facts() const override {
    return fact_set<ExecutionStateChanged, JobRestored, TaskDeployed, CheckpointTriggered,
                    CheckpointAcknowledged, CheckpointCompleted, CheckpointAborted,
                    CompletionNotified, JobStatusChanged, ProcessDied, SplitFinished>();
  }

  void on_fact(const Fact& fact) override {
    if (const auto* changed = std::get_if<ExecutionStateChanged>(&fact)) {
      on_state(*changed);
    } else if (const auto* restored = std::get_if<JobRestored>(&fact)) {
      on_restored(*restored);
    } else if (const auto* deployed = std::get_if<TaskDeployed>(&fact)) {
      on_deployed(*deployed);
    } else if (const auto* triggered = std::get_if<CheckpointTriggered>(&fact)) {
      on_triggered();
      pending_[triggered->checkpoint] = Pending{running_, {}, runs_.now()};
      triggered_ = std::max(triggered_, triggered->checkpoint);
    } else if (const auto* acknowledged = std::get_if<CheckpointAcknowledged>(&fact)) {
      on_acknowledged(*acknowledged);
    } else if (const auto* completed = std::get_if<CheckpointCompleted>(&fact)) {
      on_checkpoint_completed(completed->checkpoint);
    } else if (const auto* told = std::get_if<CompletionNotified>(&fact)) {
      on_told(*told);
    } else if (const auto* status = std::get_if<JobStatusChanged>(&fact)) {
      if (status->status == JobStatus::kRestarting) failing_over_ = true;
      running_job_ = status->status == JobStatus::kRunning;
      failed_in_a_row_ = 0;
    } else if (std::holds_alternative<SplitFinished>(fact)) {
      ending_ = true;
    } else if (const auto* died = std::get_if<ProcessDied>(&fact)) {
      if (died->process == kJobManager) on_new_leader();
    } else {
      on_aborted(std::get<CheckpointAborted>(fact));
    }
  }

 private:
  struct Pending {
    std::vector<uint32_t> asked;      // by subtask: the attempt that ran at the trigger; 0: none
    std::set<uint32_t> acknowledged;  // subtasks
    ProcTime begun_at;
  };

  // It knows of nothing to give up, and goes on from what storage lists.
  void on_new_leader() {
    failing_over_ = false;
    completed_at_.reset();
    failed_in_a_row_ = 0;
    listed_.merge(in_doubt_);
    in_doubt_.clear();
  }

  const CheckpointConfig& config() const { return plan_.graph().config.checkpoint; }

  void on_triggered() {
    report_.judged();
    if (pending_.size() >= config().max_concurrent) {
      out_of_turn(std::to_string(config().max_concurrent) + " checkpoints at once",
                  "one more, while " + text(pending_.begin()->first) + " is pending",
                  "no more checkpoints are under way at once than the job allows");
    }
    if (completed_at_ && !ending_ && *completed_at_ + config().min_pause > runs_.now()) {
      out_of_turn("not before " + std::to_string((*completed_at_ + config().min_pause).ms) + " ms",
                  "at " + std::to_string(runs_.now().ms) + " ms",
                  "a checkpoint begins after a pause since the last one was completed");
    }
    if (failed_in_a_row_ > config().tolerable_failures) {
      out_of_turn("the job fails after " + std::to_string(config().tolerable_failures) +
                      " failures in a row",
                  "goes on after " + std::to_string(failed_in_a_row_),
                  "a job tolerates so many failed checkpoints in a row, and no more");
    }
  }

  void on_aborted(const CheckpointAborted& fact) {
    const auto pending = pending_.find(fact.checkpoint);
    const bool expired = fact.reason == AbortReason::kExpired;
    // While the job fails already, one more failure changes nothing.
    const bool counts = expired || fact.reason == AbortReason::kStorageFailed;
    if (counts && running_job_) ++failed_in_a_row_;
    if (pending == pending_.end()) return;
    if (expired && pending->second.begun_at + config().timeout > runs_.now()) {
      out_of_turn("given up after " + std::to_string(config().timeout.ms) + " ms",
                  "after " + std::to_string((runs_.now() - pending->second.begun_at).ms) + " ms",
                  "a checkpoint expires when its timeout is over");
    }
    if (fact.reason == AbortReason::kStorageFailed) in_doubt_.insert(*pending);
    pending_.erase(pending);
  }

  void out_of_turn(std::string expected, std::string got, std::string rule) {
    violate("checkpoint_out_of_turn", "job", "after " + text(triggered_), std::move(expected),
            std::move(got), std::move(rule));
  }

  void on_state(const ExecutionStateChanged& fact) {
    const uint32_t subtask = plan_.subtask(fact.execution.subtask);
    if (subtask == kNowhere) return;
    if (fact.state == ExecutionState::kRunning) {
      running_[subtask] = fact.execution.attempt;
    } else if (running_[subtask] == fact.execution.attempt) {
      running_[subtask] = 0;
    }
    if (fact.state == ExecutionState::kDeploying) deployed_from_[fact.execution] = restored_;
  }

  // Whether all who were asked have answered, and do so still.
  uint32_t missing(const Pending& pending) const {
    for (uint32_t s = 0; s < pending.asked.size(); ++s) {
      if (pending.asked[s] == 0 || pending.acknowledged.count(s) != 0) continue;
      if (runs_.finished(s)) continue;  // it has ended since
      return s;
    }
    return kNowhere;
  }

  void on_restored(const JobRestored& fact) {
    report_.judged();
    // The checkpoint may have been written down by a JobManager that died before it could say so.
    const auto pending = pending_.find(fact.checkpoint);
    const bool just_written = fact.checkpoint > completed_ && pending != pending_.end() &&
                              missing(pending->second) == kNowhere;
    if (fact.checkpoint != completed_ && !just_written) {
      violate("wrong_restore_point", "job", "restart " + std::to_string(fact.restarts),
              "from " + text(completed_), "from " + text(fact.checkpoint),
              "a job goes on from its latest completed checkpoint");
    }
    if (failing_over_ && !just_written && !pending_.empty()) {
      violate("wrong_restore_point", "job", text(pending_.begin()->first), "given up",
              "pending at restart " + std::to_string(fact.restarts),
              "what is pending when a job fails is given up before it starts again");
    }
    failing_over_ = false;
    completed_ = std::max(completed_, fact.checkpoint);
    all_completed_.insert(fact.checkpoint);
    restored_ = fact.checkpoint;
    over_ = triggered_;
    pending_.clear();
    in_doubt_.clear();
    listed_.clear();
  }

  void on_deployed(const TaskDeployed& fact) {
    const uint32_t subtask = plan_.subtask(fact.execution.subtask);
    if (subtask == kNowhere || runs_.attempt(subtask) != fact.execution.attempt) return;
    report_.judged();
    const auto known = deployed_from_.find(fact.execution);
    const CheckpointId expected = known == deployed_from_.end() ? restored_ : known->second;
    if (fact.checkpoint == expected) return;
    violate("wrong_restore_point", plan_.where_subtask(subtask),
            "attempt " + std::to_string(fact.execution.attempt), "from " + text(expected),
            "from " + text(fact.checkpoint),
            "all tasks of a restart go on from the same checkpoint");
  }

  void on_acknowledged(const CheckpointAcknowledged& fact) {
    report_.judged();
    const uint32_t subtask = plan_.subtask(fact.execution.subtask);
    if (subtask == kNowhere) return;
    const auto who = [&] { return plan_.where_subtask(subtask); };
    const auto what = [&] {
      return text(fact.checkpoint) + " attempt " + std::to_string(fact.execution.attempt);
    };
    if (fact.execution.attempt < runs_.attempt(subtask)) {
      violate("output_after_fencing", who(), what(), "ignored", "counted",
              "attempt " + std::to_string(runs_.attempt(subtask)) + " has taken over");
      return;
    }
    if (fact.execution.attempt == runs_.attempt(subtask) &&
        !runs_.has_snapshot(subtask, fact.checkpoint)) {
      violate("inconsistent_cut", who(), what(), "a snapshot first", "acknowledged without",
              "a task acknowledges a checkpoint when its state is stored");
    }
    const auto pending = pending_.find(fact.checkpoint);
    if (pending != pending_.end()) pending->second.acknowledged.insert(subtask);
  }

  // A task hears that a checkpoint is complete when it is, once, and not after a later one: its
  // sinks commit by it. (Flink: SubtaskCheckpointCoordinatorImpl.notifyCheckpoint.)
  void on_told(const CompletionNotified& fact) {
    report_.judged();
    const uint32_t subtask = plan_.subtask(fact.execution.subtask);
    Told& told = told_[subtask];
    if (told.attempt != fact.execution.attempt) told = {fact.execution.attempt, {}};
    const bool known = all_completed_.count(fact.checkpoint) != 0;
    if (known && fact.checkpoint > told.last) {
      told.last = fact.checkpoint;
      return;
    }
    violate("checkpoint_out_of_turn", plan_.where_subtask(subtask), text(fact.checkpoint),
            known ? "a later one than " + text(told.last) : "not complete", "told as complete",
            "a task hears of each completed checkpoint once, in their order");
  }

  void on_checkpoint_completed(CheckpointId id) {
    report_.judged();
    all_completed_.insert(id);
    // A JobManager that takes over says again what its predecessor had completed.
    if (id == completed_) return;
    if (auto listed = listed_.extract(id); !listed.empty() && id > over_)
      pending_.insert(std::move(listed));
    const auto pending = pending_.find(id);
    if (pending == pending_.end()) {
      violate(id <= over_ ? "output_after_fencing" : "wrong_restore_point", "job", text(id),
              "not pending", "completed",
              id <= over_ ? "the job has been restored since: what was pending then is over"
                          : "only a checkpoint that is pending can complete");
    } else {
      const uint32_t subtask = missing(pending->second);
      if (subtask != kNowhere) {
        violate("inconsistent_cut", plan_.where_subtask(subtask), text(id),
                "acknowledged by all running tasks", "completed without this one",
                "a checkpoint is the state of all tasks");
      }
      pending_.erase(pending);
    }
    in_doubt_.clear();  // storage's list does not name them any more
    completed_ = std::max(completed_, id);
    completed_at_ = runs_.now();
    failed_in_a_row_ = 0;
  }

  static constexpr ProcessId kJobManager{0};  // as clusters are numbered
  std::vector<uint32_t> running_;  // by subtask: the attempt, as the JobMaster sees it; 0: none
  std::map<CheckpointId, Pending> pending_;
  // Given up because storage failed, which may have listed them all the same: by the JobManager
  // that is, and by one that has died.
  std::map<CheckpointId, Pending> in_doubt_;
  std::map<CheckpointId, Pending> listed_;
  std::map<ExecutionId, CheckpointId> deployed_from_;
  struct Told {
    uint32_t attempt = 0;
    CheckpointId last;
  };
  std::vector<Told> told_;  // by subtask: what it was told is complete
  std::set<CheckpointId> all_completed_;
  CheckpointId completed_;
  CheckpointId restored_;
  CheckpointId triggered_;
  std::optional<ProcTime> completed_at_;  // the last one, by this JobManager
  uint32_t failed_in_a_row_ = 0;
  bool running_job_ = false;
  bool ending_ = false;        // the end of the input asks for a checkpoint at once
  bool failing_over_ = false;  // the JobMaster that fails over is the one that restarts
  CheckpointId over_;          // checkpoints up to here belong to former runs of the job
};

}  // namespace

OraclePtr make_coordinator_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<CoordinatorOracle>(plan, runs);
}

}  // namespace leat
