// Failures (FAIL): a task fails, and a job restarts, only because of what was done to it. A job
// that gets on by restarts hides its own mistakes: each heals itself, and the result is right.
//
// And after each failure the job begins anew or is given up as its restart strategy says, no sooner
// than that.
//
// A TaskManager is given up only if it died, or was out of reach, or if its connection to the
// JobManager broke twice before it could answer: one that answers in between is forgiven.
//
// A user function that fails is no fault of the world, but the job's error; it is reported, unless
// the scenario says that tasks fail.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/oracle/oracles.h"
#include "sim/oracle/restart_model.h"

namespace leat {
namespace {

class FailureOracle final : public Oracle {
 public:
  FailureOracle(const Plan& plan, const Runs& runs)
      : Oracle("failures", plan, runs),
        processes_(plan.subtasks()),
        restarts_(plan.graph().config.restart) {}

  FactSet facts() const override {
    return fact_set<TaskDeployed, TaskFailed, ConnectionReset, MessageLost, FaultInjected,
                    CheckpointAborted, JobStatusChanged, ProcessDied, BlobFailed, TaskManagerLost,
                    TaskManagerRegistered, CheckpointCompleted>();
  }

  void on_fact(const Fact& fact) override {
    if (const auto* deployed = std::get_if<TaskDeployed>(&fact)) {
      const uint32_t subtask = runs_.live(deployed->execution);
      if (subtask != kNowhere) processes_[subtask] = deployed->process;
      deployed_ = true;
      report_.judged();
    } else if (const auto* failed = std::get_if<TaskFailed>(&fact)) {
      on_task(*failed);
    } else if (const auto* reset = std::get_if<ConnectionReset>(&fact)) {
      on_reset(*reset);
    } else if (const auto* lost = std::get_if<MessageLost>(&fact)) {
      // Whoever speaks to a process that is not there finds out so.
      losses_.insert(lost->from);
      explained_ = true;
    } else if (const auto* gone = std::get_if<TaskManagerLost>(&fact)) {
      on_worker_lost(gone->process);
    } else if (const auto* here = std::get_if<TaskManagerRegistered>(&fact)) {
      died_.erase(here->process);
      breaks_.erase(here->process);
    } else if (const auto* fault = std::get_if<FaultInjected>(&fact)) {
      faults_.push_back({fault->fault, runs_.now()});
    } else if (const auto* died = std::get_if<ProcessDied>(&fact)) {
      explained_ = true;
      died_.insert(died->process);
      if (died->process == kJobManager) forget_restarts();
    } else if (const auto* blob = std::get_if<BlobFailed>(&fact)) {
      not_served_.insert(blob->name);
    } else if (const auto* aborted = std::get_if<CheckpointAborted>(&fact)) {
      on_aborted(aborted->reason);
    } else if (std::holds_alternative<CheckpointCompleted>(fact)) {
      failed_in_a_row_ = 0;
    } else {
      on_job(std::get<JobStatusChanged>(fact).status);
    }
  }

  void finish(const EndOfRun& end) override {
    if (job_error_ && !end.tasks_may_fail) report_.add(*job_error_);
    for (const Suspect& suspect : suspects_) judge(suspect, end.patience);
    for (const LostWorker& lost : lost_) judge(lost, end.patience);
  }

 private:
  // An attempt that nothing is known to have happened to.
  struct Suspect {
    ProcTime at;
    bool deployed = false;
    bool restarts = false;  // or the job was given up
  };

  // One that has not died.
  struct LostWorker {
    ProcessId worker;
    ProcTime at;
    std::vector<ProcTime> breaks;  // of its connection to the JobManager, since it registered
  };
  struct Injected {
    uint32_t fault;
    ProcTime at;
  };

  void on_reset(const ConnectionReset& reset) {
    losses_.insert(reset.a);
    losses_.insert(reset.b);
    explained_ = true;
    if (reset.a == kJobManager) breaks_[reset.b].push_back(runs_.now());
    if (reset.b == kJobManager) breaks_[reset.a].push_back(runs_.now());
  }

  void on_worker_lost(ProcessId worker) {
    explained_ = true;
    report_.judged();
    if (!died_.contains(worker)) lost_.push_back({worker, runs_.now(), breaks_[worker]});
  }

  void on_task(const TaskFailed& failed) {
    explained_ = true;  // here or by the world
    const uint32_t subtask = runs_.live(failed.execution);
    switch (failed.kind) {
      case FailureKind::kUserCode:
        if (!job_error_) job_error_ = error_of_the_job(subtask, failed.cause);
        return;
      case FailureKind::kLostConnection: {
        // When an end hears of a loss is up to the network, and may be after it has been deployed
        // anew.
        if (losses_.count(processes_[subtask]) > 0) return;
        return needless(plan_.where_subtask(subtask),
                        "failed: " + std::string(name_of(failed.kind)),
                        "no connection of its process was ever lost");
      }
      case FailureKind::kTooMuchWork:
        return;  // the run ends here, and that is a failure by itself
      case FailureKind::kUnreadableState:
        if (failed_to_be_read(failed.cause)) return;
        [[fallthrough]];
      case FailureKind::kRefusedByLog:
        return needless(plan_.where_subtask(subtask),
                        "failed: " + std::string(name_of(failed.kind)),
                        "storage keeps what was written and did not fail, and the log refuses only "
                        "what is wrong");
    }
  }

  // The cause names the blob.
  bool failed_to_be_read(const std::string& cause) const {
    return std::any_of(not_served_.begin(), not_served_.end(), [&](const std::string& blob) {
      return cause.find(blob) != std::string::npos;
    });
  }

  // So many in a row are tolerated. Some that are declined do not count, which does not show.
  void on_aborted(AbortReason reason) {
    const bool expired = reason == AbortReason::kExpired;
    expired_ |= expired;
    const bool counts =
        expired || reason == AbortReason::kStorageFailed || reason == AbortReason::kDeclined;
    if (!counts || ++failed_in_a_row_ <= plan_.graph().config.checkpoint.tolerable_failures) return;
    explained_ |= !expired || !faults_.empty();  // else it was waited for in vain
  }

  void forget_restarts() {
    restarts_.forget();
    not_before_.reset();
  }

  void on_restart_or_end(JobStatus status) {
    const RestartModel::Owed owed = restarts_.on_failure(runs_.now());
    report_.judged();
    const bool restarts = status == JobStatus::kRestarting;
    if (restarts) not_before_ = runs_.now() + owed.least_delay;
    if (owed.duty == RestartModel::Duty::kEither) return;
    if (restarts == (owed.duty == RestartModel::Duty::kRestart)) return;
    violate("needless_failure", "job", "failed attempt", restarts ? "given up" : "begins anew",
            restarts ? "begins anew" : "given up",
            "the restart strategy says how many failures a job survives");
  }

  void on_job(JobStatus status) {
    if (status == JobStatus::kRunning) {
      explained_ = deployed_ = false;
      report_.judged();
      if (not_before_ && runs_.now() < *not_before_) {
        violate("needless_failure", "job", "next attempt",
                "not before " + std::to_string(not_before_->ms) + " ms",
                "begins at " + std::to_string(runs_.now().ms) + " ms",
                "the restart strategy says how long a job waits before it begins anew");
      }
      not_before_.reset();
    }
    if (status == JobStatus::kRestarting || status == JobStatus::kFailing)
      on_restart_or_end(status);
    if (status != JobStatus::kRestarting && status != JobStatus::kFailing) return;
    // A timeout short enough to be missed by mere load says nothing.
    const bool lawfully = expired_ && (plan_.graph().config.checkpoint.timeout < kLong ||
                                       plan_.may_wait_for_itself());
    if (explained_ || lawfully) return;
    suspects_.push_back({runs_.now(), deployed_, status == JobStatus::kRestarting});
  }

  // A fault shows to the attempt that it hits, or later, when somebody is missed. An attempt that
  // has deployed nothing waits for slots, and whose they were may be gone for long.
  void judge(const Suspect& suspect, const Patience& patience) {
    for (const Injected& fault : faults_) {
      // Requests that fail are told of: they count among the checkpoints given up (on_aborted), or
      // a task cannot begin (on_task).
      if (felt(fault, patience).hits == FeltFault::Hits::kRequests) continue;
      const bool may_show = !suspect.deployed || suspect.at <= felt_until(fault, patience);
      if (fault.at <= suspect.at && may_show) return;
    }
    report_.add({"needless_failure", report_.oracle(), "job", "attempt", "goes on",
                 suspect.restarts ? "restarts" : "fails",
                 faults_.empty()
                     ? kRule + std::string("no task has failed, and no fault was injected")
                     : kRule + std::string("this attempt has lost no task, worker, "
                                           "checkpoint or message"),
                 suspect.at.ms});
  }

  static FeltFault felt(const Injected& fault, const Patience& patience) {
    return fault.fault < patience.faults.size() ? patience.faults[fault.fault] : FeltFault{};
  }
  static ProcTime felt_until(const Injected& fault, const Patience& patience) {
    return fault.at + felt(fault, patience).lasts + patience.noticed;
  }

  // Whoever hears of a break asks at once, and is answered unless something else is in the way.
  void judge(const LostWorker& lost, const Patience& patience) {
    for (const Injected& fault : faults_) {
      const bool out_of_reach = felt(fault, patience).hits == FeltFault::Hits::kReach;
      if (out_of_reach && fault.at <= lost.at && lost.at <= felt_until(fault, patience)) return;
    }
    const Duration answered{8 * patience.step.ms};
    for (size_t i = 1; i < lost.breaks.size(); ++i) {
      if (lost.breaks[i] <= lost.breaks[i - 1] + answered) return;
    }
    report_.add({"needless_failure", report_.oracle(),
                 "worker-" + std::to_string(lost.worker.value), "TaskManager", "goes on",
                 "given up", "it did not die, and nothing kept it from being heard", lost.at.ms});
  }

  void needless(const std::string& where, const std::string& got, const std::string& why) {
    violate("needless_failure", where, "attempt", "goes on", got, kRule + why);
  }

  // The cause names the node of the task in which the function stands: "parse: no number".
  Violation error_of_the_job(uint32_t subtask, const std::string& cause) const {
    std::string where = plan_.where_subtask(subtask);
    std::string what = cause;
    for (const uint32_t i : plan_.instances_of(subtask)) {
      const std::string prefix = plan_.name(plan_.node_of(i)) + ": ";
      if (!cause.starts_with(prefix)) continue;
      where = plan_.where(i);
      what = cause.substr(prefix.size());
    }
    return {"job_error",
            report_.oracle(),
            where,
            "user function",
            "no error",
            what,
            "a function of the job fails (expected? \"sometimes\": [\"TaskFailed\"])",
            runs_.now().ms};
  }

  static constexpr const char* kRule = "a job fails only by what is done to it: ";
  static constexpr Duration kLong{60000};
  static constexpr ProcessId kJobManager{0};  // as clusters are numbered
  std::vector<ProcessId> processes_;          // where each subtask is
  std::set<ProcessId> losses_;                // who lost a connection, or spoke to nobody
  std::set<std::string> not_served_;          // blobs that storage failed to read or write
  std::optional<Violation> job_error_;        // the first
  RestartModel restarts_;
  std::optional<ProcTime> not_before_;  // the next attempt
  std::vector<Injected> faults_;
  std::set<ProcessId> died_;  // and have not registered since
  std::map<ProcessId, std::vector<ProcTime>> breaks_;
  std::vector<LostWorker> lost_;
  std::vector<Suspect> suspects_;
  bool expired_ = false;  // a checkpoint
  uint32_t failed_in_a_row_ = 0;
  // Since the job was said to run:
  bool explained_ = false;  // why it stops running: something was lost or given up
  bool deployed_ = false;   // a task
};

}  // namespace

OraclePtr make_failure_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<FailureOracle>(plan, runs);
}

}  // namespace leat
