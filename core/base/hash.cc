#include "core/base/hash.h"

#include <bit>
#include <cstring>

namespace leat {

namespace {
static_assert(std::endian::native == std::endian::little, "words of bytes are read as they stand");
uint64_t load(const unsigned char* p, size_t n) {
  uint64_t word = 0;
  std::memcpy(&word, p, n);
  return word;
}
}  // namespace

uint64_t hash_bytes(const void* data, size_t size, uint64_t seed) {
  const auto* p = static_cast<const unsigned char*>(data);
  uint64_t h = seed ^ mix(size + 0x9e3779b97f4a7c15ULL);
  // Long stretches in two chains, so that one multiplication does not wait for the other.
  uint64_t g = h ^ 0x8ebc6af09c88c6e3ULL;
  for (; size >= 16; p += 16, size -= 16) {
    h = mum(h ^ load(p, 8), 0xa0761d6478bd642fULL) + size;
    g = mum(g ^ load(p + 8, 8), 0x589965cc75374cc3ULL) + size;
  }
  h = mum(h ^ g, 0x1d8e4e27c47d124fULL);
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
