#include "viz/timeline.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/viz/run_model.h"

namespace leat::viz_test {
namespace {

constexpr int64_t kHour = 3600 * 1000, kDay = 24 * kHour;

// Kept where LEAT_PICTURES names a folder, to be looked at.
void keep(const std::string& name, const std::string& svg) {
  if (const char* folder = std::getenv("LEAT_PICTURES"))
    std::ofstream(std::string(folder) + "/" + name) << svg;
}

std::string draw(const ModelSetup& setup, TimelineOptions options, const std::string& name) {
  const JobProgram program = model_program(setup);
  RunRecorder recorder(program);
  play(setup, program, recorder);
  options.processes[ProcessId{1}] = "worker-1";
  const std::string svg = timeline_svg(program, recorder.view(), options);
  keep(name, svg);
  return svg;
}

std::string five_networks() {
  const Quakes quakes = read_quakes(5);
  ModelSetup setup;
  setup.records = quakes.records;
  setup.crashes = {kDay * 36 / 10};
  TimelineOptions options;
  options.title = "Quakes per day: when each answer was known";
  options.seed = 7;
  options.verdict = "passed";
  options.start = EventTime{quakes.start};
  options.event_axis = "when the ground shook";
  return draw(setup, options, "five.svg");
}

std::string twelve_networks() {
  const Quakes quakes = read_quakes(12);
  ModelSetup setup;
  setup.records = quakes.records;
  setup.window = {4 * kHour};
  setup.lateness = {12 * kHour};
  setup.checkpoint_every = {10 * kHour};
  setup.crashes = {kDay * 16 / 10, kDay * 36 / 10, kDay * 55 / 10};
  TimelineOptions options;
  options.seed = 7;
  options.start = EventTime{quakes.start};
  return draw(setup, options, "twelve.svg");
}

std::string ten_records() {
  ModelSetup setup;
  setup.job = "payments per 10 s";
  setup.bound = {2000};
  setup.window = {10000};
  setup.lateness = {4000};
  setup.idle_after = Duration{5000};
  setup.checkpoint_every = {3000};
  setup.crashes = {7500};
  setup.records = {{"pay-0", "ann", 1000, 0},     {"pay-1", "bob", 4000, 1000},
                   {"pay-0", "ann", 13000, 3000}, {"pay-1", "bob", 13000, 4000},
                   {"pay-1", "ann", 3000, 6000},  {"pay-0", "cid", 15000, 7000},
                   {"pay-0", "ann", 24000, 9000}, {"pay-1", "bob", 26000, 9500},
                   {"pay-1", "bob", 2000, 11000}, {"pay-0", "ann", 31000, 14000}};
  return draw(setup, {}, "ten.svg");
}

TEST(Timeline, Pictures) {
  five_networks();
  twelve_networks();
  ten_records();
  ModelSetup one;
  one.records = {{"only", "k", 5000, 10}};
  draw(one, {}, "one.svg");
  draw(ModelSetup{}, {}, "none.svg");
}

}  // namespace
}  // namespace leat::viz_test
