#include "sim/cli/bench_loop.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

#include "core/base/hash.h"

namespace leat {

BenchEvent bench_event(uint64_t number) {
  const uint64_t h = mum(number ^ 0x2545f4914f6cdd1dULL, 0x9e3779b97f4a7c15ULL);
  const auto arrival = static_cast<int64_t>(number / kBenchEventsPerMs);
  const auto late = static_cast<int64_t>((h >> 40) * (kBenchDisorder + 1) >> 24);
  return {arrival - late, static_cast<int64_t>((h & 0xffffffff) * kBenchKeys >> 32),
          static_cast<int64_t>(h >> 32 & 0xff)};
}

uint64_t pane_checksum(int64_t key, int64_t start, int64_t sum) {
  return mix(static_cast<uint64_t>(key), static_cast<uint64_t>(start), static_cast<uint64_t>(sum));
}

uint64_t only_read(uint64_t events) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < events; ++i) {
    const BenchEvent event = bench_event(i);
    sum += static_cast<uint64_t>(event.ts ^ event.key ^ event.value);
  }
  return sum;
}

namespace {

// Entries stand densely in the order of insertion; a table of positions points into them.
class FlatSums {
 public:
  struct Entry {
    int64_t key;
    int64_t sum;
  };

  void add(int64_t key, int64_t value) {
    if ((entries_.size() + 1) * 4 > slots_.size() * 3) grow();
    const size_t mask = slots_.size() - 1;
    size_t slot = home(key);
    while (slots_[slot] != kFree && entries_[slots_[slot]].key != key) slot = (slot + 1) & mask;
    if (slots_[slot] == kFree) {
      slots_[slot] = static_cast<uint32_t>(entries_.size());
      entries_.push_back({key, value});
    } else {
      entries_[slots_[slot]].sum += value;
    }
  }
  const std::vector<Entry>& entries() const { return entries_; }
  void clear() {
    entries_.clear();
    std::fill(slots_.begin(), slots_.end(), kFree);
  }

 private:
  static constexpr uint32_t kFree = 0xffffffff;
  // Fibonacci hashing: the uppermost bits of the product, which neighbouring keys share evenly.
  size_t home(int64_t key) const {
    return static_cast<uint64_t>(key) * 0x9e3779b97f4a7c15ULL >> shift_;
  }

  void grow() {
    slots_.assign(slots_.empty() ? 1024 : slots_.size() * 2, kFree);
    shift_ = 64 - static_cast<uint32_t>(std::countr_zero(slots_.size()));
    for (uint32_t i = 0; i < entries_.size(); ++i) {
      size_t slot = home(entries_[i].key);
      while (slots_[slot] != kFree) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = i;
    }
  }

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;
  uint32_t shift_ = 64;
};

}  // namespace

LoopResult run_loop(uint64_t events) {
  LoopResult result;
  // Windows are numbered from the first possible one; open ones share a ring, and a fired one's
  // memory serves the next.
  constexpr uint64_t kRing = 16;
  constexpr int64_t kFirst = -kBenchDisorder / kBenchWindow - 1;
  std::vector<FlatSums> ring(kRing);
  uint64_t oldest = 0;
  int64_t largest = std::numeric_limits<int64_t>::min();
  const auto fire = [&](uint64_t window) {
    const int64_t start = (static_cast<int64_t>(window) + kFirst) * kBenchWindow;
    for (const FlatSums::Entry& entry : ring[window % kRing].entries()) {
      ++result.panes;
      result.checksum += pane_checksum(entry.key, start, entry.sum);
    }
    ring[window % kRing].clear();
  };
  for (uint64_t i = 0; i < events; ++i) {
    const BenchEvent event = bench_event(i);
    const auto window = static_cast<uint64_t>(event.ts - kFirst * kBenchWindow) / kBenchWindow;
    ring[window % kRing].add(event.key, event.value);
    if (event.ts <= largest) continue;
    largest = event.ts;
    const int64_t watermark = largest - kBenchDisorder - 1;
    while ((static_cast<int64_t>(oldest) + kFirst + 1) * kBenchWindow - 1 <= watermark)
      fire(oldest++);
  }
  for (uint64_t i = 0; i < kRing; ++i) fire(oldest + i);
  return result;
}

}  // namespace leat
