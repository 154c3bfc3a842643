// To which channel of an edge a row goes. (Flink: StreamPartitioner and its subclasses.)
#pragma once

#include "core/env/choices.h"
#include "core/graph/job_graph.h"

namespace leat {

class ChannelSelector {
 public:
  // `who` answers what the partitioner leaves open.  REQUIRES: channels > 0; the edge outlives it.
  ChannelSelector(const JobEdge& edge, uint32_t max_parallelism, uint32_t channels,
                  Choices& choices, Entity who);

  uint32_t channels() const { return channels_; }
  // Every row goes to all channels; there is nothing to select.
  bool is_broadcast() const { return edge_.partitioning == Partitioning::kBroadcast; }
  // Also with one channel a row may be refused: a channel of the user's that does not exist.
  bool may_refuse() const { return edge_.partitioning == Partitioning::kCustom; }
  // The channel of the next row.  REQUIRES: !is_broadcast(). Throws JobError for a channel of the
  // user's that does not exist.
  uint32_t select(RowView row);

 private:
  const JobEdge& edge_;
  uint32_t max_parallelism_;
  uint32_t channels_;
  uint32_t next_ = 0;  // rebalance and rescale
  Choices& choices_;
  Entity who_;
};

}  // namespace leat
