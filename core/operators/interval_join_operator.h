// Pairs the rows of two keyed inputs whose timestamps are within bounds of each other.
// (Flink: IntervalJoinOperator.)
//
// A row is late if its timestamp is below the watermark; one that is equal is not. Each row waits
// in a buffer of its side until the watermark says that no partner can come any more; a timer per
// (time, key, side) removes it. Sums of timestamps and bounds wrap, as in Flink.
#pragma once

#include <memory>

#include "core/operators/operator.h"

namespace leat {

// Throws JobError for bounds that are the wrong way round.  REQUIRES: an IntervalJoinSpec.
std::unique_ptr<Operator> make_interval_join(const StreamNode& node);

}  // namespace leat
