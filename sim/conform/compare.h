// Whether what came out is what Flink gave out, as far as Flink defines it.
#pragma once

#include <string>
#include <vector>

#include "sim/conform/subject.h"

namespace leat {

// What Flink defines about the order inside one step.
enum class OutputOrder : uint8_t {
  kExact,
  kByTime,  // runs of neighbouring rows of one timestamp are multisets
  kAny,     // the rows of the step are a multiset
};
OutputOrder order_named(const std::string& name);  // throws UnknownRequest

// The main output and each side output are compared by themselves.
bool same_output(const std::vector<Emitted>& expected, const std::vector<Emitted>& got,
                 OutputOrder order);
// Equal, where JSON's numbers and texts may stand for doubles.
bool same_value(const Value& expected, const Value& got);

}  // namespace leat
