#include "core/data/row_batch.h"

#include <algorithm>

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

std::span<Value> RowBatch::append_unstamped(uint32_t rows) {
  unstamped_.resize(stamps_.size(), 0);
  unstamped_.resize(stamps_.size() + rows, 1);
  stamps_.resize(stamps_.size() + rows, 0);
  return append_cells(rows);
}

std::span<Value> RowBatch::append_all(uint32_t rows, EventTime time) {
  if (!unstamped_.empty()) unstamped_.resize(stamps_.size() + rows, 0);
  stamps_.resize(stamps_.size() + rows, time.ms);
  return append_cells(rows);
}

void RowBatch::grow() { cells_.reserve(std::max(cells_.size() * 2, cells_.size() + width_)); }

std::span<Value> RowBatch::append_cells(uint32_t rows) {
  cells_hash_ = 0;
  const size_t before = cells_.size();
  cells_.resize(before + size_t{rows} * width_);
  return std::span<Value>(cells_).subspan(before);
}

namespace {

// Four independent chains, so that no word waits for another's multiplication; each keeps the order
// of its own, and a word's place decides its chain.
template <class Step>
uint64_t chain_up(size_t size, uint64_t seed, Step step) {
  if (size < 8) {  // a batch of a row or two: one chain is over sooner than four are folded
    uint64_t chain = seed + size;
    for (size_t i = 0; i < size; ++i) chain = step(chain, i);
    return mix(chain);
  }
  uint64_t a = 1;
  uint64_t b = 2;
  uint64_t c = 3;
  uint64_t d = 4;
  size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    a = step(a, i);
    b = step(b, i + 1);
    c = step(c, i + 2);
    d = step(d, i + 3);
  }
  for (; i < size; ++i) a = step(a, i);
  return mix(mix(mix(seed + size), a, b), c, d);
}

}  // namespace

uint64_t RowBatch::hash_of_cells() const {
  return chain_up(cells_.size(), width_,
                  [&](uint64_t chain, size_t i) { return cells_[i].hash(chain); });
}

uint64_t RowBatch::hash() const {
  if (cells_hash_ == 0) cells_hash_ = hash_of_cells();
  const uint64_t cells = cells_hash_;
  const auto flagged = [&](uint8_t flag) {
    return std::memchr(unstamped_.data(), flag, unstamped_.size()) != nullptr;
  };
  const bool none_stamped = !unstamped_.empty() && !flagged(0);
  if (none_stamped) return mix(cells, 0x6e6f6e65);
  const uint64_t pairs = chain_up(stamps_.size() / 2, 0x7374, [&](uint64_t chain, size_t i) {
    return mum(static_cast<uint64_t>(stamps_[2 * i]) ^ chain,
               static_cast<uint64_t>(stamps_[2 * i + 1]) ^ 0xe7037ed1a0b428dbULL);
  });
  const uint64_t last = stamps_.size() % 2 == 1 ? static_cast<uint64_t>(stamps_.back()) : 0;
  const uint64_t flags = !all_stamped() ? hash_bytes(unstamped_.data(), unstamped_.size()) : 0;
  return mix(mix(cells, pairs, last), flags);
}

uint64_t hash_row(RowView row, Timestamp time) {
  uint64_t h = row.size() + 0x726f77;
  for (const Value& cell : row) h = cell.hash(h);
  return time ? mix(h ^ mum(static_cast<uint64_t>(time->ms), 0xe7037ed1a0b428dbULL) ^ 1) : mix(h);
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
  check(uint64_t{size} * std::max(batch.width_, 1U) <= in.remaining(),
        "a batch is longer than its bytes");
  const bool flags = in.boolean();
  batch.stamps_.resize(size);
  batch.unstamped_.resize(flags ? size : 0);
  Value* cell = batch.append_cells(size).data();
  int64_t before = 0;
  for (uint32_t i = 0; i < size; ++i) {
    before = wrapping_add(before, in.zigzag());
    batch.stamps_[i] = before;
    if (flags) batch.unstamped_[i] = in.u8();
    for (uint32_t c = 0; c < batch.width_; ++c) *cell++ = Value::decode(in);
  }
  return batch;
}

}  // namespace leat
