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

std::span<Value> RowBatch::append_unstamped(uint32_t rows) {
  unstamped_.resize(stamps_.size(), 0);
  unstamped_.resize(stamps_.size() + rows, 1);
  stamps_.resize(stamps_.size() + rows, 0);
  const size_t before = cells_.size();
  cells_.resize(before + size_t{rows} * width_);
  return std::span<Value>(cells_).subspan(before);
}

namespace {

// Four independent chains, so that no word waits for another's multiplication; each keeps the order
// of its own, and a word's place decides its chain. Four a turn, so that the chains stay in
// registers.
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

uint64_t turned(uint64_t chain) { return chain << 7 | chain >> 57; }

uint64_t add_word(uint64_t chain, uint64_t word) {
  return turned(chain) * 0x9e3779b97f4a7c15ULL ^ word;
}

}  // namespace

uint64_t RowBatch::hash() const {
  const uint64_t cells = chain_up(cells_.size(), width_, [&](uint64_t chain, size_t i) {
    return cells_[i].hash(turned(chain) ^ 0x9e3779b97f4a7c15ULL);
  });
  const uint64_t stamps = chain_up(stamps_.size(), 0x7374, [&](uint64_t chain, size_t i) {
    return add_word(chain, static_cast<uint64_t>(stamps_[i]));
  });
  const uint64_t flags = chain_up(unstamped_.size(), 0x666c, [&](uint64_t chain, size_t i) {
    return add_word(chain, unstamped_[i]);
  });
  return mix(cells, stamps, flags);
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
