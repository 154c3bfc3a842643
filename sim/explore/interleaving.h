// One run of an exhaustive search: it follows the path that the search has taken so far, goes on
// from its end, and notes what was open on its way.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/explore/footprint.h"
#include "sim/scenario/scenario.h"

namespace leat {

// An open step that another branch has taken already: it need not be taken again before something
// that it depends on.
struct Sleeping {
  Identity step;
  Footprint footprint;
};

// A place where something is open.
struct Branching {
  // Whether what is chosen would only repeat another run.
  bool sleeps() const;

  enum class What : uint8_t { kTurn, kAnswer };
  What what = What::kTurn;
  std::vector<Identity> ready;  // kTurn
  uint32_t count = 0;           // of ready, or of answers
  uint32_t chosen = 0;
  std::vector<Sleeping> asleep;  // kTurn: at the beginning
  std::vector<Sleeping> done;    // and those that have been taken here
  Footprint footprint;           // of what was chosen and what had to follow it
  size_t step = 0;               // how many steps were noted before
};

// A step of the run, from the first record on.
struct NotedStep {
  Identity identity;
  uint64_t answers = 0;  // hash
  Footprint footprint;
  uint64_t facts = 0;    // of the whole run, with this step
  bool said = false;     // it left a fact
  bool resting = false;  // the job had ended before
  uint64_t name = 0;     // hash of it and of all that it depends on
  uint64_t state = 0;    // of all names so far: equal for equal beginnings of classes
  // By victim: what its crash would leave behind here.
  struct Remains {
    uint64_t world = 0;      // what lives and is stored, and all that it has lived through
    uint64_t aftermath = 0;  // the storage, the log, and what the JobManager has decided
  };
  std::vector<Remains> remains;
};

class Interleaving final : public Choices, public EventChooser, public FactObserver {
 public:
  struct Path {
    std::vector<Branching> branchings;
    std::vector<NotedStep> steps;
    size_t steps_kept = 0;  // that stay as they are, because the path has not changed before
  };
  enum class Messages : uint8_t { kAtOnce, kOpen };
  struct Rules {
    ProcTime begin;  // of what is open
    bool reduce = true;
    Messages messages = Messages::kAtOnce;
    std::vector<ProcessId> victims;  // whose remains are noted
    // Given: after a crash only so many turns may differ from the plain order, and there is no
    // reduction.
    std::optional<uint32_t> deviations;
  };

  // REQUIRES: scenario and path outlive this.
  Interleaving(const Scenario& scenario, Path& path, const Rules& rules);

  uint32_t choose(const Site& site, Entity who, uint32_t count) override;
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override;
  void enter_epoch(Entity, uint64_t) override {}
  size_t choose_event(ProcTime at, std::span<const Event> ready) override;
  void happens_at(ProcessId process, uint32_t endpoint) override;
  void touches(uint64_t what) override;
  void on_fact(ProcTime at, const Fact& fact) override;

  // Call after each step. False: the rest would repeat another run.
  bool end_step();
  // Call after the last.
  void end_run();

  // Some batch had to wait for a credit: the independence of footprint.h does not hold.
  bool waited_for_credit() const { return reader_.waited_for_credit(); }
  // The class of the run, by the steps that were open and what followed each.
  uint64_t class_name() const;
  // How the run was answered, for one that is to be repeated by ordinary choices.
  const std::vector<Identity>& turns() const { return turns_; }
  const std::vector<uint32_t>& answers() const { return answers_; }

 private:
  bool is_bounded() const { return crashed_ && rules_.deviations.has_value(); }
  void end_turn();
  size_t take_turn(std::span<const Event> ready);
  bool comes_at_once(const Event& event) const;
  void note_history();
  void note_remains(std::span<const Event> ready);

  const Rules rules_;
  Path& path_;
  FootprintReader reader_;
  size_t at_ = 0;               // branchings passed
  std::optional<size_t> turn_;  // the last of kTurn, if it has not ended
  Footprint since_turn_;
  uint64_t turn_name_ = 0;
  std::vector<Sleeping> asleep_;  // at the next turn
  bool begun_ = false;
  bool cut_ = false;
  bool crashed_ = false;
  uint32_t deviations_ = 0;
  bool resting_ = false;
  size_t steps_ = 0;  // noted, in this run
  uint64_t facts_ = 0;
  uint64_t facts_before_ = 0;
  NotedStep step_;
  uint32_t process_ = 0;  // that the step happens to
  ProcTime now_;
  // What a crash would leave behind.
  Digest said_;                              // in this step
  std::vector<uint64_t> histories_;          // by process
  std::map<std::string, uint64_t> storage_;  // hashes
  uint64_t decided_ = 0;                     // by the JobManager
  ProcessId log_;
  // How the run was answered.
  std::vector<Identity> turns_;
  std::vector<uint32_t> answers_;
  struct Turn {
    uint64_t name = 0;
    Footprint footprint;
  };
  std::vector<Turn> turns_taken_;
};

// The answers of an interleaving as ordinary choices, which can be recorded.
class RepeatedAnswers final : public Choices {
 public:
  RepeatedAnswers(std::vector<Identity> turns, std::vector<uint32_t> answers)
      : turns_(std::move(turns)), answers_(std::move(answers)) {}
  uint32_t choose(const Site& site, Entity who, uint32_t count) override;
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override;
  void enter_epoch(Entity, uint64_t) override {}

 private:
  const std::vector<Identity> turns_;
  const std::vector<uint32_t> answers_;
  size_t turn_ = 0;
  size_t answer_ = 0;
};

// Questions that every interleaving answers plainly.
bool is_fixed(const Site& site);
std::vector<std::string> fixed_sites();

}  // namespace leat
