#include "sim/world/seeded_choices.h"

#include "core/base/check.h"

namespace leat {

Identity OrderedChoices::choose_among(const Site& site, std::span<const Identity> candidates) {
  check(!candidates.empty(), "a choice among nothing");
  const Identity* least = &candidates[0];
  uint64_t least_key = order_key(site, *least);
  for (const Identity& candidate : candidates.subspan(1)) {
    const uint64_t key = order_key(site, candidate);
    if (key < least_key || (key == least_key && candidate < *least)) {
      least = &candidate;
      least_key = key;
    }
  }
  return *least;
}

uint32_t SeededChoices::choose(const Site& site, Entity who, uint32_t count) {
  check(count > 0, "a choice among nothing");
  return answer_at(next_place(site, who), count);
}

uint32_t SeededChoices::answer_at(const Occurrences::Place& place, uint32_t count) const {
  const uint64_t inner = mum(place.pair ^ seed_, place.epoch.word ^ 0xa0761d6478bd642fULL);
  const uint64_t hash = mix(inner ^ (place.occurrence * 0x9e3779b97f4a7c15ULL) ^ seed_);
  return static_cast<uint32_t>(((hash >> 32) * count) >> 32);
}

void SeededChoices::enter_epoch(Entity who, uint64_t checkpoint) {
  occurrences_.enter_epoch(who, checkpoint);
}

uint64_t SeededChoices::order_key(const Site& site, const Identity& who) const {
  const uint64_t inner = mum(who.entity ^ seed_ ^ site.key, who.epoch ^ 0xa0761d6478bd642fULL);
  return mix(inner ^ (who.sequence * 0x9e3779b97f4a7c15ULL) ^ seed_);
}

}  // namespace leat
