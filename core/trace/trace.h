// Where facts go: folded into the running digest at once, counted by kind, shown to observers, and
// not kept. One Trace per simulation (or per process, on the real clock).
#pragma once

#include <array>
#include <vector>

#include "core/data/row_batch.h"
#include "core/trace/facts.h"

namespace leat {

// Sees every fact, in order, as it happens. Must not call back into the engine.
class FactObserver {
 public:
  virtual ~FactObserver() = default;
  virtual void on_fact(ProcTime at, const Fact& fact) = 0;
};

// Sees records, for oracles and pictures that need single ones. Off unless somebody taps.
class RecordTap {
 public:
  virtual ~RecordTap() = default;
  // Records of a split, from `first` on, before timestamps are assigned by the source's strategy
  // (rows carry what the strategy extracted).
  virtual void on_source_rows(ExecutionId, NodeId, uint32_t /*split*/, uint64_t /*first*/,
                              const RowBatch&) {}
  // Rows that an operator is about to process; `input` counts from 0.
  virtual void on_operator_input(ExecutionId, NodeId, uint32_t /*input*/, const RowBatch&) {}
  // Rows that an operator has emitted; `output` is kMainOutput or a side output.
  virtual void on_operator_output(ExecutionId, NodeId, uint32_t /*output*/, const RowBatch&) {}
  // Rows that a read_committed reader of the sink's topic now sees.
  virtual void on_committed_rows(NodeId /*sink*/, uint64_t /*transaction*/, const RowBatch&) {}
  // Timers of process functions; the clock's of windows too (key: its cells, window start and end).
  enum class TimerEvent : uint8_t { kRegistered, kDeleted, kFired };
  virtual void on_timer(ExecutionId, NodeId, TimerEvent, TimeDomain, int64_t /*time*/,
                        const Value& /*key*/) {}
};

class Trace {
 public:
  void add(ProcTime at, const Fact& fact) {
    fold(fact, at, digest_);
    ++counts_[fact.index()];
    ++total_;
    for (const auto& [observer, kinds] : observers_) {
      if (holds(kinds, fact.index())) observer->on_fact(at, fact);
    }
  }

  const Digest& digest() const { return digest_; }
  uint64_t count(uint32_t kind) const { return counts_[kind]; }
  template <class F>
  uint64_t count() const {
    return counts_[kind_of<F>()];
  }
  uint64_t total() const { return total_; }

  // Shows the observer facts of these kinds.  REQUIRES: the observer outlives the trace.
  void observe(FactObserver& observer, FactSet kinds = kAllFacts) {
    observers_.push_back({&observer, kinds});
  }
  void tap(RecordTap& tap) { taps_.push_back(&tap); }
  bool tapped() const { return !taps_.empty(); }
  const std::vector<RecordTap*>& taps() const { return taps_; }

 private:
  Digest digest_;
  std::array<uint64_t, kFactKinds> counts_{};
  uint64_t total_ = 0;
  struct Observing {
    FactObserver* observer;
    FactSet kinds;
  };
  std::vector<Observing> observers_;
  std::vector<RecordTap*> taps_;
};

}  // namespace leat
