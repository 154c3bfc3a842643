#include "core/operators/watermark_alignment.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

void WatermarkAlignment::Samples::take() {
  if (taken_.empty()) return;
  taken_.pop_front();
  taken_.push_back(present);
}

bool WatermarkAlignment::Samples::settled() const {
  return std::all_of(taken_.begin(), taken_.end(), [&](EventTime t) { return t == present; });
}

bool WatermarkAlignment::settled() const {
  return output_.settled() && std::all_of(splits_.begin(), splits_.end(), [](const auto& split) {
           return split.second.samples.settled();
         });
}

void WatermarkAlignment::on_watermark(EventTime time) {
  output_.present = time;
  any_watermark_ = true;
  check_source();
}

void WatermarkAlignment::on_split_watermark(uint32_t split, EventTime time) {
  const auto found = splits_.find(split);
  if (found == splits_.end()) return;
  found->second.samples.present = time;
  pause_if_above(found->second);
}

void WatermarkAlignment::on_split_idle(uint32_t split, bool idle) {
  const auto found = splits_.find(split);
  if (found == splits_.end()) return;
  found->second.idle = idle;
  if (!idle) pause_if_above(found->second);
}

std::optional<EventTime> WatermarkAlignment::report() {
  output_.take();
  for (auto& [number, split] : splits_) split.samples.take();
  check_source();
  check_splits();
  if (!any_watermark_) return std::nullopt;
  return idle_ ? EventTime::max() : output_.present;
}

void WatermarkAlignment::set_limit(EventTime limit) {
  limit_ = limit;
  check_source();
  check_splits();
}

void WatermarkAlignment::pause_if_above(Split& split) {
  if (split.paused || !above(split.samples)) return;
  if (pausing_ == Pausing::kRefused) throw JobError("the source cannot pause single splits");
  split.paused = true;
}

// Only here is a split resumed. An idle one is not paused; but one that was paused, and whose time
// of silence had run out before it was, must be let go, or nobody would ever read it again.
void WatermarkAlignment::check_splits() {
  for (auto& [number, split] : splits_) {
    if (split.paused && !above(split.samples)) split.paused = false;
    if (!split.idle) pause_if_above(split);
  }
}

bool WatermarkAlignment::paused(uint32_t split) const {
  const auto found = splits_.find(split);
  return pausing_ == Pausing::kAllowed && found != splits_.end() && found->second.paused;
}

std::vector<uint32_t> WatermarkAlignment::paused_splits() const {
  std::vector<uint32_t> paused_now;
  for (const auto& [number, split] : splits_) {
    if (paused(number)) paused_now.push_back(number);
  }
  return paused_now;
}

}  // namespace leat
