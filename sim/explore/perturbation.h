// What the result of a job must not depend on, as runs that differ in just that.
//
// A check runs a scenario as it is and once more perturbed; each sink that is fixed by the input
// (fixed_by_input.h) must commit the same multiset of rows both times. It knows nothing of the job.
// A new check is a new Perturbation; comparing, sampling, reporting and replaying are the same for
// all (invariance.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace leat {

// What a changed part of a perturbed job has noticed itself.
class Witness {
 public:
  struct Statement {
    std::string where;     // the node
    std::string subject;   // "row (ann, 3)"
    std::string expected;  // what the first call did
    std::string got;
    // Where it is something else than the perturbation asks for: which violation, why, and what
    // takes it back in `expect.may_depend_on`.
    std::string violation = {};
    std::string rule = {};
    std::string excuse = {};
  };
  virtual ~Witness() = default;
  // Asked once, after the run.
  virtual std::optional<Statement> statement() = 0;
  // How many things it has looked at.
  virtual uint64_t judged() const = 0;
};

struct PerturbedRun {
  Scenario scenario;
  std::optional<uint64_t> seed = std::nullopt;  // of its choices; none: the same as before
  std::shared_ptr<Witness> witness = nullptr;   // null where only the result tells
};

class Perturbation {
 public:
  virtual ~Perturbation() = default;
  // Of the closed list of violations; `expect.may_depend_on` names it without "_dependent".
  virtual std::string violation() const = 0;
  // What is different: "the same events in another order of arrival".
  virtual std::string what() const = 0;
  // The assumption of the job that failed, and what would repair it; one sentence.
  virtual std::string repair() const = 0;
  // Whether partitions that share a watermark are to be judged as if each had its own: who reads
  // them at another speed wants to know what comes of the sharing.
  virtual bool each_partition_by_itself() const { return false; }
  // The run with this changed; nothing where the scenario has no such thing to change. A function
  // of (scenario, seed).
  virtual std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t seed) const = 0;
};

using PerturbationPtr = std::unique_ptr<const Perturbation>;

// The same rows of each split in another order of arrival, such that no row becomes late and no
// late row comes in time.
PerturbationPtr perturb_arrival_order();
// Another schedule: how tasks take turns, and how long messages take.
PerturbationPtr perturb_interleaving();
// Every call of a user function is made once more, at once and after the run, on a fresh copy of
// the function with equal arguments and state.
PerturbationPtr perturb_by_calling_again();
// Workers die, and what functions have called outside is called again.
PerturbationPtr perturb_by_effects();

// The keyed operators and what follows them at another parallelism.
PerturbationPtr perturb_parallelism();
// All subtasks in one process, or each slot in a process of its own.
PerturbationPtr perturb_placement();
// Without chains, and with a row a batch.
PerturbationPtr perturb_plan();
// Another start of the processing clock, and another speed of arrival.
enum class ClockSpeed : uint8_t { kSlower, kFaster };
PerturbationPtr perturb_clock(std::optional<ClockSpeed> speed = std::nullopt);  // none: drawn

// One partition, or one input, read much sooner or later than the others.
PerturbationPtr perturb_speed();

// All of them, the most telling first: what a later one finds may only follow from what an earlier
// one would have found.
std::vector<PerturbationPtr> all_perturbations();

}  // namespace leat
