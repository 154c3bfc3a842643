// Sinks of writer and committer, as decisions only. (Flink: SinkWriterOperator, CommitterOperator,
// CommittableCollector; recorded in machine/two_phase, "sink" and "committer".)
//
// A writer hands over, under the id of each checkpoint, a summary and what is to be committed. The
// committer commits, when a checkpoint has completed, everything up to the highest id that it was
// ever told, one checkpoint after the other.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "core/base/ids.h"
#include "core/data/value.h"

namespace leat {

// The id under which a writer hands over.
class HandOver {
 public:
  explicit HandOver(CheckpointId restored = {}) : last_(restored) {}

  // Before the barrier of a checkpoint. False: nothing, all was handed over at the end.
  bool at_checkpoint(CheckpointId id);
  // What is left goes under the next id, even if no checkpoint of that id ever comes.
  CheckpointId at_end();
  bool ended() const { return ended_; }

 private:
  CheckpointId last_;
  bool ended_ = false;
};

struct CommittableSummary {
  uint32_t subtask = 0;
  uint32_t subtasks = 1;
  CheckpointId checkpoint;
  uint32_t count = 0;
};

struct CommitRequest {
  enum class Outcome : uint8_t { kCommitted, kRetry, kFailed };
  Value committable;
  Outcome outcome = Outcome::kCommitted;  // for the committer to say
};

class SinkCommitter {
 public:
  // Says for each request what became of it; may change a committable that is to be tried again.
  // What it throws ends the commit.
  using Commit = std::function<void(std::vector<CommitRequest>& requests)>;
  // What was committed for one checkpoint, in the order of the subtasks.
  using Committed = std::function<void(CheckpointId checkpoint, const std::vector<Value>&)>;

  explicit SinkCommitter(uint32_t retries) : retries_(retries) {}

  // Both throw JobError for what was not announced, or twice.
  void add(const CommittableSummary& summary);
  void add(Value committable, CheckpointId checkpoint, uint32_t subtask);

  // Throws JobError where a writer has sent less than it announced, or requests ask to be tried
  // again too often.
  void complete(CheckpointId checkpoint, const Commit& commit, const Committed& committed);

 private:
  struct FromWriter {
    uint32_t announced = 0;
    std::vector<Value> committables;
  };
  using OfCheckpoint = std::map<uint32_t, FromWriter>;  // by subtask

  std::vector<Value> commit_one(const OfCheckpoint& pending, const Commit& commit) const;

  uint32_t retries_;
  CheckpointId completed_;  // the highest told
  std::map<CheckpointId, OfCheckpoint> pending_;
};

}  // namespace leat
