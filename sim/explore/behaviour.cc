#include "sim/explore/behaviour.h"

#include <algorithm>
#include <bit>

#include "core/base/hash.h"
#include "core/trace/facts.h"

namespace leat {

namespace {

// Whose fact it is: a subtask, or else a process, or else the job.
struct OwnerReader {
  uint64_t& owner;  // by itself
  uint64_t& kind;   // what all of its kind have in common
  void operator()(const char*, ExecutionId v) {
    owner = mix(1, v.subtask.vertex.value, v.subtask.index);
    kind = mix(1, v.subtask.vertex.value);
  }
  void operator()(const char*, ProcessId v) {
    if (owner != 0) return;
    owner = mix(2, v.value);
    kind = mix(2, v.value == 0 ? 1 : 0);
  }
  template <class T>
  void operator()(const char*, const T&) {}
};

// Once, a few times, often.
uint32_t class_of(uint32_t count) { return std::min<uint32_t>(std::bit_width(count), 3) - 1; }

}  // namespace

uint64_t BehaviourRecorder::phase() const {
  return mix(std::min<uint64_t>(under_way_, 2), mix(status_, std::min(restarts_, 2U)),
             dead_ > 0 ? 1 : 0);
}

void BehaviourRecorder::follow(const Fact& fact) {
  if (std::holds_alternative<CheckpointTriggered>(fact)) {
    ++under_way_;
  } else if (std::holds_alternative<CheckpointCompleted>(fact) ||
             std::holds_alternative<CheckpointAborted>(fact)) {
    under_way_ -= under_way_ > 0 ? 1 : 0;
  } else if (std::holds_alternative<JobRestored>(fact)) {
    ++restarts_;
  } else if (std::holds_alternative<ProcessDied>(fact)) {
    ++dead_;
  } else if (std::holds_alternative<ProcessStarted>(fact)) {
    dead_ -= dead_ > 0 ? 1 : 0;
  } else if (const auto* changed = std::get_if<JobStatusChanged>(&fact)) {
    status_ = static_cast<uint32_t>(changed->status) + 1;
  }
}

void BehaviourRecorder::on_fact(ProcTime, const Fact& fact) {
  uint64_t owner = 0;
  uint64_t kind = 0;
  std::visit([&](const auto& f) { f.fields(OwnerReader{owner, kind}); }, fact);
  const auto now = static_cast<uint32_t>(fact.index()) + 1;
  uint32_t& before = last_[owner];
  ++counts_[static_cast<uint32_t>(mix(mix(kind, before, now), phase())) % kFeatures];
  before = now;
  follow(fact);
}

std::vector<uint32_t> BehaviourRecorder::features() const {
  std::vector<uint32_t> all;
  // Who was seen often was seen once, too.
  for (const auto& [bucket, count] : counts_) {
    for (uint32_t c = 0; c <= class_of(count); ++c) all.push_back(bucket * 3 + c);
  }
  return all;
}

}  // namespace leat
