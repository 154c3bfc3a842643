#include "sim/explore/guided.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "sim/explore/behaviour.h"
#include "sim/explore/on_threads.h"
#include "sim/explore/shown.h"
#include "sim/world/recorded_choices.h"

namespace leat {

namespace {

constexpr uint64_t kEpoch = 64;  // runs
constexpr uint64_t kFreshOneIn = 5;
constexpr uint64_t kEditsMost = 3;
constexpr uint32_t kLookedAt = 10;  // kept runs, of which one is varied
constexpr size_t kAskedMost = 256;  // questions of a run that may be answered otherwise

// A question that a run was asked.
struct Asked {
  ChoiceKey key;
  uint32_t count = 0;
  uint32_t answer = 0;
  bool of_fault = false;
};
struct AskedTurn {
  TurnKey key;
  Identity other;  // somebody who was not chosen
};

// Passes every question on and keeps some of them, by their keys: which, does not depend on how
// many there are.
class AskedChoices final : public Choices {
 public:
  explicit AskedChoices(Choices& inner) : inner_(inner) {}

  uint32_t choose(const Site& site, Entity who, uint32_t count) override {
    const uint32_t answer = inner_.choose(site, who, count);
    const ChoiceKey key = keys_.next(site, who);
    if (count > 1) {
      const uint64_t rank = mix(mix(key.site, key.entity, key.epoch), key.ordinal, key.occurrence);
      const bool of_fault = site.name.starts_with("fault.");
      keep(of_fault ? faults_ : others_, rank, {key, count, answer, of_fault});
    }
    return answer;
  }
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override {
    const Identity chosen = inner_.choose_among(site, candidates);
    const Identity plain = *std::min_element(candidates.begin(), candidates.end());
    const TurnKey key = keys_.next_turn(site, plain);
    for (const Identity& other : candidates) {
      if (other == chosen) continue;
      keep(turns_, mix(mix(other.entity, other.epoch, other.sequence), key.occurrence),
           {key, other});
      break;
    }
    return chosen;
  }
  void enter_epoch(Entity who, uint64_t checkpoint) override {
    inner_.enter_epoch(who, checkpoint);
    keys_.enter_epoch(who, checkpoint);
  }

  std::vector<Asked> asked() const {
    std::vector<Asked> all;
    for (const auto& [rank, one] : faults_) all.push_back(one);
    for (const auto& [rank, one] : others_) all.push_back(one);
    return all;
  }
  std::vector<AskedTurn> turns() const {
    std::vector<AskedTurn> all;
    for (const auto& [rank, one] : turns_) all.push_back(one);
    return all;
  }

 private:
  // The least of all ranks stay.
  template <class T>
  static void keep(std::map<uint64_t, T>& kept, uint64_t rank, const T& one) {
    if (kept.size() == kAskedMost) {
      if (std::prev(kept.end())->first <= rank) return;
      kept.erase(std::prev(kept.end()));
    }
    kept.emplace(rank, one);
  }

  Choices& inner_;
  ChoiceKeys keys_;
  std::map<uint64_t, Asked> faults_;
  std::map<uint64_t, Asked> others_;
  std::map<uint64_t, AskedTurn> turns_;
};

// How a run is answered.
struct Recipe {
  uint64_t seed = 0;
  Strategy strategy = Strategy::kRandom;
  ChoiceMap edits;
};
struct Kept {
  Recipe recipe;
  std::vector<Asked> asked;
  std::vector<AskedTurn> turns;
  uint64_t opened = 0;  // features that nobody had reached before
  uint64_t varied = 0;  // times
};

struct Trial {
  Recipe recipe;
  RunOutcome outcome;
  std::vector<uint32_t> features;
  std::vector<Asked> asked;
  std::vector<AskedTurn> turns;
};

// Numbers in a row, by what they are drawn for.
class Dice {
 public:
  explicit Dice(uint64_t seed) : seed_(seed) {}
  uint64_t below(uint64_t n) { return mix(seed_, ++count_) % n; }

 private:
  uint64_t seed_;
  uint64_t count_ = 0;
};

uint32_t another_answer(const Asked& asked, Dice& dice) {
  const uint32_t last = asked.count - 1;
  switch (dice.below(4)) {
    case 0:
      return asked.answer == 0 ? last : 0;
    case 1:
      return asked.answer == last ? 0 : last;
    case 2:  // a neighbour: the fact before, a millisecond more
      return asked.answer == last || (asked.answer > 0 && dice.below(2) == 0) ? asked.answer - 1
                                                                              : asked.answer + 1;
    default:
      return static_cast<uint32_t>(dice.below(asked.count));
  }
}

// The faults of a kept run in the schedule of a fresh seed.
Recipe grafted(const Kept& kept, Recipe fresh) {
  for (const Asked& asked : kept.asked) {
    if (asked.of_fault) fresh.edits.answers[asked.key] = {asked.answer, asked.count};
  }
  return fresh;
}

Recipe varied(const Kept& kept, Recipe recipe, Dice& dice) {
  for (uint64_t edits = 1 + dice.below(kEditsMost); edits > 0; --edits) {
    if (!kept.turns.empty() && dice.below(4) == 0) {
      const AskedTurn& turn = kept.turns[dice.below(kept.turns.size())];
      recipe.edits.turns[turn.key] = turn.other;
    } else if (!kept.asked.empty()) {
      // Faults come first in the list, and are few: half of the edits are theirs.
      const auto others = std::find_if(kept.asked.begin(), kept.asked.end(),
                                       [](const Asked& one) { return !one.of_fault; });
      const auto faults = static_cast<uint64_t>(others - kept.asked.begin());
      const uint64_t among = faults > 0 && dice.below(2) == 0 ? faults : kept.asked.size();
      const Asked& asked = kept.asked[dice.below(among)];
      recipe.edits.answers[asked.key] = {another_answer(asked, dice), asked.count};
    }
  }
  return recipe;
}

class GuidedSearch {
 public:
  GuidedSearch(const Scenario& scenario, const GuidedRequest& request, GuidedResult& result)
      : scenario_(scenario), request_(request), result_(result) {}

  void run() {
    for (uint64_t first = 0; first < request_.runs && !enough(); first += kEpoch) {
      const uint64_t count = std::min(kEpoch, request_.runs - first);
      std::vector<Trial> trials(count);
      for (uint64_t i = 0; i < count; ++i) trials[i].recipe = recipe(first + i);
      make(trials);
      for (Trial& trial : trials) take(std::move(trial));
    }
    result_.guided.features = reached_.size();
    result_.corpus = corpus_.size();
    result_.digest = digest_.hex();
    run_random();
  }

 private:
  bool enough() const { return result_.failures.size() >= request_.failures_max; }

  Recipe fresh(uint64_t number) const {
    const uint64_t seed = request_.first_seed + number;
    return {seed, strategy_of(seed), {}};
  }

  Recipe recipe(uint64_t number) {
    Dice dice(mix(request_.first_seed, number, hash_name("guided")));
    if (corpus_.empty() || dice.below(kFreshOneIn) == 0) return fresh(number);
    Kept& kept = promising(dice);
    ++kept.varied;
    return varied(kept, grafted(kept, fresh(number)), dice);
  }

  // Of some the one that has opened most for each time that it was varied.
  Kept& promising(Dice& dice) {
    Kept* best = nullptr;
    for (uint32_t i = 0; i < kLookedAt; ++i) {
      Kept& one = corpus_[dice.below(corpus_.size())];
      if (best == nullptr || one.opened * (1 + best->varied) > best->opened * (1 + one.varied))
        best = &one;
    }
    return *best;
  }

  // By several threads; each trial is a function of its recipe.
  void make(std::vector<Trial>& trials) {
    std::atomic<size_t> next{0};
    on_threads(request_.jobs, [&] {
      const Plan plan(*scenario_.program);
      for (size_t i = next++; i < trials.size(); i = next++) {
        make_one(plan, trials[i]);
        const std::lock_guard lock(mutex_);
        ++done_;
        if (request_.progress) request_.progress(done_, 2 * request_.runs);
      }
    });
  }

  std::unique_ptr<Choices> drawn_choices(const Recipe& recipe) const {
    if (!scenario_.world.disorder) return std::make_unique<PlainChoices>();
    return make_choices(recipe.strategy, recipe.seed);
  }

  void make_one(const Plan& plan, Trial& trial) const {
    const std::unique_ptr<Choices> drawn = drawn_choices(trial.recipe);
    MappedChoices edited(trial.recipe.edits, *drawn);
    AskedChoices asked(edited);
    BehaviourRecorder behaviour;
    RunRequest run;
    run.seed = trial.recipe.seed;
    run.strategy = trial.recipe.strategy;
    run.choices = &asked;
    run.oracles = request_.oracles;
    run.observers = {&behaviour};
    trial.outcome = run_once(scenario_, plan, run);
    take_shown(scenario_, trial.outcome);
    trial.features = behaviour.features();
    trial.asked = asked.asked();
    trial.turns = asked.turns();
  }

  void take(Trial trial) {
    count(trial.outcome, result_.guided);
    digest_.add(trial.outcome.digest);
    if (!trial.outcome.verdict.ok() && !enough()) keep_failure(trial);
    const size_t before = reached_.size();
    reached_.insert(trial.features.begin(), trial.features.end());
    const uint64_t opened = reached_.size() - before;
    if (opened == 0) return;
    corpus_.push_back(
        {std::move(trial.recipe), std::move(trial.asked), std::move(trial.turns), opened, 0});
  }

  static void count(const RunOutcome& outcome, GuidedResult::Arm& arm) {
    ++arm.runs;
    if (outcome.verdict.ok()) return;
    ++arm.failed;
    if (!arm.first_failure) arm.first_failure = arm.runs;
  }

  void keep_failure(const Trial& trial) {
    const std::unique_ptr<Choices> drawn = drawn_choices(trial.recipe);
    MappedChoices edited(trial.recipe.edits, *drawn);
    RunRequest run;
    run.seed = trial.recipe.seed;
    run.strategy = trial.recipe.strategy;
    run.choices = &edited;
    run.record = true;
    RunOutcome recorded = run_once(scenario_, Plan(*scenario_.program), run);
    check(recorded.digest == trial.outcome.digest, "a run of the search differs when recorded");
    result_.failures.push_back({trial.outcome, std::move(recorded)});
  }

  // As many seeds, for comparison; the same threads.
  void run_random() {
    std::set<uint32_t> reached;
    for (uint64_t first = 0; first < result_.guided.runs; first += kEpoch) {
      std::vector<Trial> trials(std::min(kEpoch, result_.guided.runs - first));
      for (uint64_t i = 0; i < trials.size(); ++i) trials[i].recipe = fresh(first + i);
      make(trials);
      for (const Trial& trial : trials) {
        count(trial.outcome, result_.random);
        reached.insert(trial.features.begin(), trial.features.end());
      }
    }
    result_.random.features = reached.size();
  }

  const Scenario& scenario_;
  const GuidedRequest& request_;
  GuidedResult& result_;
  std::vector<Kept> corpus_;
  std::set<uint32_t> reached_;
  Digest digest_;
  std::mutex mutex_;
  uint64_t done_ = 0;
};

}  // namespace

GuidedResult explore_guided(const Scenario& scenario, const GuidedRequest& request) {
  check(request.jobs > 0, "a search needs a thread");
  GuidedResult result;
  GuidedSearch(scenario, request, result).run();
  return result;
}

}  // namespace leat
