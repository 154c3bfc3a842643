#include "sim/scenario/scenario.h"

namespace leat {

const char* name_of(FaultKind kind) {
  static constexpr const char* kNames[kFaultKinds] = {
      "kill", "kill_silently", "pause", "reset", "partition", "delay", "fail", "slow"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace leat
