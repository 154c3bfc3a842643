// One oracle: watches a run through facts and taps, and reports what breaks its rule.
//
// `Oracles` (oracles.h) feeds it. Task facts and taps of attempts that no longer count have been
// dropped before; what an attempt did in vain is undone by on_rewind.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/trace/trace.h"
#include "sim/oracle/end_of_run.h"
#include "sim/oracle/plan.h"
#include "sim/oracle/report.h"
#include "sim/oracle/runs.h"

namespace leat {

enum TapSet : uint32_t {
  kNoTaps = 0,
  kSourceTap = 1,
  kInputTap = 2,
  kOutputTap = 4,
  kCommittedTap = 8,
  kTimerTap = 16
};

class Oracle {
 public:
  Oracle(std::string name, const Plan& plan, const Runs& runs)
      : plan_(plan), runs_(runs), report_(std::move(name)) {}
  virtual ~Oracle() = default;
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  // What it wants to see.
  virtual FactSet facts() const { return 0; }
  virtual uint32_t taps() const { return kNoTaps; }

  virtual void on_fact(const Fact& fact) { (void)fact; }
  virtual void on_source_rows(uint32_t instance, uint32_t split, uint64_t first,
                              const RowBatch& rows) {
    (void)instance, (void)split, (void)first, (void)rows;
  }
  virtual void on_input(uint32_t instance, const RowBatch& rows) { (void)instance, (void)rows; }
  // The same, for those who ask which input it is.
  virtual void on_input_of(uint32_t instance, uint32_t input, const RowBatch& rows) {
    (void)input;
    on_input(instance, rows);
  }
  // Of an attempt that no longer counts, but does not know it.
  virtual void on_stale_input(uint32_t instance, const RowBatch& rows) {
    (void)instance, (void)rows;
  }
  virtual void on_output(uint32_t instance, uint32_t output, const RowBatch& rows) {
    (void)instance, (void)output, (void)rows;
  }
  virtual void on_committed(NodeId sink, uint64_t transaction, const RowBatch& rows) {
    (void)sink, (void)transaction, (void)rows;
  }
  virtual void on_timer(uint32_t instance, RecordTap::TimerEvent event, TimeDomain domain,
                        int64_t time, const Value& key) {
    (void)instance, (void)event, (void)domain, (void)time, (void)key;
  }

  // The lineage. A snapshot is taken before the fact of it reaches on_fact.
  virtual void on_snapshot(uint32_t subtask, CheckpointId id) { (void)subtask, (void)id; }
  virtual void on_completed(CheckpointId id) { (void)id; }
  virtual void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) {
    (void)subtask, (void)how, (void)to;
  }
  virtual void finish(const EndOfRun& end) { (void)end; }

  const Report& report() const { return report_; }

 protected:
  void violate(std::string name, std::string where, std::string subject, std::string expected,
               std::string got, std::string rule) {
    report_.add({std::move(name),
                 {},
                 std::move(where),
                 std::move(subject),
                 std::move(expected),
                 std::move(got),
                 std::move(rule),
                 runs_.now().ms});
  }

  const Plan& plan_;
  const Runs& runs_;
  Report report_;
};

}  // namespace leat
