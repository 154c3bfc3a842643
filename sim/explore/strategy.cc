#include "sim/explore/strategy.h"

#include "core/base/check.h"
#include "sim/world/seeded_choices.h"

namespace leat {

namespace {

// Whether the question is how long something takes.
bool is_a_delay(const Site& site) {
  constexpr uint64_t kDelays[] = {hash_name("net.latency"), hash_name("net.local_latency"),
                                  hash_name("world.step_cost"), hash_name("storage.latency"),
                                  hash_name("net.notice_latency")};
  for (const uint64_t delay : kDelays) {
    if (site.key == delay) return true;
  }
  return false;
}

// Answers as a seed does, but for delays (and the order, in one case).
class Delays final : public OrderedChoices {
 public:
  Delays(Strategy strategy, uint64_t seed)
      : strategy_(strategy), seed_(mix(seed, 0x7374726174ULL)), seeded_(seed) {
    // A few in a run of some hundred delays.
    one_in_ = 40 << (seed_ % 4);
  }

  uint32_t choose(const Site& site, Entity who, uint32_t count) override {
    if (count < 2 || !is_a_delay(site)) return seeded_.choose(site, who, count);
    if (strategy_ == Strategy::kCalm) return 0;
    const Occurrences::Place place = seeded_.next_place(site, who);
    if (strategy_ == Strategy::kChains) return of_chain(place, count);
    const uint64_t each = mix(seed_, place.pair, place.epoch.word ^ (place.occurrence << 20));
    if (strategy_ == Strategy::kExtreme) return (each >> 32) % 2 == 0 ? 0 : count - 1;
    check(strategy_ == Strategy::kFew, "a strategy that draws no delays of its own");
    return each % one_in_ == 0 ? seeded_.answer_at(place, count) : 0;
  }

  void enter_epoch(Entity who, uint64_t checkpoint) override {
    seeded_.enter_epoch(who, checkpoint);
  }

  uint64_t order_key(const Site& site, const Identity& who) const override {
    if (strategy_ != Strategy::kChains) return seeded_.order_key(site, who);
    // One priority for all events of a link or task, until the next checkpoint.
    return mix(seed_, who.entity, who.epoch ^ site.key);
  }

 private:
  // One manner for all delays of a link or task, until the next checkpoint.
  uint32_t of_chain(const Occurrences::Place& place, uint32_t count) const {
    switch (mix(seed_, place.pair, place.epoch.word) % 4) {
      case 0:
        return count - 1;
      case 1:
        return seeded_.answer_at(place, count);
      default:
        return 0;
    }
  }

  const Strategy strategy_;
  const uint64_t seed_;
  uint64_t one_in_ = 0;
  SeededChoices seeded_;
};

constexpr const char* kNames[] = {"random", "chains", "few", "extreme", "calm"};

}  // namespace

const char* name_of(Strategy strategy) { return kNames[static_cast<size_t>(strategy)]; }

std::optional<Strategy> strategy_named(std::string_view name) {
  for (const Strategy strategy : all_strategies()) {
    if (name == name_of(strategy)) return strategy;
  }
  return std::nullopt;
}

std::vector<Strategy> all_strategies() {
  std::vector<Strategy> all;
  for (uint32_t i = 0; i < kStrategies; ++i) all.push_back(static_cast<Strategy>(i));
  return all;
}

Strategy strategy_of(uint64_t seed) {
  // A third of the seeds is the control's.
  constexpr Strategy kDealt[] = {Strategy::kRandom, Strategy::kChains,  Strategy::kFew,
                                 Strategy::kRandom, Strategy::kExtreme, Strategy::kCalm};
  return kDealt[seed % std::size(kDealt)];
}

std::unique_ptr<Choices> make_choices(Strategy strategy, uint64_t seed) {
  if (strategy == Strategy::kRandom) return std::make_unique<SeededChoices>(seed);
  return std::make_unique<Delays>(strategy, seed);
}

}  // namespace leat
