// How much of a split has arrived. The job's clock starts at processing time 0, the start of the
// world: a record may be read from ProcTime{0} + arrival on.
#pragma once

#include "core/graph/specs.h"

namespace leat {

// When the record may be read.  REQUIRES: offset < data.size(split).
ProcTime arrival_time(const SplitData& data, uint32_t split, uint64_t offset);

// How many records from `offset` on may be read at `now`, `most` at most.
uint32_t arrived(const SplitData& data, uint32_t split, uint64_t offset, ProcTime now,
                 uint32_t most);

}  // namespace leat
