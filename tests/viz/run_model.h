// A small model of a run, standing in for the engine: plays records through bounded watermarks with
// idleness, tumbling windows with lateness, checkpoints and crashes, and emits the facts and taps
// that the engine would. One source subtask a group of splits, window subtasks by key.
#pragma once

#include <string>
#include <vector>

#include "viz/run_recorder.h"

namespace leat::viz_test {

struct ModelRecord {
  std::string split;
  std::string key;
  int64_t event = 0;
  int64_t arrival = 0;  // processing time
  size_t place = 0;     // in the setup; set when it is played
};

struct ModelSetup {
  std::string job = "quakes per day";
  std::vector<ModelRecord> records;
  Duration bound{6 * 3600 * 1000};
  Duration window{24 * 3600 * 1000};
  Duration lateness{24 * 3600 * 1000};
  std::optional<Duration> idle_after = Duration{12 * 3600 * 1000};
  Duration checkpoint_every{24 * 3600 * 1000};
  std::vector<int64_t> crashes;  // processing times
  uint32_t parallelism = 2;
};

// The program of the model: source -> parse -> per window (late to the side) -> out, late.
JobProgram model_program(const ModelSetup& setup);
// Plays it into the recorder.
void play(const ModelSetup& setup, const JobProgram& program, RunRecorder& recorder);

// The earthquakes of one week; processing time is `updated` minus the first arrival. Largest
// networks first; `networks` of them.
struct Quakes {
  std::vector<ModelRecord> records;
  int64_t start = 0;  // processing time 0 as an event time
};
Quakes read_quakes(size_t networks);

}  // namespace leat::viz_test
