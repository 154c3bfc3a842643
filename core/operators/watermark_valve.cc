#include "core/operators/watermark_valve.h"

#include <algorithm>

namespace leat {

WatermarkValve::WatermarkValve(uint32_t channels) : channels_(channels) {
  check(channels > 0, "a valve has at least one channel");
}

StreamStatus WatermarkValve::status() const {
  for (const Channel& channel : channels_) {
    if (!channel.idle) return StreamStatus::kActive;
  }
  return StreamStatus::kIdle;
}

bool WatermarkValve::aligned(const Channel& channel) const {
  return !channel.idle && channel.watermark >= output_;
}

std::optional<EventTime> WatermarkValve::raise(EventTime time) {
  if (time <= output_) return std::nullopt;
  output_ = time;
  return time;
}

std::optional<EventTime> WatermarkValve::raise_to_least_aligned() {
  std::optional<EventTime> least;
  for (const Channel& channel : channels_) {
    if (aligned(channel) && (!least || channel.watermark < *least)) least = channel.watermark;
  }
  return least ? raise(*least) : std::nullopt;
}

std::optional<EventTime> WatermarkValve::raise_to_largest() {
  EventTime largest = EventTime::min();
  for (const Channel& channel : channels_) largest = std::max(largest, channel.watermark);
  return raise(largest);
}

WatermarkValve::Output WatermarkValve::on_watermark(uint32_t index, EventTime time) {
  Channel& channel = channels_[index];
  if (channel.idle || time <= channel.watermark) return {};
  channel.watermark = time;
  return {raise_to_least_aligned(), std::nullopt};
}

WatermarkValve::Output WatermarkValve::on_status(uint32_t index, StreamStatus status) {
  Channel& channel = channels_[index];
  if (channel.idle == (status == StreamStatus::kIdle)) return {};
  const StreamStatus before = this->status();
  channel.idle = status == StreamStatus::kIdle;

  Output output;
  if (channel.idle && channel.watermark == output_) {
    // Flink looks for a new output only if the channel that leaves stood at the present one.
    const bool all_idle = this->status() == StreamStatus::kIdle;
    output.watermark = all_idle ? raise_to_largest() : raise_to_least_aligned();
  }
  if (this->status() != before) output.status = this->status();
  return output;
}

}  // namespace leat
