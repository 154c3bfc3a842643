// One row at a time, nothing remembered. Timestamps pass through, also their absence.
// (Flink: StreamMap, StreamFilter, StreamFlatMap, ProcessOperator with a side output.)
#pragma once

#include <memory>

#include "core/operators/operator.h"

namespace leat {

std::unique_ptr<Operator> make_map(const MapSpec& spec);
std::unique_ptr<Operator> make_filter(const FilterSpec& spec);
std::unique_ptr<Operator> make_flat_map(const FlatMapSpec& spec);
std::unique_ptr<Operator> make_split(const SplitSpec& spec);
// (Flink: a RichMapFunction that asks getIndexOfThisSubtask.)
std::unique_ptr<Operator> make_subtask_index();

}  // namespace leat
