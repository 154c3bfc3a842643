// Combines the watermarks and statuses of the inputs of one operator. (Flink:
// CombinedWatermarkStatus in AbstractStreamOperator.)
//
// The combination is the least watermark of the inputs that are not idle, and goes up only. It
// differs from the combination of an input's channels (WatermarkValve): an input that comes back
// from idleness behind the combination holds it back at once, and a watermark makes an idle input
// count again. When the last active input turns idle, the largest watermark of all goes out.
#pragma once

#include <cstdint>
#include <vector>

#include "core/operators/watermark_valve.h"

namespace leat {

class CombinedWatermarkStatus {
 public:
  using Output = WatermarkValve::Output;

  // All inputs begin active, at MIN.  REQUIRES: inputs > 0.
  explicit CombinedWatermarkStatus(uint32_t inputs);

  // A watermark that is not above the input's last one changes nothing but the input's idleness.
  Output on_watermark(uint32_t input, EventTime time);
  Output on_status(uint32_t input, StreamStatus status);

  EventTime watermark() const { return combined_; }
  bool idle() const { return idle_; }

 private:
  struct Input {
    EventTime watermark = EventTime::min();
    bool idle = false;
  };
  std::optional<EventTime> combine();

  std::vector<Input> inputs_;
  EventTime combined_ = EventTime::min();
  bool idle_ = false;  // as of the last combination
};

}  // namespace leat
