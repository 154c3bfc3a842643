// What a job's print sinks have printed: their rows, each behind the sink's prefix.
#pragma once

#include <string>
#include <vector>

#include "core/graph/stream_graph.h"
#include "core/trace/trace.h"

namespace leat {

class PrintedRows final : public RecordTap {
 public:
  // REQUIRES: the graph outlives this.
  explicit PrintedRows(const StreamGraph& graph) : graph_(graph) {}
  void on_committed_rows(NodeId sink, uint64_t transaction, const RowBatch& rows) override;

  // A line a row, in the order of their appearance: the first ones, and how many more.
  std::string text() const;

 private:
  const StreamGraph& graph_;
  std::vector<std::string> first_;
  uint64_t rows_ = 0;
};

}  // namespace leat
