// The two-phase-commit protocol of a sink, as decisions only (Flink: TwoPhaseCommitSinkFunction).
//
// Rows go to the open transaction. A checkpoint freezes it (pre-commit) and begins another; when
// the checkpoint has completed, everything that was frozen for it *or for an earlier one* is
// committed, in order: the notice of an earlier one may have been lost (FLINK-10377). What is
// frozen stays in every snapshot until its commit has been answered, because a later restore must
// be able to repeat it. An open transaction without rows is not frozen but goes on, as KafkaSink
// recycles it, unless asked otherwise. Recorded in machine/two_phase ("transactions").
#pragma once

#include <optional>
#include <vector>

#include "core/connectors/log_protocol.h"

namespace leat {

// What becomes of an open transaction without rows at a checkpoint.
enum class EmptyTransaction : uint8_t { kGoesOn, kIsFrozen };

class TwoPhaseCommit {
 public:
  struct Frozen {
    CheckpointId checkpoint;
    TransactionId transaction = 0;
    friend auto operator<=>(const Frozen&, const Frozen&) = default;
  };
  // What a snapshot says of the transactions of one sink subtask.
  struct State {
    CheckpointId checkpoint;     // of the snapshot
    TransactionId current = 0;   // open: to be aborted by whoever restores; none: 0
    std::vector<Frozen> frozen;  // to be committed by whoever restores
    void encode(ByteWriter& out) const;
    static State decode(ByteReader& in);
  };

  TwoPhaseCommit(uint32_t subtask, uint32_t attempt,
                 EmptyTransaction empty = EmptyTransaction::kGoesOn);

  TransactionId current() const { return current_; }  // none: 0
  uint64_t rows() const { return rows_; }             // of the current transaction
  void add_rows(uint64_t rows) { rows_ += rows; }

  // All input has come: what is frozen next is the last, no other is begun.
  void finish() { finished_ = true; }

  // Takes over what a snapshot has frozen.
  void restore(const State& state);
  // What is frozen now and must be pre-committed; none where the open transaction has no rows.
  std::optional<PreCommit> freeze(CheckpointId checkpoint);
  State state(CheckpointId checkpoint) const;
  // The transactions to commit now that `checkpoint` has completed, in order. Stale notices give
  // nothing. They stay in the state until committed() is called.
  std::vector<TransactionId> complete(CheckpointId checkpoint);
  // The commit was answered.
  void committed(TransactionId transaction);

 private:
  struct Kept {
    Frozen frozen;
    bool committing = false;
  };

  const uint32_t subtask_;
  const uint32_t attempt_;
  const EmptyTransaction empty_;
  bool finished_ = false;
  uint32_t counter_ = 0;
  TransactionId current_;
  uint64_t rows_ = 0;
  std::vector<Kept> kept_;  // by checkpoint
};

}  // namespace leat
