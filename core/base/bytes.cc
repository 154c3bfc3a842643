#include "core/base/bytes.h"

#include <algorithm>
#include <utility>

namespace leat {

void ByteWriter::grow(size_t n) {
  const bool first = at_ == short_;
  long_.resize(std::max(room_ * 2, size_ + n));
  if (first) std::copy_n(short_, size_, long_.data());
  at_ = long_.data();
  room_ = long_.size();
}

Bytes ByteWriter::take() {
  // What is kept for long must not hold on to room that it does not need.
  const bool wasteful = long_.size() > 256 && long_.size() / 8 > size_ / 7;
  Bytes all = at_ == short_ || wasteful ? Bytes(bytes()) : std::move(long_);
  all.resize(size_);
  long_.clear();
  at_ = short_;
  room_ = kShort;
  size_ = 0;
  return all;
}

void ByteWriter::fixed64(uint64_t v) {
  char raw[8];
  for (int i = 0; i < 8; ++i) raw[i] = static_cast<char>(v >> (8 * i));
  this->raw({raw, 8});
}

uint64_t ByteReader::long_varint() {
  const size_t size = std::min<size_t>(in_.size() - pos_, 10);
  const char* const at = in_.data() + pos_;
  uint64_t v = 0;
  for (size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(at[i]);
    v |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      pos_ += i + 1;
      return v;
    }
  }
  check(size == 10, "bytes end early");
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
