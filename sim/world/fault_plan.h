// Faults wait here for their trigger. Triggers look at facts while a step runs and never act in it:
// what has become due is taken between steps.
#pragma once

#include <vector>

#include "core/trace/trace.h"
#include "sim/scenario/scenario.h"

namespace leat {

class FaultPlan final : public FactObserver {
 public:
  explicit FaultPlan(std::vector<Fault> faults);

  const std::vector<Fault>& faults() const { return faults_; }
  void on_fact(ProcTime at, const Fact& fact) override;
  // What it needs to see.
  FactSet facts() const;

  // The triggers have fired for these since the last call.
  bool any_due() const { return !due_.empty(); }
  std::vector<uint32_t> take_due();

  // What the job's own facts say about its end.
  std::optional<JobStatus> job_status() const { return job_status_; }
  bool job_ended() const {
    return job_status_ == JobStatus::kFinished || job_status_ == JobStatus::kFailed;
  }
  const std::optional<TaskFailed>& last_failure() const { return last_failure_; }
  // A step of a task was cut off: it may have had no end.
  bool too_much_work() const { return too_much_work_; }

 private:
  struct Watch {
    uint32_t fault = 0;
    std::optional<uint32_t> kind;  // none: any
    std::optional<SubtaskId> subtask;
    std::optional<CheckpointId> checkpoint;
    uint64_t left = 1;  // matching facts until it is due
  };

  std::vector<Fault> faults_;
  std::vector<Watch> watches_;
  std::vector<uint32_t> due_;
  std::optional<JobStatus> job_status_;
  std::optional<TaskFailed> last_failure_;
  bool too_much_work_ = false;
};

}  // namespace leat
