// What a run did, as a set of small numbers: the ground that a search has covered.
//
// A feature is one fact behind another of the same process or vertex (their kinds), in a phase of
// the job: whether a checkpoint is under way, the job's status, whether it has restarted, whether a
// process is dead; and how often that was seen, roughly (once, a few times, often). It is hashed
// into kFeatures buckets, so that two that are different may be taken for one, never one for two.
#pragma once

#include <map>
#include <vector>

#include "core/trace/trace.h"

namespace leat {

class BehaviourRecorder final : public FactObserver {
 public:
  static constexpr uint32_t kFeatures = 1 << 16;

  void on_fact(ProcTime at, const Fact& fact) override;
  // Of all so far, in order.
  std::vector<uint32_t> features() const;

 private:
  uint64_t phase() const;
  void follow(const Fact& fact);

  std::map<uint64_t, uint32_t> last_;    // by whose fact it was: its kind
  std::map<uint32_t, uint32_t> counts_;  // by bucket
  uint64_t under_way_ = 0;               // checkpoints
  uint32_t restarts_ = 0;
  uint32_t dead_ = 0;
  uint32_t status_ = 0;
};

}  // namespace leat
