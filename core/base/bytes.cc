#include "core/base/bytes.h"

#include <algorithm>

namespace leat {

void ByteWriter::grow(size_t n) {
  // Fifteen bytes need no memory of their own.
  constexpr size_t kShort = 15;
  out_.resize(std::max({out_.size() * 2, size_ + n, kShort}));
}

void ByteWriter::fixed64(uint64_t v) {
  char raw[8];
  for (int i = 0; i < 8; ++i) raw[i] = static_cast<char>(v >> (8 * i));
  this->raw({raw, 8});
}

uint64_t ByteReader::long_varint() {
  uint64_t v = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = u8();
    v |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return v;
  }
  fail_check("a varint is longer than ten bytes");
}

uint64_t ByteReader::fixed64() {
  const std::string_view eight = raw(8);
  uint64_t v = 0;
  for (int i = 0; i < 8; ++i) {
    v |= static_cast<uint64_t>(static_cast<unsigned char>(eight[static_cast<size_t>(i)]))
         << (8 * i);
  }
  return v;
}

std::string_view ByteReader::raw(uint64_t size) {
  check(size <= in_.size() - pos_, "bytes end early");
  const std::string_view part = in_.substr(pos_, size);
  pos_ += size;
  return part;
}

}  // namespace leat
