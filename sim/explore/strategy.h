// How a seed answers: ways to look for rare schedules. A campaign deals the strategies out over its
// seeds, because no one of them finds everything; each is a function of the seed alone.
//
// What is drawn once for a whole run (faults, generated jobs) is drawn alike by all of them, so
// that a strategy says how time passes and who goes first, and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/env/choices.h"

namespace leat {

enum class Strategy : uint8_t {
  kRandom,   // every answer for itself, all orders alike: the control
  kChains,   // PCT on channel x epoch: a link or task is fast or slow for a whole checkpoint epoch
  kFew,      // delay-bounded: the plain schedule, but for a few long delays
  kExtreme,  // each delay is the least or the longest, nothing between
  kCalm,     // no delays at all, the order of one instant alone is drawn: ties decide
};
inline constexpr uint32_t kStrategies = 5;
const char* name_of(Strategy strategy);  // "random", "chains", "few", "extreme", "calm"
std::optional<Strategy> strategy_named(std::string_view name);
std::vector<Strategy> all_strategies();

// Which of the portfolio a seed of a campaign has.
Strategy strategy_of(uint64_t seed);

std::unique_ptr<Choices> make_choices(Strategy strategy, uint64_t seed);

}  // namespace leat
