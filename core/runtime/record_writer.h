// Deals the rows of one out-edge to the channels of this subtask. (Flink: RecordWriter with a
// StreamPartitioner.)
#pragma once

#include "core/env/choices.h"
#include "core/graph/job_graph.h"
#include "core/runtime/outputs.h"

namespace leat {

class RecordWriter {
 public:
  // `first` and `count`: the channels of the edge. `who` answers what the partitioner leaves open.
  RecordWriter(Outputs& outputs, const JobEdge& edge, uint32_t max_parallelism, uint32_t first,
               uint32_t count, Choices& choices, Entity who);

  // Moves from `rows` where it can.
  void write(RowBatch& rows);
  void write_copy(const RowBatch& rows);
  void broadcast(const Control& control);

 private:
  // The channel of the next row; not for broadcast.
  uint32_t channel_of(RowView row);

  Outputs& outputs_;
  const JobEdge& edge_;
  uint32_t max_parallelism_;
  uint32_t first_;
  uint32_t count_;
  uint32_t next_ = 0;  // rebalance and rescale: where the next row goes
  Choices& choices_;
  Entity who_;
};

}  // namespace leat
