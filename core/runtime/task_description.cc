#include "core/runtime/task.h"

namespace leat {

void TaskDescription::encode(ByteWriter& out) const {
  out.id(execution);
  out.id(restore_from);
  out.text(snapshot_blob);
  out.varint(peers.size());
  for (const auto& [subtask, placement] : peers) {
    out.id(subtask);
    out.varint(placement.attempt);
    out.id(placement.process);
  }
}

TaskDescription TaskDescription::decode(ByteReader& in) {
  TaskDescription task;
  task.execution = in.execution();
  task.restore_from = in.checkpoint();
  task.snapshot_blob = in.text();
  for (uint64_t rest = in.varint(); rest > 0; --rest) {
    const SubtaskId subtask = in.subtask();
    const uint32_t attempt = in.u32();
    task.peers[subtask] = {attempt, in.process()};
  }
  return task;
}

void SnapshotHandle::encode(ByteWriter& out) const {
  out.text(blob);
  out.varint(bytes);
  out.fixed64(hash);
}

SnapshotHandle SnapshotHandle::decode(ByteReader& in) {
  SnapshotHandle handle;
  handle.blob = in.text();
  handle.bytes = in.varint();
  handle.hash = in.fixed64();
  return handle;
}

}  // namespace leat
