// Choices from a seed: each answer is a pure function of (seed, site, entity, epoch, replay
// ordinal, occurrence), so that one choice point more elsewhere moves no other answer.
#pragma once

#include "core/env/choices.h"
#include "sim/world/occurrences.h"

namespace leat {

// Choices whose choose_among is the least (order_key, identity): an event queue keeps a heap by
// that key in place of asking.
class OrderedChoices : public Choices {
 public:
  virtual uint64_t order_key(const Site& site, const Identity& who) const = 0;
  Identity choose_among(const Site& site, std::span<const Identity> candidates) final;
};

class SeededChoices final : public OrderedChoices {
 public:
  explicit SeededChoices(uint64_t seed) : seed_(mix(seed ^ 0x6c656174ULL)) {}

  uint32_t choose(const Site& site, Entity who, uint32_t count) override;
  void enter_epoch(Entity who, uint64_t checkpoint) override;
  uint64_t order_key(const Site& site, const Identity& who) const override;

  // choose() in two steps, for who answers some questions otherwise: the place of the question,
  // which is counted, and the answer of the seed there.
  Occurrences::Place next_place(const Site& site, Entity who) {
    return occurrences_.next(site.key, who);
  }
  uint32_t answer_at(const Occurrences::Place& place, uint32_t count) const;

 private:
  const uint64_t seed_;
  Occurrences occurrences_;
};

}  // namespace leat
