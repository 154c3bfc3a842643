#include "sim/scenario/scenario.h"

namespace leat {

const char* name_of(FaultKind kind) {
  static constexpr const char* kNames[kFaultKinds] = {
      "kill", "kill_silently", "pause", "reset", "partition", "delay", "fail", "slow"};
  return kNames[static_cast<size_t>(kind)];
}

const std::vector<std::string>& report_kinds() {
  static const std::vector<std::string> kKinds = {"json",  "junit",    "html",
                                                  "graph", "physical", "timeline"};
  return kKinds;
}

Duration last_arrival(const SplitData& data) {
  Duration last{0};
  for (uint32_t split = 0; split < data.splits(); ++split) {
    const uint64_t size = data.size(split);
    if (size > 0) last = std::max(last, data.arrival(split, size - 1));
  }
  return last;
}

}  // namespace leat
