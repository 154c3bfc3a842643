// User functions of nodes that read two inputs, and of async calls, made of expressions.
#pragma once

#include <memory>
#include <vector>

#include "core/graph/join_functions.h"
#include "core/graph/two_input_functions.h"
#include "sim/scenario/expr.h"

namespace leat {

// A row of these expressions for each pair; the left row is the frame's row, the right its extra.
std::unique_ptr<JoinFunction> select_of_pair(std::vector<Expression> outputs);
std::unique_ptr<ProcessJoinFunction> select_of_interval(std::vector<Expression> outputs);

// A row of these expressions of the rows of either input.  REQUIRES: as many for both.
std::unique_ptr<CoMapFunction> map_of_either(std::vector<Expression> left,
                                             std::vector<Expression> right);
// Rows of these expressions of a row of either input, one behind the other; maybe none.
std::unique_ptr<CoFlatMapFunction> rows_of_either(std::vector<std::vector<Expression>> left,
                                                  std::vector<std::vector<Expression>> right);

// One aggregate over the rows of one side: 0 or [] over none, null for min and max.
struct SideAggregate {
  uint32_t side = 0;  // 0 left, 1 right
  AggregateSpec aggregate;
};
// The key, then the aggregates.
std::unique_ptr<CoGroupFunction> aggregates_of_group(std::vector<uint32_t> left_key,
                                                     std::vector<uint32_t> right_key,
                                                     std::vector<SideAggregate> aggregates);

// The system outside answers with a row of these expressions; where it does not in time, the row is
// of `late`, or the task fails where that is empty.
std::unique_ptr<AsyncFunction> async_select(std::vector<Expression> outputs,
                                            std::vector<Expression> late);

}  // namespace leat
