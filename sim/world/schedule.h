// The clock, the queue, chance and the trace of one world: what its network, storage, processes and
// faults have in common.
#pragma once

#include <array>

#include "core/env/choices.h"
#include "core/trace/trace.h"
#include "sim/scenario/scenario.h"
#include "sim/world/event_queue.h"
#include "sim/world/occurrences.h"
#include "sim/world/seeded_choices.h"

namespace leat {

// The door of chance as the world and its processes see it. It also gives the world's events their
// identities, counted in the same epochs as the answers.
class Chance final : public Choices {
 public:
  // REQUIRES: `inner` outlives this.
  Chance(Choices& inner, bool disorder);

  uint32_t choose(const Site& site, Entity who, uint32_t count) override;
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override;
  void enter_epoch(Entity who, uint64_t checkpoint) override;

  // A length between `least` and `most`; the plain one is the least.
  Duration between(const Site& site, Entity who, Duration least, Duration most);

  // Who the next event of this kind (`site` may be refined by `part`) of `who` is.
  Identity name_next(const Site& site, Entity who, uint32_t part = 0);

  // Whether the queue must ask who goes next; otherwise order_key says it.
  // Not null where somebody is to be asked who sees the events.
  EventChooser* chooser() const { return disorder_ ? chooser_ : nullptr; }
  bool must_ask() const { return disorder_ && ordered_ == nullptr; }
  uint64_t order_key(const Identity& who) const;

 private:
  Choices& inner_;
  const OrderedChoices* ordered_;  // null where `inner` has to be asked
  EventChooser* chooser_;
  const bool disorder_;
  Occurrences names_;
};

struct Schedule {
  Schedule(Choices& choices, const WorldConfig& world)
      : config(world), chance(choices, world.disorder) {}

  EventHandle push(ProcTime at, const Event& event) {
    return queue.push(at, chance.order_key(event.identity), event);
  }
  Event take();
  // What was taken last happens later.
  void put_back(ProcTime at, const Event& event) {
    queue.put_back(at, chance.order_key(event.identity), event);
  }
  // For whoever wants to know what a step touches.
  void touch(uint64_t what) {
    if (EventChooser* chooser = chance.chooser()) chooser->touches(what);
  }
  void add(const Fact& fact) { trace.add(now, fact); }
  // A fault has really hit.
  void hit(FaultKind kind) { ++faults_fired[static_cast<size_t>(kind)]; }

  const WorldConfig config;
  ProcTime now;
  EventQueue queue;
  Chance chance;
  Trace trace;
  std::array<uint64_t, kFaultKinds> faults_fired{};
  bool resting = false;  // the job has ended: no timer is taken any more
};

}  // namespace leat
