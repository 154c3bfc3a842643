// Canonical bytes: what crosses from one process to another, and what storage keeps. One value has
// one encoding (integers as little-endian varints, signed ones zigzag), on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

using Bytes = std::string;

class ByteWriter {
 public:
  void u8(uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void boolean(bool v) { u8(v ? 1 : 0); }
  void varint(uint64_t v);
  void zigzag(int64_t v) {
    varint((static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63));
  }
  void fixed64(uint64_t v);
  void text(std::string_view v) {
    varint(v.size());
    out_.append(v);
  }
  void raw(std::string_view v) { out_.append(v); }

  void id(ProcessId v) { varint(v.value); }
  void id(NodeId v) { varint(v.value); }
  void id(VertexId v) { varint(v.value); }
  void id(CheckpointId v) { varint(v.value); }
  void id(SubtaskId v) {
    id(v.vertex);
    varint(v.index);
  }
  void id(ExecutionId v) {
    id(v.subtask);
    varint(v.attempt);
  }
  void time(ProcTime t) { zigzag(t.ms); }
  void time(EventTime t) { zigzag(t.ms); }

  size_t size() const { return out_.size(); }
  Bytes take() { return std::move(out_); }
  const Bytes& bytes() const { return out_; }

 private:
  Bytes out_;
};

// Reads what ByteWriter wrote. The bytes come from our own writers, so a short or malformed input
// is an invariant violation, never undefined behaviour.
class ByteReader {
 public:
  // Does not own the bytes.  REQUIRES: they outlive the reader.
  explicit ByteReader(std::string_view bytes) : in_(bytes) {}

  uint8_t u8() {
    check(pos_ < in_.size(), "bytes end early");
    return static_cast<uint8_t>(in_[pos_++]);
  }
  bool boolean() { return u8() != 0; }
  uint64_t varint();
  uint32_t u32() {
    const uint64_t v = varint();
    check(v <= 0xffffffffULL, "a 32-bit number is larger than that");
    return static_cast<uint32_t>(v);
  }
  int64_t zigzag() {
    const uint64_t v = varint();
    return static_cast<int64_t>((v >> 1) ^ (~(v & 1) + 1));
  }
  uint64_t fixed64();
  std::string_view text() { return raw(varint()); }
  std::string_view raw(uint64_t size);

  ProcessId process() { return {u32()}; }
  NodeId node() { return {u32()}; }
  VertexId vertex() { return {u32()}; }
  CheckpointId checkpoint() { return {varint()}; }
  SubtaskId subtask() {
    const VertexId v = vertex();
    return {v, u32()};
  }
  ExecutionId execution() {
    const SubtaskId s = subtask();
    return {s, u32()};
  }
  ProcTime proc_time() { return {zigzag()}; }
  EventTime event_time() { return {zigzag()}; }

  bool at_end() const { return pos_ == in_.size(); }
  size_t remaining() const { return in_.size() - pos_; }

 private:
  std::string_view in_;
  size_t pos_ = 0;
};

}  // namespace leat
