#include "sim/oracle/oracles.h"

#include <bit>
#include <set>

#include "core/base/check.h"
#include "sim/oracle/classes.h"
#include "sim/oracle/not_judged.h"

namespace leat {
namespace {

struct Maker {
  const char* name;
  OraclePtr (*make)(const Plan&, const Runs&);
};
constexpr Maker kMakers[kOracleKinds] = {{"output", make_output_oracle},
                                         {"windows", make_window_oracle},
                                         {"operators", make_operator_oracle},
                                         {"watermarks", make_watermark_oracle},
                                         {"timers", make_timer_oracle},
                                         {"cut", make_cut_oracle},
                                         {"restore", make_restore_oracle},
                                         {"sources", make_source_oracle},
                                         {"transactions", make_transaction_oracle},
                                         {"coordinator", make_coordinator_oracle},
                                         {"ledger", make_ledger_oracle},
                                         {"leaks", make_leak_oracle},
                                         {"liveness", make_liveness_oracle},
                                         {"failures", make_failure_oracle},
                                         {"joins", make_join_oracle},
                                         {"calls", make_call_oracle},
                                         {"alignment", make_alignment_oracle}};

// Whether a fact says what an execution itself has done; those of the JobMaster about one do not.
template <class F>
constexpr bool kHasDoer =
    requires(const F& fact) { fact.execution; } && !std::is_same_v<F, ExecutionStateChanged> &&
    !std::is_same_v<F, CheckpointAcknowledged> && !std::is_same_v<F, TaskDeployed>;

template <class... F>
constexpr FactSet with_doer(const std::variant<F...>*) {
  return ((kHasDoer<F> ? fact_set<F>() : 0) | ...);
}
constexpr FactSet kDone = with_doer(static_cast<const Fact*>(nullptr));

struct Doer {
  template <class F>
  const ExecutionId* operator()(const F& fact) const {
    if constexpr (kHasDoer<F>) {
      return &fact.execution;
    } else {
      return nullptr;
    }
  }
};

}  // namespace

const char* name_of(OracleKind kind) { return kMakers[static_cast<size_t>(kind)].name; }

std::vector<OracleKind> all_oracles() {
  std::vector<OracleKind> all;
  for (uint32_t i = 0; i < kOracleKinds; ++i) all.push_back(static_cast<OracleKind>(i));
  return all;
}

Oracles::Oracles(const Plan& plan, const std::vector<OracleKind>& which)
    : plan_(plan), runs_(plan) {
  static_assert(kOracleKinds <= 32, "by_kind_ has a bit for each");
  for (const OracleKind kind : std::set<OracleKind>(which.begin(), which.end())) {
    oracles_.push_back(kMakers[static_cast<size_t>(kind)].make(plan_, runs_));
    Oracle* oracle = oracles_.back().get();
    const FactSet facts = oracle->facts();
    const uint32_t own = 1U << (oracles_.size() - 1);
    for (uint32_t fact = 0; fact < kFactKinds; ++fact) {
      if (holds(facts, fact)) by_kind_[fact] |= own;
    }
    const uint32_t taps = oracle->taps();
    if ((taps & kSourceTap) != 0) source_taps_.push_back(oracle);
    if ((taps & kInputTap) != 0) input_taps_.push_back(oracle);
    if ((taps & kOutputTap) != 0) output_taps_.push_back(oracle);
    if ((taps & kCommittedTap) != 0) committed_taps_.push_back(oracle);
    if ((taps & kTimerTap) != 0) timer_taps_.push_back(oracle);
  }
}

Oracles::~Oracles() = default;

void Oracles::attach(Trace& trace) {
  trace.observe(*this);
  for (const auto& oracle : oracles_) {
    if (oracle->taps() != kNoTaps) {
      trace.tap(*this);
      return;
    }
  }
}

void Oracles::on_fact(ProcTime at, const Fact& fact) {
  runs_.tick(at);
  if (!follow(fact)) return;
  for (uint32_t who = by_kind_[fact.index()]; who != 0; who &= who - 1)
    oracles_[static_cast<size_t>(std::countr_zero(who))]->on_fact(fact);
}

// Keeps the lineage. False: an attempt did this that no longer counts.
bool Oracles::follow(const Fact& fact) {
  uint32_t subtask = kNowhere;
  if (holds(kDone, fact.index())) {
    subtask = runs_.live(*std::visit(Doer{}, fact));
    if (subtask == kNowhere) return false;
  }
  switch (fact.index()) {
    case kind_of<TaskDeployed>():
      deploy(std::get<TaskDeployed>(fact));
      break;
    case kind_of<SnapshotTaken>(): {
      const CheckpointId id = std::get<SnapshotTaken>(fact).checkpoint;
      runs_.snapshot(subtask, id);
      for (const auto& oracle : oracles_) oracle->on_snapshot(subtask, id);
      break;
    }
    case kind_of<CheckpointCompleted>(): {
      const CheckpointId id = std::get<CheckpointCompleted>(fact).checkpoint;
      for (const auto& oracle : oracles_) oracle->on_completed(id);
      break;
    }
    case kind_of<TaskFinished>():
      runs_.finish(subtask);
      break;
    default:
      break;
  }
  return true;
}

void Oracles::deploy(const TaskDeployed& fact) {
  const uint32_t subtask = plan_.subtask(fact.execution.subtask);
  Rewind how = Rewind::kToStart;
  if (subtask == kNowhere ||
      !runs_.deploy(subtask, fact.execution.attempt, fact.checkpoint, &how)) {
    return;
  }
  for (const auto& oracle : oracles_) oracle->on_rewind(subtask, how, fact.checkpoint);
}

uint32_t Oracles::live_instance(ExecutionId execution, NodeId node) const {
  return runs_.live(execution) == kNowhere ? kNowhere
                                           : plan_.instance(node, execution.subtask.index);
}

void Oracles::on_source_rows(ExecutionId execution, NodeId node, uint32_t split, uint64_t first,
                             const RowBatch& rows) {
  const uint32_t at = live_instance(execution, node);
  if (at == kNowhere) return;
  for (Oracle* oracle : source_taps_) oracle->on_source_rows(at, split, first, rows);
}

void Oracles::on_operator_input(ExecutionId execution, NodeId node, uint32_t input,
                                const RowBatch& rows) {
  const uint32_t at = plan_.instance(node, execution.subtask.index);
  if (at == kNowhere || rows.empty()) return;
  if (runs_.live(execution) == kNowhere) {
    for (Oracle* oracle : input_taps_) oracle->on_stale_input(at, rows);
  } else {
    for (Oracle* oracle : input_taps_) oracle->on_input_of(at, input, rows);
  }
}

void Oracles::on_operator_output(ExecutionId execution, NodeId node, uint32_t output,
                                 const RowBatch& rows) {
  const uint32_t at = live_instance(execution, node);
  if (at == kNowhere || rows.empty()) return;
  for (Oracle* oracle : output_taps_) oracle->on_output(at, output, rows);
}

void Oracles::on_committed_rows(NodeId sink, uint64_t transaction, const RowBatch& rows) {
  for (Oracle* oracle : committed_taps_) oracle->on_committed(sink, transaction, rows);
}

void Oracles::on_timer(ExecutionId execution, NodeId node, TimerEvent event, TimeDomain domain,
                       int64_t time, const Value& key) {
  const uint32_t at = live_instance(execution, node);
  if (at == kNowhere) return;
  for (Oracle* oracle : timer_taps_) oracle->on_timer(at, event, domain, time, key);
}

Verdict Oracles::judge(const EndOfRun& end) {
  Verdict verdict;
  runs_.tick(end.at);
  for (const auto& oracle : oracles_) {
    oracle->finish(end);
    const Report& report = oracle->report();
    verdict.judged[report.oracle()] += report.judged_count();
    verdict.violations.insert(verdict.violations.end(), report.violations().begin(),
                              report.violations().end());
  }
  verdict.classes = sink_classes(plan_);
  verdict.not_judged = not_judged(plan_.graph());
  return verdict;
}

}  // namespace leat
