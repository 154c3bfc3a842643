// Joins two keyed inputs by window: the rows of both sides of one key in one window are paired, or
// handed over together. (Flink: JoinedStreams, CoGroupedStreams: a union of the two streams, tagged
// by their side, into one WindowOperator with a list of elements.)
//
// So triggers, evictors and lateness see the rows of both sides as one stream, and the channels of
// both inputs are channels of one input to the watermark.
#pragma once

#include <memory>

#include "core/operators/operator.h"

namespace leat {

// REQUIRES: the node's spec is a WindowJoinSpec or a CoGroupSpec.
std::unique_ptr<Operator> make_window_join(const StreamNode& node);

}  // namespace leat
