// What a scenario expects of every run beyond rows: which facts happen, and how often.
#pragma once

#include "core/trace/trace.h"
#include "sim/oracle/verdict.h"
#include "sim/scenario/scenario.h"

namespace leat {

// Judges `eventually`, `always` and `never` as the run goes; `sometimes` is the campaign's.
class Situations final : public FactObserver {
 public:
  // REQUIRES: the expectations outlive this.
  explicit Situations(const Expectations& expect) : expect_(expect), seen_(kFactKinds) {}
  void on_fact(ProcTime at, const Fact& fact) override;
  // Adds what was broken. What has not come yet is owed only by a run that finished.
  void judge(bool finished, Verdict& verdict) const;

 private:
  struct Seen {
    uint64_t times = 0;
    ProcTime broken;  // when the bound of an always, or a never, was passed first
  };
  const Expectations& expect_;
  std::vector<Seen> seen_;  // by kind of fact
};

}  // namespace leat
