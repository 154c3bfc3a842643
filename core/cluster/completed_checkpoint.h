// A checkpoint that counts: where the state of every subtask and source coordinator is.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/runtime/task.h"

namespace leat {

struct SubtaskSnapshot {
  SubtaskId subtask;
  bool finished = false;  // it was over; restored, it starts without state and finds no input left
  SnapshotHandle handle;
};

struct CompletedCheckpoint {
  CheckpointId id;
  ProcTime timestamp;
  std::vector<SubtaskSnapshot> subtasks;               // in the order of vertices and indices
  std::vector<std::pair<NodeId, Bytes>> coordinators;  // by source node

  void encode(ByteWriter& out) const;
  static CompletedCheckpoint decode(ByteReader& in);

  const SnapshotHandle* find(SubtaskId subtask) const;
  const Bytes* coordinator(NodeId node) const;
};

}  // namespace leat
