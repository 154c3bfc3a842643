// The one door by which chance enters a run.
//
// A run is a function of its scenario and of the answers given here; recording the answers records
// the run. Both the engine's own freedom (what Flink's semantics leave open) and the world's
// (latency, faults, scheduling) ask here, and nowhere else.
//
// A seeded answer is a pure function hash(seed, site, entity, occurrence): never the next draw of a
// shared generator, so that one choice point more leaves all other answers as they were.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/hash.h"

namespace leat {

// What is being decided. The name is the identity: renaming a site re-draws it, adding one moves
// no other. It is one word ("net.latency"), because recorded choices name it in a line of text;
// with a space in it the program does not compile.
struct Site {
  std::string_view name;
  uint64_t key;
  consteval explicit Site(const char* n) : name(n), key(hash_name(n)) {
    if (name.find(' ') != std::string_view::npos) throw "the name of a site is one word";
  }
};

// Who decides: a hash of the name of a node, subtask, channel or link, e.g. entity("sum[1]"). Never
// an attempt number, so that a restarted subtask faces the same questions.
struct Entity {
  uint64_t key = 0;
  friend constexpr auto operator<=>(Entity, Entity) = default;
};
constexpr Entity entity(std::string_view name) { return {hash_name(name)}; }
constexpr Entity entity(Entity base, uint64_t part) { return {mix(base.key, part)}; }

// Names one of several candidates by who it is, never by its position in a list.
struct Identity {
  uint64_t entity = 0;
  uint64_t epoch = 0;  // of the entity: checkpoint epoch, with the replay ordinal in the high bits
  uint64_t sequence = 0;
  friend constexpr auto operator<=>(const Identity&, const Identity&) = default;
};

class Choices {
 public:
  virtual ~Choices() = default;

  // Returns an index below `count`; 0 is always the plainest answer (no fault, least delay).
  // The occurrence in the key counts the calls for (site, who) within the entity's epoch.
  // REQUIRES: count > 0.
  virtual uint32_t choose(const Site& site, Entity who, uint32_t count) = 0;

  // Picks one of several by who they are; the plain answer is the least.
  // REQUIRES: candidates are not empty and distinct.
  virtual Identity choose_among(const Site& site, std::span<const Identity> candidates) = 0;

  // The entity has passed the barrier of `checkpoint`, or was restored from it: occurrences count
  // anew. Entering an epoch again (after a restore) gets the next replay ordinal.
  virtual void enter_epoch(Entity who, uint64_t checkpoint) = 0;

  // True in `numerator` of `denominator` cases; the plain answer is false.
  bool chance(const Site& site, Entity who, uint32_t numerator, uint32_t denominator) {
    return numerator > 0 && choose(site, who, denominator) >= denominator - numerator;
  }
};

// Always the plainest answer: for operators driven alone (conformance cases, unit tests).
class PlainChoices final : public Choices {
 public:
  uint32_t choose(const Site&, Entity, uint32_t) override { return 0; }
  Identity choose_among(const Site&, std::span<const Identity> candidates) override;
  void enter_epoch(Entity, uint64_t) override {}
};

}  // namespace leat
