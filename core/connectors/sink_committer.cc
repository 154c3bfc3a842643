#include "core/connectors/sink_committer.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

bool HandOver::at_checkpoint(CheckpointId id) {
  last_ = id;
  return !ended_;
}

CheckpointId HandOver::at_end() {
  ended_ = true;
  return {last_.value + 1};
}

void SinkCommitter::add(const CommittableSummary& summary) {
  const bool first = pending_[summary.checkpoint]
                         .try_emplace(summary.subtask, FromWriter{summary.count, {}})
                         .second;
  if (!first) throw JobError("a writer announces what it hands over twice");
}

void SinkCommitter::add(Value committable, CheckpointId checkpoint, uint32_t subtask) {
  const auto found = pending_.find(checkpoint);
  if (found == pending_.end() || !found->second.contains(subtask)) {
    throw JobError("a writer hands over what it has not announced");
  }
  FromWriter& from = found->second.at(subtask);
  if (from.committables.size() >= from.announced) {
    throw JobError("a writer hands over more than it has announced");
  }
  from.committables.push_back(std::move(committable));
}

void SinkCommitter::complete(CheckpointId checkpoint, const Commit& commit,
                             const Committed& committed) {
  completed_ = std::max(completed_, checkpoint);
  while (!pending_.empty() && pending_.begin()->first <= completed_) {
    const auto first = pending_.begin();
    committed(first->first, commit_one(first->second, commit));
    pending_.erase(first);
  }
}

// One call for all writers; then only what asks for it is tried again.
std::vector<Value> SinkCommitter::commit_one(const OfCheckpoint& pending,
                                             const Commit& commit) const {
  std::vector<CommitRequest> all;
  for (const auto& [subtask, from] : pending) {
    if (from.committables.size() < from.announced) {
      throw JobError("a writer has handed over less than it has announced");
    }
    for (const Value& committable : from.committables) all.push_back({committable});
  }
  std::vector<size_t> left(all.size());
  for (size_t i = 0; i < left.size(); ++i) left[i] = i;
  for (uint32_t call = 0; !left.empty(); ++call) {
    if (call > retries_) throw JobError("a commit was tried too often");
    std::vector<CommitRequest> requests;
    for (const size_t i : left) requests.push_back({all[i].committable});
    commit(requests);
    std::vector<size_t> again;
    for (size_t k = 0; k < left.size(); ++k) {
      all[left[k]] = requests[k];
      if (requests[k].outcome == CommitRequest::Outcome::kRetry) again.push_back(left[k]);
    }
    left = std::move(again);
  }
  std::vector<Value> done;
  for (CommitRequest& request : all) {
    if (request.outcome == CommitRequest::Outcome::kCommitted) {
      done.push_back(std::move(request.committable));
    }
  }
  return done;
}

}  // namespace leat
