// A run as data: the answers that differ from the plain ones, keyed by meaning. Shrinking edits
// this map, a capsule stores it, mutation draws from it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/env/choices.h"

namespace leat {

// One question of choose().
struct ChoiceKey {
  uint64_t site = 0;  // hash of the name
  uint64_t entity = 0;
  uint64_t epoch = 0;
  uint64_t ordinal = 0;  // which time the entity is in this epoch
  uint64_t occurrence = 0;
  friend auto operator<=>(const ChoiceKey&, const ChoiceKey&) = default;
};
struct ChoiceAnswer {
  uint32_t answer = 0;
  uint32_t count = 0;  // how many there were to choose from, for the reader
  friend bool operator==(const ChoiceAnswer&, const ChoiceAnswer&) = default;
};

// One question of choose_among(): `plain`, the least of the candidates, stood first for the
// `occurrence`-th time.
struct TurnKey {
  uint64_t site = 0;
  Identity plain;
  uint64_t occurrence = 0;
  friend auto operator<=>(const TurnKey&, const TurnKey&) = default;
};

struct ChoiceMap {
  std::map<ChoiceKey, ChoiceAnswer> answers;
  std::map<TurnKey, Identity> turns;      // who went instead
  std::map<uint64_t, std::string> sites;  // names, where known

  size_t size() const { return answers.size() + turns.size(); }

  // What a question is answered with: what stands at its key, else what ordinal 0 was answered,
  // else the plain 0.
  const ChoiceAnswer* find(const ChoiceKey& key) const;
};

// Canonical text, one line an answer, sites by name where known:
//   choose net.latency 9a3f01 epoch 3.1 #17 = 12 of 20
//   turn world.next 1f03:0:4 #0 = 77aa:0:2
// What follows "  -- " in a line is for people.
std::string to_text(const ChoiceMap& map);
std::string choose_line(const ChoiceMap& map, const ChoiceKey& key, const ChoiceAnswer& answer);
std::string turn_line(const ChoiceMap& map, const TurnKey& key, const Identity& chosen);
Result<ChoiceMap> parse_choice_map(std::string_view text);

}  // namespace leat
