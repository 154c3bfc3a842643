// Hashes that are the same on every machine, compiler and run. Two uses: keyed chance (a pure
// function of its key), and the digest of what happened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leat {

// The 128-bit product of a and b, folded to 64 bits: one multiplication, good mixing.
inline uint64_t mum(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// A full avalanche of one word (the finaliser of splitmix64).
constexpr uint64_t mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return x;
}
constexpr uint64_t half_mixed(uint64_t a) { return mix(a + 0x9e3779b97f4a7c15ULL); }
// mix(half_mixed(a) ^ b), for who asks with one `a` again and again.
constexpr uint64_t mix(uint64_t a, uint64_t b) { return mix(half_mixed(a) ^ b); }
constexpr uint64_t mix(uint64_t a, uint64_t b, uint64_t c) { return mix(mix(a, b), c); }

// FNV-1a with a final avalanche; constexpr, so that names become numbers at compile time.
constexpr uint64_t hash_name(std::string_view name) {
  uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : name) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3ULL;
  }
  return mix(h);
}

// A hash of bytes, for contents.
uint64_t hash_bytes(const void* data, size_t size, uint64_t seed = 0);
inline uint64_t hash_bytes(std::string_view bytes, uint64_t seed = 0) {
  return hash_bytes(bytes.data(), bytes.size(), seed);
}

// Everything that was added, in order, in 128 bits. Changing one bit of one word changes it.
class Digest {
 public:
  void add(uint64_t word) {
    low_ = mum(low_ ^ word, 0x9e3779b97f4a7c15ULL) + high_;
    high_ = (high_ ^ word) * 0xd6e8feb86659fd93ULL + 0x2545f4914f6cdd1dULL;
  }
  void add(int64_t word) { add(static_cast<uint64_t>(word)); }
  void add(std::string_view bytes) {
    add(static_cast<uint64_t>(bytes.size()));
    add(hash_bytes(bytes));
  }
  uint64_t low() const { return mix(low_, high_); }
  uint64_t high() const { return mix(high_, low_ ^ 0x5851f42d4c957f2dULL); }
  std::string hex() const;  // 32 digits
  friend bool operator==(const Digest&, const Digest&) = default;

 private:
  uint64_t low_ = 0x243f6a8885a308d3ULL;
  uint64_t high_ = 0x13198a2e03707344ULL;
};

}  // namespace leat
