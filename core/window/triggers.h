// The kinds of trigger, each by itself. Internal to this folder.
#pragma once

#include <memory>

#include "core/graph/specs.h"
#include "core/window/window_aggregate.h"

namespace leat {

inline constexpr TriggerResult kContinue{};
inline constexpr TriggerResult kFire{.fire = true};

std::unique_ptr<WindowTrigger> make_event_time_trigger();
std::unique_ptr<WindowTrigger> make_processing_time_trigger();
std::unique_ptr<WindowTrigger> make_continuous_event_time_trigger(int64_t interval);
std::unique_ptr<WindowTrigger> make_continuous_processing_time_trigger(int64_t interval);
std::unique_ptr<WindowTrigger> make_end_of_stream_trigger();
std::unique_ptr<WindowTrigger> make_never_trigger();
std::unique_ptr<WindowTrigger> make_count_trigger(int64_t count);
std::unique_ptr<WindowTrigger> make_delta_trigger(double threshold, const ScalarFunction& of);
std::unique_ptr<WindowTrigger> make_purging_trigger(std::unique_ptr<WindowTrigger> nested);
// REQUIRES: spec.kind is kProcessingTimeout.
std::unique_ptr<WindowTrigger> make_processing_timeout_trigger(
    const TriggerSpec& spec, std::unique_ptr<WindowTrigger> nested);

}  // namespace leat
