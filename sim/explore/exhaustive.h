// All interleavings of a small scenario, to the end; and with a crash at every step of them.
//
// A depth-first search over what is open. Open is, from the arrival of the first record on: which
// of the events of one instant goes next (each record, control element, timer, message, answer of
// the storage is an event of its own), and every other question that is not in fixed_sites(). Fixed
// is: everything before the first record, in plain order; each delay, at its least, so that what is
// ready is ready at once and an instant is over before the next one begins; where subtasks are put.
//
// Reduction: sleep sets over the independence of footprint.h. Of the interleavings that differ only
// in the order of independent steps (one Mazurkiewicz trace, here: a *class*) exactly one is run to
// its end; runs that would repeat one are cut as soon as that is known (`cut`; with crashes, after
// the step, because a crash can fall between it and what follows it at once).
//
// Crashes: where the scenario draws kills, one is planted after every step of every state (a state:
// a class of beginnings). Crashes that leave the same world behind (the same histories of the
// processes that live, the same storage, the same instant) have the same future and are one; each
// world is run to its end and judged. What is open afterwards is taken in plain order and in all
// orders that differ from it in at most `deviations` turns; or, where asked, searched in the same
// way as before the crash, once for each *aftermath*: the storage, the log, what the dead process
// was writing, and what the JobManager has decided (checkpoints, states of executions).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/explore/interleaving.h"
#include "sim/explore/run_once.h"

namespace leat {

struct ExhaustiveRequest {
  enum class Reduction : uint8_t { kSleepSets, kNone };  // kNone: the naive enumeration
  Reduction reduction = Reduction::kSleepSets;
  // kAtOnce: messages and the storage's answers are steps of their own, but nothing comes between
  // one that is on its way and its arrival, other than a crash. kOpen: they wait like all others.
  // (So does the news of a crash. A rule that opens that alone makes steps depend on one another.)
  Interleaving::Messages messages = Interleaving::Messages::kAtOnce;
  std::vector<ProcessId> victims;          // that crash, one a run; empty: no crash
  std::optional<uint32_t> deviations = 1;  // after a crash; none: all orders
  std::vector<OracleKind> oracles = all_oracles();
  uint64_t runs_max = 10'000'000;
  std::chrono::milliseconds patience{600'000};
  size_t failures_max = 1;
  std::function<void(uint64_t runs, uint64_t classes)> progress;  // called now and then
};

struct ExhaustiveResult {
  std::string refused;         // why this is no small scope; "": it is one
  std::set<uint64_t> classes;  // without a crash: a number for each
  uint64_t states = 0;         // beginnings of classes, after which a crash was planted
  uint64_t crashes = 0;        // states x victims
  uint64_t worlds = 0;         // that they left behind
  uint64_t aftermaths = 0;
  uint64_t after_crash = 0;  // classes of what follows, over all aftermaths
  uint64_t runs = 0;         // to their end, each judged
  uint64_t cut = 0;          // runs that would have repeated another
  uint64_t steps = 0;        // of all runs
  uint64_t longest = 0;      // open steps of a run
  bool complete = false;
  double seconds = 0;
  struct Failure {
    RunOutcome outcome;
    RunOutcome recorded;  // the same, with its choices and faults: for pinned() and capsules
    Scenario scenario;    // with the planted crash
  };
  uint64_t failed = 0;  // runs
  std::vector<Failure> failures;
  bool ok() const { return refused.empty() && complete && failed == 0; }
};

ExhaustiveResult explore_exhaustively(const Scenario& scenario, const ExhaustiveRequest& request);

// Who crashes, as the scenario asks: the workers, where it draws kills.
std::vector<ProcessId> victims_of(const Scenario& scenario);
}  // namespace leat
