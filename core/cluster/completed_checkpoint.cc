#include "core/cluster/completed_checkpoint.h"

namespace leat {

void CompletedCheckpoint::encode(ByteWriter& out) const {
  out.id(id);
  out.time(timestamp);
  out.varint(subtasks.size());
  for (const SubtaskSnapshot& s : subtasks) {
    out.id(s.subtask);
    out.boolean(s.finished);
    s.handle.encode(out);
  }
  out.varint(coordinators.size());
  for (const auto& [node, state] : coordinators) {
    out.id(node);
    out.text(state);
  }
}

CompletedCheckpoint CompletedCheckpoint::decode(ByteReader& in) {
  CompletedCheckpoint checkpoint;
  checkpoint.id = in.checkpoint();
  checkpoint.timestamp = in.proc_time();
  for (uint64_t n = in.varint(); n > 0; --n) {
    SubtaskSnapshot s;
    s.subtask = in.subtask();
    s.finished = in.boolean();
    s.handle = SnapshotHandle::decode(in);
    checkpoint.subtasks.push_back(std::move(s));
  }
  for (uint64_t n = in.varint(); n > 0; --n) {
    const NodeId node = in.node();
    checkpoint.coordinators.emplace_back(node, Bytes(in.text()));
  }
  return checkpoint;
}

const SnapshotHandle* CompletedCheckpoint::find(SubtaskId subtask) const {
  for (const SubtaskSnapshot& s : subtasks) {
    if (s.subtask == subtask) return &s.handle;
  }
  return nullptr;
}

const Bytes* CompletedCheckpoint::coordinator(NodeId node) const {
  for (const auto& [of, state] : coordinators) {
    if (of == node) return &state;
  }
  return nullptr;
}

}  // namespace leat
