// Running aggregates of a keyed stream: one kept row a key. (Flink: StreamGroupedReduceOperator
// with SumAggregator, ComparableAggregator or a user's ReduceFunction.)
#pragma once

#include <memory>

#include "core/operators/operator.h"
#include "core/state/keyed_state.h"

namespace leat {

// What folds the kept row with the one that comes.  Throws JobError for a field of a type that
// cannot be summed or compared.
std::unique_ptr<ReduceFunction> running_reduce(const RunningAggregateSpec& spec,
                                               const Schema& input);

class RunningAggregateOperator final : public Operator {
 public:
  explicit RunningAggregateOperator(const StreamNode& node);

  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override;
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override;
  void restore(ByteReader& in, OperatorContext& ctx) override;

 private:
  std::vector<uint32_t> key_fields_;
  std::unique_ptr<const ReduceFunction> reduce_;
  KeyedState state_;  // the row as a list
};

}  // namespace leat
