// Combines the watermarks and statuses of the channels of one input (Flink: StatusWatermarkValve).
//
// The output is the least watermark of the channels that are active and aligned. A channel that
// comes back from idleness behind the output is left out until it has caught up: nothing is held
// back by a latecomer, and the output never goes back. When the last active channel turns idle
// while standing at the output, the largest watermark of all channels is flushed: nobody will
// advance any more.
//
// Whether a channel is aligned and whether the valve is idle are derived: a channel is aligned
// exactly if it is active and not behind the output; the valve is idle if all channels are.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/data/element.h"

namespace leat {

class WatermarkValve {
 public:
  // All channels begin active, at MIN.  REQUIRES: channels > 0.
  explicit WatermarkValve(uint32_t channels);

  // What goes on to the operator: the watermark first, then the status.
  struct Output {
    std::optional<EventTime> watermark;
    std::optional<StreamStatus> status;
  };

  // A watermark of an idle channel is lost, as is one that is not above the channel's last.
  Output on_watermark(uint32_t channel, EventTime time);
  // Repeating a status does nothing.
  Output on_status(uint32_t channel, StreamStatus status);

  EventTime watermark() const { return output_; }
  StreamStatus status() const;
  // Of one channel, for reports.
  EventTime watermark(uint32_t channel) const { return channels_[channel].watermark; }
  bool idle(uint32_t channel) const { return channels_[channel].idle; }

 private:
  struct Channel {
    EventTime watermark = EventTime::min();
    bool idle = false;
  };

  bool aligned(const Channel& channel) const;
  std::optional<EventTime> raise(EventTime time);
  std::optional<EventTime> raise_to_least_aligned();
  std::optional<EventTime> raise_to_largest();

  std::vector<Channel> channels_;
  EventTime output_ = EventTime::min();
};

}  // namespace leat
