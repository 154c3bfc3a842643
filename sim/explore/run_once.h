// One run of a scenario with all oracles, and everything that is said about it afterwards.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/explore/strategy.h"
#include "sim/oracle/oracles.h"
#include "sim/scenario/choice_map.h"
#include "sim/scenario/scenario.h"
#include "sim/world/simulation.h"

namespace leat {

struct RunRequest {
  uint64_t seed = 1;
  Strategy strategy = Strategy::kRandom;
  Choices* choices = nullptr;         // given: these answer, in place of seed and map
  const ChoiceMap* replay = nullptr;  // given: these choices instead of the seed's
  // What the scenario's own choices leave open (where it has some).
  enum class Rest : uint8_t { kDrawn, kPlain } rest = Rest::kDrawn;
  bool record = false;  // keep the choices that differ from the plain ones, and the faults
  std::vector<OracleKind> oracles = all_oracles();
  std::optional<ProcTime> until;
  std::vector<FactObserver*> observers;  // besides the oracles
  std::vector<RecordTap*> taps;
  // Called after each step of the world; the run stops where it says no.
  std::function<bool()> after_step;
};

struct RunOutcome {
  uint64_t seed = 0;
  Strategy strategy = Strategy::kRandom;
  RunStats stats;
  Verdict verdict;
  std::string digest;
  std::array<uint64_t, kFactKinds> facts{};
  bool restored = false;          // from a completed checkpoint, at least once
  std::vector<uint8_t> injected;  // 1: this fault of the scenario was injected, by its index
  ChoiceMap choices;              // where recorded
  std::vector<Fault> faults;      // where recorded: the scenario's, then those drawn
  size_t drift = 0;               // replayed answers that nobody asked for

  // The name of the first violation; empty where the run passed.
  std::string violation() const {
    return verdict.violations.empty() ? "" : verdict.violations.front().name;
  }
};

RunOutcome run_once(const Scenario& scenario, const Plan& plan, const RunRequest& request);

}  // namespace leat
