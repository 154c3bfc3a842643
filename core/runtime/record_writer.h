// Deals the rows of one out-edge to the channels of this subtask. (Flink: RecordWriter,
// ChannelSelectorRecordWriter, BroadcastRecordWriter.)
#pragma once

#include "core/runtime/channel_selector.h"
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
  Outputs& outputs_;
  ChannelSelector selector_;
  uint32_t first_;
};

}  // namespace leat
