// Finds room for labels: no two boxes that it has granted overlap.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "viz/svg.h"

namespace leat {

class LabelPlacer {
 public:
  // Labels stay inside the area (but reserve() may name any box).
  explicit LabelPlacer(const Box& area) : area_(area) {}

  // Taken, whatever is there.
  void reserve(const Box& box) { taken_.push_back(box); }
  // Better not covered, but may be: a line, a mark.
  void discourage(const Box& box) { discouraged_.push_back(box); }

  // The candidate that covers the least of what is discouraged, the earlier where equal; none where
  // each would cover another label. The granted box is taken from then on.
  std::optional<size_t> place(std::span<const Box> candidates);

 private:
  bool is_free(const Box& box) const;
  double cost_of(const Box& box) const;

  Box area_;
  std::vector<Box> taken_;
  std::vector<Box> discouraged_;
};

}  // namespace leat
