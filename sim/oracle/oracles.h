// All oracles of a run, fed from one trace.
//
//   Plan plan(*program);                       // once a job; may serve many runs of one thread
//   Oracles oracles(plan, all_oracles());
//   oracles.attach(simulation.trace());
//   ...run...
//   Verdict verdict = oracles.judge(end);
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "sim/oracle/oracle.h"
#include "sim/oracle/verdict.h"

namespace leat {

enum class OracleKind : uint8_t {
  kOutput,
  kWindows,
  kOperators,
  kWatermarks,
  kTimers,
  kCut,
  kRestore,
  kSources,
  kTransactions,
  kCoordinator,
  kLedger,
  kLeaks,
  kLiveness,
  kFailures,
  kJoins,
  kCalls,
  kAlignment
};
inline constexpr uint32_t kOracleKinds = 17;
const char* name_of(OracleKind kind);  // "output", "windows", ...
std::vector<OracleKind> all_oracles();

class Oracles final : public FactObserver, public RecordTap {
 public:
  // REQUIRES: the plan outlives the oracles.
  Oracles(const Plan& plan, const std::vector<OracleKind>& which);
  ~Oracles() override;

  // Observes the trace; taps it only if an oracle wants records.  REQUIRES: these outlive the
  // trace.
  void attach(Trace& trace);
  // Call once, when the run has ended.
  Verdict judge(const EndOfRun& end);

  void on_fact(ProcTime at, const Fact& fact) override;
  void on_source_rows(ExecutionId, NodeId, uint32_t split, uint64_t first,
                      const RowBatch&) override;
  void on_operator_input(ExecutionId, NodeId, uint32_t input, const RowBatch&) override;
  void on_operator_output(ExecutionId, NodeId, uint32_t output, const RowBatch&) override;
  void on_committed_rows(NodeId sink, uint64_t transaction, const RowBatch&) override;
  void on_timer(ExecutionId, NodeId, TimerEvent, TimeDomain, int64_t time,
                const Value& key) override;

 private:
  bool follow(const Fact& fact);
  void deploy(const TaskDeployed& fact);
  uint32_t live_instance(ExecutionId execution, NodeId node) const;

  const Plan& plan_;
  Runs runs_;
  std::vector<std::unique_ptr<Oracle>> oracles_;
  std::array<uint32_t, kFactKinds> by_kind_{};  // who wants to see it: a bit for each of oracles_
  std::vector<Oracle*> source_taps_, input_taps_, output_taps_, committed_taps_, timer_taps_;
};

// The oracles, one file each.
using OraclePtr = std::unique_ptr<Oracle>;
OraclePtr make_output_oracle(const Plan&, const Runs&);
OraclePtr make_window_oracle(const Plan&, const Runs&);
OraclePtr make_join_oracle(const Plan&, const Runs&);
OraclePtr make_call_oracle(const Plan&, const Runs&);
OraclePtr make_operator_oracle(const Plan&, const Runs&);
OraclePtr make_watermark_oracle(const Plan&, const Runs&);
OraclePtr make_timer_oracle(const Plan&, const Runs&);
OraclePtr make_cut_oracle(const Plan&, const Runs&);
OraclePtr make_restore_oracle(const Plan&, const Runs&);
OraclePtr make_source_oracle(const Plan&, const Runs&);
OraclePtr make_transaction_oracle(const Plan&, const Runs&);
OraclePtr make_coordinator_oracle(const Plan&, const Runs&);
OraclePtr make_ledger_oracle(const Plan&, const Runs&);
OraclePtr make_leak_oracle(const Plan&, const Runs&);
OraclePtr make_liveness_oracle(const Plan&, const Runs&);
OraclePtr make_failure_oracle(const Plan&, const Runs&);
OraclePtr make_alignment_oracle(const Plan&, const Runs&);

}  // namespace leat
