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
  ByteWriter() = default;
  ByteWriter(const ByteWriter&) = delete;  // it may write into itself
  ByteWriter& operator=(const ByteWriter&) = delete;

  void u8(uint8_t v) {
    *room(1) = static_cast<char>(v);
    ++size_;
  }
  void boolean(bool v) { u8(v ? 1 : 0); }
  void varint(uint64_t v) { put_varint(room(10), v); }
  void zigzag(int64_t v) { varint(folded(v)); }
  // u8(), then zigzag(): most cells of most rows.
  void tagged(uint8_t tag, int64_t v) {
    char* const at = room(11);
    *at = static_cast<char>(tag);
    ++size_;
    put_varint(at + 1, folded(v));
  }
  void fixed64(uint64_t v);
  void text(std::string_view v) {
    varint(v.size());
    raw(v);
  }
  void raw(std::string_view v) {
    v.copy(room(v.size()), v.size());
    size_ += v.size();
  }

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

  size_t size() const { return size_; }
  // Makes room at once for what will be written.
  void reserve(size_t n) {
    if (room_ - size_ < n) grow(n);
  }
  // What was written; the writer is empty afterwards.
  Bytes take();
  std::string_view bytes() const { return {at_, size_}; }

 private:
  static uint64_t folded(int64_t v) {
    return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
  }
  void put_varint(char* const begin, uint64_t v) {
    char* at = begin;
    while (v >= 0x80) {
      *at++ = static_cast<char>(v | 0x80);
      v >>= 7;
    }
    *at++ = static_cast<char>(v);
    size_ += static_cast<size_t>(at - begin);
  }
  // Room for `n` more bytes, to be filled before anything else is asked of the writer.
  char* room(size_t n) {
    if (room_ - size_ < n) grow(n);
    return at_ + size_;
  }
  void grow(size_t n);

  static constexpr size_t kShort = 128;  // most messages are not longer
  char short_[kShort];                   // not initialized: what is read was written before
  Bytes long_;                           // longer than what was written, where that is not short
  char* at_ = short_;
  size_t room_ = kShort;
  size_t size_ = 0;
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
  uint64_t varint() {
    // Most numbers are small.
    if (pos_ < in_.size() && static_cast<unsigned char>(in_[pos_]) < 0x80) {
      return static_cast<unsigned char>(in_[pos_++]);
    }
    return long_varint();
  }
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
  uint64_t long_varint();

  std::string_view in_;
  size_t pos_ = 0;
};

}  // namespace leat
