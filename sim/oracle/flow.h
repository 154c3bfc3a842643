// How much has flowed into and out of each instance, now and at each checkpoint: the two sides that
// must agree wherever a cut goes through an edge.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/oracle/runs.h"

namespace leat {

// Rows, and the sum of their hashes (a multiset as two words).
struct Amount {
  uint64_t rows = 0;
  uint64_t sum = 0;
  void add(const Amount& other) {
    rows += other.rows;
    sum += other.sum;
  }
  friend bool operator==(const Amount&, const Amount&) = default;
};
// Contents are compared where rows cross a channel; inside a chain, and where another oracle looks
// at contents, counting is enough.
enum class Measure : uint8_t { kCount, kContents };
Amount amount_of(const RowBatch& rows, Measure measure);

class Flow {
 public:
  Flow(const Plan& plan, Measure measure);

  void in(uint32_t instance, const RowBatch& rows);
  void out(uint32_t instance, uint32_t output, const RowBatch& rows);
  // Rows in flight that the checkpoint holds: emitted before it, to be applied after a restore.
  void in_flight(NodeId to, CheckpointId id, Amount amount);
  void snapshot(uint32_t subtask, CheckpointId id);
  void settle(CheckpointId id);
  void rewind(uint32_t subtask, Rewind how, CheckpointId to);

  // One node whose inputs do not agree with what its feeds emitted; with checkpoints at least once,
  // that has been given less.
  struct Gap {
    NodeId node;
    Amount emitted;
    Amount applied;
  };
  // At a checkpoint: of each subtask what it had at its snapshot, or everything if it took none
  // (it had finished).
  std::vector<Gap> gaps_at(CheckpointId id) const;
  std::vector<Gap> gaps_now() const;
  Amount received(uint32_t instance) const { return of(instance).now.in; }
  Amount emitted(uint32_t instance, uint32_t output) const {
    return of(instance).now.outs[slot(output)];
  }

 private:
  struct Totals {
    Amount in;
    std::vector<Amount> outs;  // [0] the main output, [1 + i] side output i
  };
  static size_t slot(uint32_t output) { return output == kMainOutput ? 0 : size_t{output} + 1; }
  const Snapshots<Totals>& of(uint32_t instance) const { return totals_[instance]; }
  const Totals& at(uint32_t instance, const CheckpointId* id) const;
  std::vector<Gap> gaps(const CheckpointId* id) const;

  const Plan& plan_;
  std::vector<Measure> in_;                // by node
  std::vector<std::vector<Measure>> out_;  // by node and output
  std::vector<Snapshots<Totals>> totals_;  // by instance
  std::map<std::pair<CheckpointId, NodeId>, Amount> in_flight_;
};

}  // namespace leat
