#include "core/connectors/two_phase_commit.h"

#include <algorithm>

namespace leat {

void TwoPhaseCommit::State::encode(ByteWriter& out) const {
  out.id(checkpoint);
  out.varint(current);
  out.varint(frozen.size());
  for (const Frozen& one : frozen) {
    out.id(one.checkpoint);
    out.varint(one.transaction);
  }
}

TwoPhaseCommit::State TwoPhaseCommit::State::decode(ByteReader& in) {
  State state;
  state.checkpoint = in.checkpoint();
  state.current = in.varint();
  for (uint64_t n = in.varint(); n > 0; --n) {
    const CheckpointId checkpoint = in.checkpoint();
    state.frozen.push_back({checkpoint, in.varint()});
  }
  return state;
}

TwoPhaseCommit::TwoPhaseCommit(uint32_t subtask, uint32_t attempt, EmptyTransaction empty)
    : subtask_(subtask),
      attempt_(attempt),
      empty_(empty),
      current_(transaction_id(subtask, attempt, 0)) {}

void TwoPhaseCommit::restore(const State& state) {
  for (const Frozen& frozen : state.frozen) kept_.push_back({frozen, false});
}

std::optional<PreCommit> TwoPhaseCommit::freeze(CheckpointId checkpoint) {
  if (current_ == 0) return std::nullopt;
  if (rows_ == 0 && empty_ == EmptyTransaction::kGoesOn) return std::nullopt;
  const PreCommit frozen{current_, checkpoint, rows_};
  kept_.push_back({{checkpoint, current_}, false});
  current_ = finished_ ? 0 : transaction_id(subtask_, attempt_, ++counter_);
  rows_ = 0;
  return frozen;
}

TwoPhaseCommit::State TwoPhaseCommit::state(CheckpointId checkpoint) const {
  State state{checkpoint, current_, {}};
  for (const Kept& kept : kept_) state.frozen.push_back(kept.frozen);
  return state;
}

std::vector<TransactionId> TwoPhaseCommit::complete(CheckpointId checkpoint) {
  std::vector<TransactionId> commits;
  for (Kept& kept : kept_) {
    if (kept.committing || kept.frozen.checkpoint > checkpoint) continue;
    kept.committing = true;
    commits.push_back(kept.frozen.transaction);
  }
  return commits;
}

void TwoPhaseCommit::committed(TransactionId transaction) {
  std::erase_if(kept_, [&](const Kept& kept) { return kept.frozen.transaction == transaction; });
}

}  // namespace leat
