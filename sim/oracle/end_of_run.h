// How a run ended, as plain data: what the oracles cannot see in facts and taps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/data/row_batch.h"

namespace leat {

// What a scenario expects in one sink.
struct ExpectedTable {
  // Given: of rows that are equal in these fields (the key and window, say) only the last counts.
  std::optional<std::vector<uint32_t>> last_of;
  bool ordered = false;
  std::vector<Row> rows;
};

// What the log holds neither committed nor aborted.
struct OpenTransaction {
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
};

// What a fault does, and for how long.
struct FeltFault {
  enum class Hits : uint8_t {
    kReach,       // somebody cannot be heard, or not in time
    kConnection,  // it breaks, and can be made anew at once
    kRequests,    // of storage: they fail, and whoever made them is told so
    kStorage,     // its time
  };
  Duration lasts{0};
  Hits hits = Hits::kReach;
};

// The most that things take in this run, by the timeouts of cluster, job and world.
struct Patience {
  Duration recovery{0};           // from whatever went wrong to the next checkpoint; 0: not known
  Duration step{0};               // a step of a task, and the message that brings it on
  Duration noticed{0};            // until whoever is gone is missed, and those who know are heard
  std::vector<FeltFault> faults;  // by their numbers
};

struct EndOfRun {
  enum class How : uint8_t {
    kFinished,  // the job finished and the world came to rest
    kFailed,    // the job gave up
    kOutOfTime,
    kOutOfSteps,
    kStuck,    // nothing is left to happen, and the job has not ended
    kBroken,   // an invariant of the engine broke
    kStopped,  // somebody asked to stop here: nothing is owed any more
  };
  How how = How::kFinished;
  ProcTime at;
  std::string waits_for;  // where not finished: who waits for whom, or the claim that broke
  // The scenario itself says that the job is to fail (a restart strategy without restarts, say).
  bool may_fail = false;
  // The scenario itself says that tasks fail ("sometimes": ["TaskFailed"]): a user function may.
  bool tasks_may_fail = false;
  std::map<std::string, ExpectedTable> expected;  // by sink
  std::vector<std::string> blobs;                 // what storage holds
  std::vector<OpenTransaction> transactions;
  Patience patience;

  bool finished() const { return how == How::kFinished; }
};

}  // namespace leat
