// `leat conform`: drives the engine's ordinary parts with cases recorded from the real Flink, and
// says where they differ.
//
// A case that asks for something unknown fails: nothing is left out silently.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "sim/conform/recorded.h"

namespace leat {

struct ConformOptions {
  std::optional<std::string> only;  // --case NAME: this one, with each of its steps
  bool restart_between_steps =
      false;                // --restore-everywhere: snapshot and restore before each step
  size_t batch = 1;         // --batch N: as many rows that follow one another at once
  size_t transcripts = 10;  // failing cases shown in full
  uint64_t seeds = 0;       // --seeds N: jobs also under so many variations
};

struct CaseVerdict {
  bool passed = false;
  uint64_t restarts = 0;   // that happened
  uint64_t held_back = 0;  // that would have fired a timer behind the watermark
  uint64_t batched = 0;    // rows that came in batches of several
  std::string transcript;  // what differs; with every step where `all_steps` was asked for
};

enum class Transcript : uint8_t { kFailureOnly, kAllSteps };
enum class Restarts : uint8_t { kNone, kBeforeEachStep };
CaseVerdict run_case(const RecordedCase& recorded, Transcript transcript,
                     Restarts restarts = Restarts::kNone, uint64_t seeds = 0);

// What is done to a run and must not show in it.
struct Disturbance {
  // Before these steps (counted from 0) a snapshot is taken and restored, and the watermark is sent
  // again.
  std::function<bool(size_t step)> restart_before;
  // So many rows of one channel that follow one another come as one batch.
  size_t batch = 1;
};
CaseVerdict run_case(const RecordedCase& recorded, Transcript transcript,
                     const Disturbance& disturbance, uint64_t seeds = 0);
CaseVerdict run_graph_case(const RecordedCase& recorded);

// Prints to `out`, ending with "N passed, N failed, N skipped". Returns the exit code: 0 all
// passed, 1 one failed, 2 a file is unreadable, 4 nothing was selected.
int conform(const std::vector<std::string>& paths, const ConformOptions& options,
            std::ostream& out);

}  // namespace leat
