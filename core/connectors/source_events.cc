#include "core/connectors/source_events.h"

namespace leat {

namespace {

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

Bytes ReaderStarted::encode() const {
  ByteWriter out;
  write_splits(splits, out);
  return out.take();
}

ReaderStarted ReaderStarted::decode(std::string_view event) {
  ByteReader in(event);
  return {read_splits(in)};
}

Bytes SplitsAssigned::encode() const {
  ByteWriter out;
  write_splits(splits, out);
  out.boolean(no_more);
  return out.take();
}

SplitsAssigned SplitsAssigned::decode(std::string_view event) {
  ByteReader in(event);
  SplitsAssigned assigned{read_splits(in), false};
  assigned.no_more = in.boolean();
  return assigned;
}

}  // namespace leat
