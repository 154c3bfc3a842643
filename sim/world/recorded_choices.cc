#include "sim/world/recorded_choices.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

ChoiceKey ChoiceKeys::next(const Site& site, Entity who) {
  const Occurrences::Place place = occurrences_.next(site.key, who);
  return {site.key, who.key, place.epoch.epoch(), place.epoch.ordinal(), place.occurrence};
}

TurnKey ChoiceKeys::next_turn(const Site& site, const Identity& plain) {
  const Entity whole{mix(plain.entity, plain.epoch, plain.sequence)};
  return {site.key, plain, turns_.next(site.key, whole).occurrence};
}

uint32_t RecordingChoices::choose(const Site& site, Entity who, uint32_t count) {
  const uint32_t answer = inner_.choose(site, who, count);
  const ChoiceKey key = keys_.next(site, who);
  // A plain answer is kept too where silence would mean what ordinal 0 was answered.
  const ChoiceAnswer* silent = map_.find(key);
  if (answer != (silent == nullptr ? 0 : std::min(silent->answer, count - 1))) {
    map_.answers[key] = {answer, count};
    map_.sites.emplace(site.key, std::string(site.name));
  }
  return answer;
}

Identity RecordingChoices::choose_among(const Site& site, std::span<const Identity> candidates) {
  const Identity chosen = inner_.choose_among(site, candidates);
  const Identity plain = *std::min_element(candidates.begin(), candidates.end());
  const TurnKey key = keys_.next_turn(site, plain);
  if (chosen != plain) {
    map_.turns[key] = chosen;
    map_.sites.emplace(site.key, std::string(site.name));
  }
  return chosen;
}

void RecordingChoices::enter_epoch(Entity who, uint64_t checkpoint) {
  inner_.enter_epoch(who, checkpoint);
  keys_.enter_epoch(who, checkpoint);
}

uint32_t MappedChoices::choose(const Site& site, Entity who, uint32_t count) {
  check(count > 0, "a choice among nothing");
  // Asked even where the map answers, so that its counts go on as if the map were not there.
  const uint32_t otherwise = below_.choose(site, who, count);
  const ChoiceKey key = keys_.next(site, who);
  const ChoiceAnswer* answer = map_.find(key);
  if (answer == nullptr) return otherwise;
  ChoiceKey found = key;
  if (!map_.answers.contains(found)) found.ordinal = 0;
  used_.insert(found);
  return std::min(answer->answer, count - 1);
}

Identity MappedChoices::choose_among(const Site& site, std::span<const Identity> candidates) {
  check(!candidates.empty(), "a choice among nothing");
  const Identity otherwise = below_.choose_among(site, candidates);
  const Identity plain = *std::min_element(candidates.begin(), candidates.end());
  const auto turn = map_.turns.find(keys_.next_turn(site, plain));
  if (turn == map_.turns.end()) return otherwise;
  if (std::find(candidates.begin(), candidates.end(), turn->second) == candidates.end()) {
    return otherwise;
  }
  used_turns_.insert(turn->first);
  return turn->second;
}

void MappedChoices::enter_epoch(Entity who, uint64_t checkpoint) {
  below_.enter_epoch(who, checkpoint);
  keys_.enter_epoch(who, checkpoint);
}

std::string MappedChoices::drift() const {
  ChoiceMap left;
  left.sites = map_.sites;
  for (const auto& [key, answer] : map_.answers) {
    if (!used_.contains(key)) left.answers.emplace(key, answer);
  }
  for (const auto& [key, chosen] : map_.turns) {
    if (!used_turns_.contains(key)) left.turns.emplace(key, chosen);
  }
  return to_text(left);
}

}  // namespace leat
