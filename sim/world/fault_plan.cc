#include "sim/world/fault_plan.h"

#include <utility>

namespace leat {

namespace {

// Reads the subtask and the checkpoint out of a fact, where it has them.
struct MomentReader {
  std::optional<SubtaskId>& subtask;
  std::optional<CheckpointId>& checkpoint;
  void operator()(const char*, ExecutionId v) { subtask = v.subtask; }
  void operator()(const char*, CheckpointId v) { checkpoint = v; }
  template <class T>
  void operator()(const char*, const T&) {}
};

bool is_moment(const Fact& fact, const std::optional<SubtaskId>& subtask,
               const std::optional<CheckpointId>& checkpoint) {
  std::optional<SubtaskId> of;
  std::optional<CheckpointId> at;
  std::visit([&](const auto& f) { f.fields(MomentReader{of, at}); }, fact);
  return (!subtask || of == subtask) && (!checkpoint || at == checkpoint);
}

}  // namespace

FaultPlan::FaultPlan(std::vector<Fault> faults) : faults_(std::move(faults)) {
  for (uint32_t i = 0; i < faults_.size(); ++i) {
    if (const auto* after = std::get_if<AfterFact>(&faults_[i].when)) {
      watches_.push_back({i, after->kind, {}, {}, after->nth});
    } else if (const auto* moment = std::get_if<AtMoment>(&faults_[i].when)) {
      watches_.push_back({i, moment->kind, moment->subtask, moment->checkpoint, 1});
    }
  }
}

FactSet FaultPlan::facts() const {
  FactSet facts = fact_set<JobStatusChanged, TaskFailed>();
  for (const Watch& watch : watches_) facts |= watch.kind ? FactSet{1} << *watch.kind : kAllFacts;
  return facts;
}

void FaultPlan::on_fact(ProcTime, const Fact& fact) {
  if (const auto* changed = std::get_if<JobStatusChanged>(&fact)) {
    job_status_ = changed->status;
  } else if (const auto* failed = std::get_if<TaskFailed>(&fact)) {
    last_failure_ = *failed;
    too_much_work_ |= failed->kind == FailureKind::kTooMuchWork;
  }
  for (Watch& watch : watches_) {
    if (watch.left == 0 || (watch.kind && *watch.kind != fact.index())) continue;
    if ((watch.subtask || watch.checkpoint) && !is_moment(fact, watch.subtask, watch.checkpoint)) {
      continue;
    }
    if (--watch.left == 0) due_.push_back(watch.fault);
  }
}

std::vector<uint32_t> FaultPlan::take_due() { return std::exchange(due_, {}); }

}  // namespace leat
