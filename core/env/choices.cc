#include "core/env/choices.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

Identity PlainChoices::choose_among(const Site&, std::span<const Identity> candidates) {
  check(!candidates.empty(), "a choice among nothing");
  return *std::min_element(candidates.begin(), candidates.end());
}

}  // namespace leat
