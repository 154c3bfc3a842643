// From the channels of a task to the watermark of its head operator: a valve an input, and where an
// operator has several inputs, their combination. (Flink: one StatusWatermarkValve an input of the
// StreamInputProcessor, then the operator's CombinedWatermarkStatus.)
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "core/graph/stream_graph.h"
#include "core/operators/combined_watermark_status.h"

namespace leat {

class InputWatermarks {
 public:
  // What goes on to the operator, one after the other: an input may have both a last watermark and
  // a status to tell.
  using Outputs = std::array<WatermarkValve::Output, 2>;

  // By channel of the task: the input of the operator that it belongs to.
  InputWatermarks(const StreamNode& head, const std::vector<uint32_t>& input_of_channel);

  Outputs on_watermark(uint32_t channel, EventTime time);
  Outputs on_status(uint32_t channel, StreamStatus status);

 private:
  struct Place {
    uint32_t valve = 0;
    uint32_t channel = 0;  // of that valve
  };
  Outputs combine(uint32_t input, const WatermarkValve::Output& of_input);

  std::vector<Place> places_;  // by channel
  std::vector<WatermarkValve> valves_;
  std::optional<CombinedWatermarkStatus> combined_;  // of several
};

}  // namespace leat
