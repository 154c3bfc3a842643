#include "core/base/hash.h"

#include <cstring>

namespace leat {

namespace {
uint64_t load(const unsigned char* p, size_t n) {
  // Assembled byte by byte, so that the result does not depend on the machine's byte order.
  uint64_t word = 0;
  for (size_t i = 0; i < n; ++i) word |= static_cast<uint64_t>(p[i]) << (8 * i);
  return word;
}
}  // namespace

uint64_t hash_bytes(const void* data, size_t size, uint64_t seed) {
  const auto* p = static_cast<const unsigned char*>(data);
  uint64_t h = seed ^ mix(size + 0x9e3779b97f4a7c15ULL);
  for (; size >= 8; p += 8, size -= 8) h = mum(h ^ load(p, 8), 0xa0761d6478bd642fULL) + size;
  if (size > 0) h = mum(h ^ load(p, size), 0xe7037ed1a0b428dbULL) + size;
  return mix(h);
}

std::string Digest::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint64_t word : {high(), low()}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(word >> shift) & 15];
  }
  return text;
}

}  // namespace leat
