// What facts tell of a barrier is a hash of it.
#pragma once

#include <array>

#include "core/data/element.h"

namespace leat {

// Of the checkpoint's barrier, whichever way it goes.
inline std::array<uint64_t, 3> barrier_hashes(CheckpointId id, ProcTime triggered_at) {
  const auto of = [&](BarrierKind kind) {
    return hash_control(CheckpointBarrier{id, triggered_at, kind});
  };
  return {of(BarrierKind::kAligned), of(BarrierKind::kUnaligned), of(BarrierKind::kTimeout)};
}

}  // namespace leat
