#include "sim/world/schedule.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"

namespace leat {

namespace {
constexpr Site kNext{"world.next"};
}

Chance::Chance(Choices& inner, bool disorder)
    : inner_(inner),
      ordered_(dynamic_cast<const OrderedChoices*>(&inner)),
      chooser_(dynamic_cast<EventChooser*>(&inner)),
      disorder_(disorder) {}

uint32_t Chance::choose(const Site& site, Entity who, uint32_t count) {
  check(count > 0, "a choice among nothing");
  return disorder_ ? inner_.choose(site, who, count) : 0;
}

Identity Chance::choose_among(const Site& site, std::span<const Identity> candidates) {
  check(!candidates.empty(), "a choice among nothing");
  if (disorder_) return inner_.choose_among(site, candidates);
  return *std::min_element(candidates.begin(), candidates.end());
}

void Chance::enter_epoch(Entity who, uint64_t checkpoint) {
  names_.enter_epoch(who, checkpoint);
  inner_.enter_epoch(who, checkpoint);
}

Duration Chance::between(const Site& site, Entity who, Duration least, Duration most) {
  constexpr int64_t kWidest = std::numeric_limits<uint32_t>::max() - 1;
  const int64_t width = most.ms - least.ms;
  if (width <= 0) return least;
  return {least.ms + choose(site, who, static_cast<uint32_t>(std::min(width, kWidest)) + 1)};
}

Identity Chance::name_next(const Site& site, Entity who, uint32_t part) {
  const uint64_t refined = site.key + part * 0x9e3779b97f4a7c15ULL;
  const Occurrences::Place place = names_.next(refined, who);
  return {place.pair, place.epoch.word, place.occurrence};
}

uint64_t Chance::order_key(const Identity& who) const {
  return disorder_ && ordered_ != nullptr ? ordered_->order_key(kNext, who) : 0;
}

Event Schedule::take() {
  now = queue.next_time();
  if (EventChooser* chooser = chance.chooser()) return queue.take_chosen(*chooser);
  return chance.must_ask() ? queue.take_chosen(kNext, chance) : queue.take();
}

}  // namespace leat
