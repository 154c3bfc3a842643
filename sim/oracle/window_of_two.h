// A join or co-group over windows as a window over the rows of both sides, put together in the
// order in which they came: that is its definition. (Flink: CoGroupedStreams; semantics, rule 6.1.)
#pragma once

#include "core/graph/stream_graph.h"

namespace leat {

class WindowOfTwo {
 public:
  // REQUIRES: windows_of_two(node.spec), and the node outlives this.
  explicit WindowOfTwo(const StreamNode& node);

  // Windows over rows that begin with the cells of their key.
  const StreamNode& window() const { return window_; }
  uint32_t width() const { return keys_ + 2; }
  void put_together(uint32_t input, const RowBatch& rows, RowBatch& out) const;
  // What the rows of one window answer.
  void answer(const TimeWindow& window, const RowBatch& rows, RowBatch& out) const;

 private:
  const StreamNode& node_;
  const uint32_t keys_;
  StreamNode window_;
};

// The windows of a join or co-group; null of any other node.
const WindowSpec* windows_of_two(const NodeSpec& spec);
// The windows of whatever node has some: those, or a window's own; null of any other node.
const WindowSpec* windows_of_node(const NodeSpec& spec);

}  // namespace leat
