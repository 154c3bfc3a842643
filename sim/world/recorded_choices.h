// Recording a run's answers, and giving them again.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/env/choices.h"
#include "sim/scenario/choice_map.h"
#include "sim/world/occurrences.h"

namespace leat {

// Counts questions and so gives each its key. The recorder and those who repeat share it.
class ChoiceKeys {
 public:
  ChoiceKey next(const Site& site, Entity who);
  TurnKey next_turn(const Site& site, const Identity& plain);
  void enter_epoch(Entity who, uint64_t checkpoint) { occurrences_.enter_epoch(who, checkpoint); }

 private:
  Occurrences occurrences_;
  Occurrences turns_;
};

// Passes every question on and keeps what differs from the plain answer. Recording does not change
// the run.
class RecordingChoices final : public Choices {
 public:
  // REQUIRES: `inner` outlives this.
  explicit RecordingChoices(Choices& inner) : inner_(inner) {}

  uint32_t choose(const Site& site, Entity who, uint32_t count) override;
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override;
  void enter_epoch(Entity who, uint64_t checkpoint) override;

  const ChoiceMap& map() const { return map_; }

 private:
  Choices& inner_;
  ChoiceKeys keys_;
  ChoiceMap map_;
};

// Answers from a map and otherwise as `below` does: over PlainChoices this repeats a recorded run,
// over SeededChoices it is that seed with some answers edited.
class MappedChoices final : public Choices {
 public:
  // REQUIRES: `map` and `below` outlive this.
  MappedChoices(const ChoiceMap& map, Choices& below) : map_(map), below_(below) {}

  uint32_t choose(const Site& site, Entity who, uint32_t count) override;
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override;
  void enter_epoch(Entity who, uint64_t checkpoint) override;

  // Answers of the map that nobody asked for, as lines of its text: how far the code has moved
  // since the map was recorded.
  std::string drift() const;
  size_t unused() const { return map_.size() - used_.size() - used_turns_.size(); }

 private:
  const ChoiceMap& map_;
  Choices& below_;
  ChoiceKeys keys_;
  std::set<ChoiceKey> used_;
  std::set<TurnKey> used_turns_;
};

// The recorded run again: the map, and the plain answer wherever it says nothing.
class ReplayChoices final : public Choices {
 public:
  explicit ReplayChoices(const ChoiceMap& map) : mapped_(map, plain_) {}

  uint32_t choose(const Site& site, Entity who, uint32_t count) override {
    return mapped_.choose(site, who, count);
  }
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override {
    return mapped_.choose_among(site, candidates);
  }
  void enter_epoch(Entity who, uint64_t checkpoint) override {
    mapped_.enter_epoch(who, checkpoint);
  }
  const MappedChoices& mapped() const { return mapped_; }

 private:
  PlainChoices plain_;
  MappedChoices mapped_;
};

}  // namespace leat
