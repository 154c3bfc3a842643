#include "core/data/row_batch.h"

#include "core/base/hash.h"

namespace leat {

void RowBatch::push_unstamped(Timestamp time) {
  unstamped_.resize(stamps_.size(), 0);
  unstamped_.push_back(time ? 0 : 1);
}

void RowBatch::set_timestamp(uint32_t i, Timestamp time) {
  if (!time && unstamped_.empty()) unstamped_.resize(stamps_.size(), 0);
  if (!unstamped_.empty()) unstamped_[i] = time ? 0 : 1;
  stamps_[i] = time ? time->ms : 0;
}

uint64_t RowBatch::hash() const {
  // Two independent chains: the cells' hashes do not wait for one another's multiplication.
  uint64_t cells = width_;
  for (const Value& cell : cells_) cells = (cells << 7 | cells >> 57) * 0x9e3779b97f4a7c15ULL ^ cell.hash();
  uint64_t stamps = size();
  for (const int64_t stamp : stamps_) {
    stamps = (stamps << 9 | stamps >> 55) * 0xd6e8feb86659fd93ULL ^ static_cast<uint64_t>(stamp);
  }
  for (const uint8_t bit : unstamped_) stamps = mix(stamps + bit);
  return mix(cells, stamps);
}

uint64_t hash_row(RowView row, Timestamp time) {
  uint64_t h = mix(row.size());
  for (const Value& cell : row) h = mix(h, cell.hash());
  return time ? mix(h, static_cast<uint64_t>(time->ms)) : mix(h, 0x6e6f6e65, 1);
}

std::string to_text(RowView row) {
  std::string text;
  for (const Value& cell : row) text += (&cell == row.data() ? "" : ", ") + cell.to_text();
  return text;
}

void RowBatch::encode(ByteWriter& out) const {
  out.varint(width_);
  out.varint(size());
  out.boolean(!unstamped_.empty());
  int64_t before = 0;  // neighbours are close in time: differences are short
  for (uint32_t i = 0; i < size(); ++i) {
    out.zigzag(wrapping_sub(stamps_[i], before));
    before = stamps_[i];
    if (!unstamped_.empty()) out.u8(unstamped_[i]);
    for (const Value& cell : row(i)) cell.encode(out);
  }
}

RowBatch RowBatch::decode(ByteReader& in) {
  RowBatch batch(in.u32());
  const uint32_t size = in.u32();
  check(size <= in.remaining(), "a batch is longer than its bytes");
  const bool flags = in.boolean();
  batch.reserve(size);
  int64_t before = 0;
  for (uint32_t i = 0; i < size; ++i) {
    before = wrapping_add(before, in.zigzag());
    const bool stamped = !flags || in.u8() == 0;
    for (Value& cell : batch.append(stamped ? Timestamp(EventTime{before}) : std::nullopt)) {
      cell = Value::decode(in);
    }
    if (!stamped) batch.stamps_[i] = before;
  }
  return batch;
}

}  // namespace leat
