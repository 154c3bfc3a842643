// User functions made of expressions: what the nodes of a scenario file run.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/graph/functions.h"
#include "sim/scenario/expr.h"

namespace leat {

// A new row of these expressions.
std::unique_ptr<MapFunction> map_function(std::vector<Expression> outputs);
// REQUIRES: a bool expression. Null drops the row.
std::unique_ptr<FilterFunction> filter_function(Expression condition);
std::unique_ptr<ScalarFunction> scalar_function(Expression expression);
// For i in [0, times) the row with i appended; none for times <= 0.
std::unique_ptr<FlatMapFunction> repeat_function(Expression times);
// For each word between single spaces the row with the word appended; empty words are left out.
std::unique_ptr<FlatMapFunction> split_function(Expression text);
// The row with its timestamp appended as an int (MIN where it has none).
std::unique_ptr<MapFunction> stamp_function();

// REQUIRES: an int; the number of channels is the frame's one extra value. Null fails the job.
std::unique_ptr<PartitionFunction> partition_function(Expression channel);

// One row of two: the expressions see the kept row as the frame's extra row and the new one as its
// row; a field without an expression comes from the kept row.
std::unique_ptr<ReduceFunction> reduce_function(std::vector<std::optional<Expression>> outputs);

// One value out of another and what is added to it, folded by expressions.
struct AggregateExpressions {
  // The accumulator's fields at first. They see nothing.
  std::vector<Expression> start;
  // The same with one value more, which is the frame's one extra value; the accumulator is its row.
  // A field without an expression stays as it is.
  std::vector<std::optional<Expression>> add;
  // What is read, of the accumulator as the row.
  Expression result;
};
// Cannot merge: of what scenario files keep nothing does.
std::unique_ptr<AggregateFunction> aggregate_function(AggregateExpressions expressions);

// `collect` as scenario files mean it: the list of the argument's values, sorted, so that it does
// not depend on the order in which they came.
std::unique_ptr<AggregateFunction> sorted_collect(std::shared_ptr<const ScalarFunction> argument);

}  // namespace leat
