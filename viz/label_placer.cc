#include "viz/label_placer.h"

#include <algorithm>

namespace leat {

bool LabelPlacer::is_free(const Box& box) const {
  if (box.x0 < area_.x0 || box.x1 > area_.x1 || box.y0 < area_.y0 || box.y1 > area_.y1)
    return false;
  return std::none_of(taken_.begin(), taken_.end(), [&](const Box& b) { return overlap(box, b); });
}

double LabelPlacer::cost_of(const Box& box) const {
  double cost = 0;
  for (const Box& b : discouraged_) {
    const double width = std::min(box.x1, b.x1) - std::max(box.x0, b.x0);
    const double height = std::min(box.y1, b.y1) - std::max(box.y0, b.y0);
    if (width > 0 && height > 0) cost += width * height;
  }
  return cost;
}

std::optional<size_t> LabelPlacer::place(std::span<const Box> candidates) {
  std::optional<size_t> best;
  double best_cost = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (!is_free(candidates[i])) continue;
    const double cost = cost_of(candidates[i]);
    if (best && cost >= best_cost) continue;
    best = i;
    best_cost = cost;
  }
  if (best) taken_.push_back(candidates[*best]);
  return best;
}

}  // namespace leat
