#include "core/operators/input_watermarks.h"

namespace leat {

InputWatermarks::InputWatermarks(const StreamNode& head,
                                 const std::vector<uint32_t>& input_of_channel) {
  const uint32_t inputs = unites_inputs(head.spec) ? 1 : inputs_of(head.spec).value_or(1);
  std::vector<uint32_t> channels(inputs, 0);
  for (const uint32_t input : input_of_channel) {
    const uint32_t valve = inputs > 1 ? input : 0;
    places_.push_back({valve, channels[valve]++});
  }
  for (const uint32_t count : channels) valves_.emplace_back(count);
  if (inputs > 1) combined_.emplace(inputs);
}

InputWatermarks::Outputs InputWatermarks::combine(uint32_t input,
                                                  const WatermarkValve::Output& of_input) {
  if (!combined_) return {of_input};
  Outputs outputs;
  if (of_input.watermark) outputs[0] = combined_->on_watermark(input, *of_input.watermark);
  if (of_input.status) outputs[1] = combined_->on_status(input, *of_input.status);
  return outputs;
}

InputWatermarks::Outputs InputWatermarks::on_watermark(uint32_t channel, EventTime time) {
  const Place place = places_[channel];
  return combine(place.valve, valves_[place.valve].on_watermark(place.channel, time));
}

InputWatermarks::Outputs InputWatermarks::on_status(uint32_t channel, StreamStatus status) {
  const Place place = places_[channel];
  return combine(place.valve, valves_[place.valve].on_status(place.channel, status));
}

}  // namespace leat
