#include "core/cluster/wire.h"

namespace leat::rpc {

void FieldWriter::operator()(const Placement& v) {
  out_.varint(v.attempt);
  out_.id(v.process);
}

void FieldReader::operator()(Placement& v) {
  v.attempt = in_.u32();
  v.process = in_.process();
}

void FieldReader::operator()(JobStatus& v) {
  const uint8_t raw = in_.u8();
  check(raw <= static_cast<uint8_t>(JobStatus::kFinished), "a message has an unknown job status");
  v = static_cast<JobStatus>(raw);
}

void FieldReader::operator()(ExecutionState& v) {
  const uint8_t raw = in_.u8();
  check(raw <= static_cast<uint8_t>(ExecutionState::kFailed),
        "a message has an unknown execution state");
  v = static_cast<ExecutionState>(raw);
}

void FieldReader::operator()(AbortReason& v) {
  const uint8_t raw = in_.u8();
  check(raw <= static_cast<uint8_t>(AbortReason::kTaskNotRunning),
        "a message has an unknown reason");
  v = static_cast<AbortReason>(raw);
}

MessageType type_of(std::string_view body) {
  check(!body.empty(), "a message is empty");
  return static_cast<MessageType>(body[0]);
}

Fence fence_of(std::string_view body) {
  ByteReader in(body);
  in.u8();
  Fence fence;
  fence.leader = in.varint();
  fence.registration = in.varint();
  return fence;
}

}  // namespace leat::rpc
