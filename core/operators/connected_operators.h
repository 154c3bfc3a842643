// Functions over rows that have no key, of one stream or of two that are connected; nothing is
// remembered but the watermark. (Flink: ProcessOperator, CoStreamMap, CoStreamFlatMap,
// CoProcessOperator.)
//
// Timestamps pass through, also their absence.
#pragma once

#include <memory>

#include "core/operators/operator.h"

namespace leat {

std::unique_ptr<Operator> make_process(const ProcessSpec& spec);
std::unique_ptr<Operator> make_co_map(const CoMapSpec& spec);
std::unique_ptr<Operator> make_co_flat_map(const CoFlatMapSpec& spec);
std::unique_ptr<Operator> make_co_process(const CoProcessSpec& spec);

}  // namespace leat
