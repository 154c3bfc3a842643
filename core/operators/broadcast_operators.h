// A data side and a broadcast side whose rows reach every subtask, with broadcast state between
// them: each subtask holds a copy, in every snapshot. (Flink: CoBroadcastWithKeyedOperator,
// CoBroadcastWithNonKeyedOperator.)
//
// Rows of the broadcast side belong to no key: they may change broadcast state, and walk over the
// keyed state of all keys of the subtask, but can set no timers.
#pragma once

#include <memory>

#include "core/operators/operator.h"

namespace leat {

// Keyed or not, as the node says.  REQUIRES: the node's spec is a BroadcastProcessSpec.
std::unique_ptr<Operator> make_broadcast(const StreamNode& node);

}  // namespace leat
