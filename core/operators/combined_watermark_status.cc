#include "core/operators/combined_watermark_status.h"

#include <algorithm>

namespace leat {

CombinedWatermarkStatus::CombinedWatermarkStatus(uint32_t inputs) : inputs_(inputs) {
  check(inputs > 0, "an operator that combines watermarks has an input");
}

std::optional<EventTime> CombinedWatermarkStatus::combine() {
  EventTime least = EventTime::max();
  EventTime largest = EventTime::min();
  idle_ = true;
  for (const Input& input : inputs_) {
    largest = std::max(largest, input.watermark);
    if (input.idle) continue;
    least = std::min(least, input.watermark);
    idle_ = false;
  }
  const EventTime next = idle_ ? largest : least;  // idle: nobody advances any more (FLINK-38454)
  if (next <= combined_) return std::nullopt;
  combined_ = next;
  return combined_;
}

CombinedWatermarkStatus::Output CombinedWatermarkStatus::on_watermark(uint32_t input,
                                                                      EventTime time) {
  inputs_[input].idle = false;
  inputs_[input].watermark = std::max(inputs_[input].watermark, time);
  return {combine(), std::nullopt};
}

CombinedWatermarkStatus::Output CombinedWatermarkStatus::on_status(uint32_t input,
                                                                   StreamStatus status) {
  const bool was_idle = idle_;
  inputs_[input].idle = status == StreamStatus::kIdle;
  Output output;
  output.watermark = combine();
  // Only a status tells of a change: where a watermark woke an input, nothing is said.
  if (idle_ != was_idle) output.status = status;
  return output;
}

}  // namespace leat
