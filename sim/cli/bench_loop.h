// The yardstick: what a good programmer would write by hand for the benchmark's job, and nothing
// else. Tumbling sums per key over disordered events, one insertion-ordered flat map per open
// window.
#pragma once

#include <cstdint>

namespace leat {

// The benchmark's events, a pure function of their number; the engine's source and the loop read
// the same ones.
struct BenchEvent {
  int64_t ts;
  int64_t key;
  int64_t value;
};
BenchEvent bench_event(uint64_t number);

inline constexpr int64_t kBenchWindow = 1000;    // ms
inline constexpr int64_t kBenchDisorder = 5000;  // ms, at most
inline constexpr int64_t kBenchKeys = 10'000;
inline constexpr uint64_t kBenchEventsPerMs = 100;

struct LoopResult {
  uint64_t panes = 0;
  uint64_t checksum = 0;  // over (key, window, sum), independent of order
};
LoopResult run_loop(uint64_t events);
// Reads the events and does nothing with them: the floor.
uint64_t only_read(uint64_t events);

// One pane's part of the checksum; the engine's results are summed up the same way.
uint64_t pane_checksum(int64_t key, int64_t start, int64_t sum);

}  // namespace leat
