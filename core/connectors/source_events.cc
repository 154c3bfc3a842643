#include "core/connectors/source_events.h"

#include "core/base/check.h"

namespace leat {

namespace {

void begin(SourceEventKind kind, ByteWriter& out) { out.u8(static_cast<uint8_t>(kind)); }

ByteReader open(std::string_view event, SourceEventKind kind) {
  check(kind_of_event(event) == kind, "an event of a source is read as another");
  ByteReader in(event);
  in.u8();
  return in;
}

Bytes encode_time(SourceEventKind kind, EventTime time) {
  ByteWriter out;
  begin(kind, out);
  out.time(time);
  return out.take();
}

void write_splits(const std::vector<uint32_t>& splits, ByteWriter& out) {
  out.varint(splits.size());
  for (const uint32_t split : splits) out.varint(split);
}

std::vector<uint32_t> read_splits(ByteReader& in) {
  std::vector<uint32_t> splits;
  for (uint64_t n = in.varint(); n > 0; --n) splits.push_back(in.u32());
  return splits;
}

}  // namespace

SourceEventKind kind_of_event(std::string_view event) {
  ByteReader in(event);
  return static_cast<SourceEventKind>(in.u8());
}

Bytes ReaderStarted::encode() const {
  ByteWriter out;
  begin(SourceEventKind::kReaderStarted, out);
  write_splits(splits, out);
  return out.take();
}

ReaderStarted ReaderStarted::decode(std::string_view event) {
  ByteReader in = open(event, SourceEventKind::kReaderStarted);
  return {read_splits(in)};
}

Bytes SplitsAssigned::encode() const {
  ByteWriter out;
  begin(SourceEventKind::kSplitsAssigned, out);
  write_splits(splits, out);
  out.boolean(no_more);
  return out.take();
}

SplitsAssigned SplitsAssigned::decode(std::string_view event) {
  ByteReader in = open(event, SourceEventKind::kSplitsAssigned);
  SplitsAssigned assigned{read_splits(in), false};
  assigned.no_more = in.boolean();
  return assigned;
}

Bytes ReaderWatermark::encode() const {
  return encode_time(SourceEventKind::kReaderWatermark, time);
}

ReaderWatermark ReaderWatermark::decode(std::string_view event) {
  return {open(event, SourceEventKind::kReaderWatermark).event_time()};
}

Bytes AlignmentLimit::encode() const {
  return encode_time(SourceEventKind::kAlignmentLimit, limit);
}

AlignmentLimit AlignmentLimit::decode(std::string_view event) {
  return {open(event, SourceEventKind::kAlignmentLimit).event_time()};
}

}  // namespace leat
