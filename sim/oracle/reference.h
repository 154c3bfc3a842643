// The batch reference: what a job with all its input at hand would put into each confluent sink.
// Walks the stream graph naively, node by node, over the complete source log.
#pragma once

#include <vector>

#include "sim/oracle/plan.h"

namespace leat {

class Reference {
 public:
  explicit Reference(const Plan& plan);

  // The rows that arrive at the sink, in no particular order.  REQUIRES: the sink is confluent.
  // A user function may have failed on a record: then there is no answer.
  const RowBatch* at_sink(NodeId sink) const;
  // Whether something before the node, or the node, gathers sessions that are one or two by the
  // order of arrival alone (OutFlow::may_meet). Then there is no answer either.
  bool order_decides(NodeId node) const { return outputs_[node.value].by_order; }

 private:
  struct Outputs {
    RowBatch main;
    std::vector<RowBatch> sides;
    bool known = false;
    bool by_order = false;
  };
  void evaluate(NodeId id);
  void gather(const StreamNode& node, std::span<const StreamEdge> edges, RowBatch& in) const;

  const Plan& plan_;
  std::vector<Outputs> outputs_;  // by node; of a sink: what came in
};

inline constexpr uint64_t kRowsCompared = 2'000'000;

// Appends what a node without state makes of rows, as its spec defines it.  REQUIRES: the node is a
// map, filter, flat map, split or assign. `side` may be null where it has no side output.
// Throws JobError where the function fails, or where a flat map would make `main` longer than
// kRowsCompared: the engine cuts such a step off too (limits.work_per_step).
void apply_stateless(const StreamNode& node, const RowBatch& in, RowBatch& main, RowBatch* side);

}  // namespace leat
