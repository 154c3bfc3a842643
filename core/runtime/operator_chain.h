// The operators of one subtask, chained by direct calls: a tree rooted at the head, with the
// out-edges at its nodes. (Flink: OperatorChain.)
//
// Rows and watermarks, `prepareSnapshotPreBarrier` and the end go from the head to the tails;
// opening, snapshots, notifications and closing from the tails to the head.
#pragma once

#include <memory>
#include <vector>

#include "core/runtime/chain_node.h"
#include "core/runtime/operator_factory.h"

namespace leat {

class OperatorChain {
 public:
  OperatorChain(ChainServices& services, Outputs& outputs, const OperatorFactory& factory);

  ChainNode& head() { return *nodes_.front(); }
  // By the position in the vertex's nodes.
  ChainNode& at(uint32_t index) { return *nodes_[index]; }
  uint32_t size() const { return static_cast<uint32_t>(nodes_.size()); }
  // Null where the node is not of this chain.
  ChainNode* find(NodeId node);

  // REQUIRES: `snapshot` is empty, or written by snapshot() of the same subtask.
  void open(std::string_view snapshot);
  void prepare_snapshot_pre_barrier(CheckpointId id);
  // Canonical bytes; empty where no operator has any state.
  Bytes snapshot(CheckpointId id);
  void notify_complete(CheckpointId id);
  void notify_aborted(CheckpointId id);
  // From head to tail, each when its work is over. False: some work goes on, call again.
  bool finish();
  // No operator is full.
  bool accepts_input();
  void close();
  void notify_log_disconnected();
  bool ready_to_close();

 private:
  template <class F>
  void from_tail(F&& visit) {
    for (size_t i = nodes_.size(); i > 0; --i) visit(*nodes_[i - 1]);
  }
  void link(const JobVertex& vertex);
  void add_writers(ChainServices& services, Outputs& outputs, const JobVertex& vertex);

  std::vector<std::unique_ptr<ChainNode>> nodes_;  // as in the vertex: parents before children
  std::vector<std::unique_ptr<RecordWriter>> writers_;
};

}  // namespace leat
