#include "core/runtime/channel_state.h"

namespace leat {

namespace {

void encode_batches(const std::vector<ChannelBatch>& batches, ByteWriter& out) {
  out.varint(batches.size());
  for (const ChannelBatch& one : batches) {
    out.varint(one.channel);
    one.batch.encode(out);
  }
}

std::vector<ChannelBatch> decode_batches(ByteReader& in) {
  std::vector<ChannelBatch> batches;
  for (uint64_t n = in.varint(); n > 0; --n) {
    const uint32_t channel = in.u32();
    batches.push_back({channel, Batch::decode(in)});
  }
  return batches;
}

bool is_kept(const Control& control) { return std::holds_alternative<Watermark>(control); }

}  // namespace

std::optional<Batch> data_of(const Batch& batch) {
  const bool kept = is_kept(batch.control);
  if (batch.rows.empty() && !kept) return std::nullopt;
  return Batch{batch.rows, kept ? batch.control : Control{}};
}

uint64_t sum_of_hashes(const RowBatch& rows) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rows.size(); ++i) sum += hash_row(rows.row(i), rows.timestamp(i));
  return sum;
}

Bytes encode_snapshot(std::string_view operators, const ChannelState& channels) {
  ByteWriter out;
  out.text(operators);
  encode_batches(channels.in, out);
  encode_batches(channels.out, out);
  return out.take();
}

TaskSnapshot decode_snapshot(std::string_view bytes) {
  ByteReader in(bytes);
  TaskSnapshot snapshot;
  snapshot.operators = in.text();
  snapshot.channels.in = decode_batches(in);
  snapshot.channels.out = decode_batches(in);
  return snapshot;
}

}  // namespace leat
