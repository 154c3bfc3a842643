// Facts are folded and not kept: ten times the events need no more memory.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "sim/cli/bench_jobs.h"
#include "sim/world/recorded_choices.h"
#include "sim/world/simulation.h"

namespace leat {
namespace {

void run(uint64_t events) {
  // One row a batch: two facts and more of each event.
  const Scenario scenario = sum_scenario(BenchFace::kJson, events, 1);
  PlainChoices choices;
  Simulation simulation(scenario, choices);
  if (simulation.run().end != RunEnd::kFinished) _exit(2);
}

double peak() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss);
}

// In a process of its own, where nothing has used memory before: the peak only ever rises.
TEST(Memory, IsBoundedByTheOpenState) {
  EXPECT_EXIT(
      {
        run(100'000);
        const double of_few = peak();
        run(1'000'000);
        _exit(peak() <= 1.3 * of_few ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace leat
