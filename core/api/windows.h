// Which windows there are, and what they make of their rows; with Flink's names.
#pragma once

#include "core/api/row_type.h"
#include "core/graph/specs.h"

namespace leat {

class TumblingEventTimeWindows {
 public:
  static WindowSpec of(Duration size, Duration offset = {0}) {
    WindowSpec spec;
    spec.size = size;
    spec.offset = offset;
    return spec;
  }
};
class TumblingProcessingTimeWindows {
 public:
  static WindowSpec of(Duration size, Duration offset = {0}) {
    WindowSpec spec = TumblingEventTimeWindows::of(size, offset);
    spec.domain = TimeDomain::kProcessing;
    return spec;
  }
};

// An aggregate over one field, or over none.
template <class T, class Member>
struct AggregateCall {
  AggregateSpec::Kind kind = AggregateSpec::Kind::kCount;
  Member T::* member = nullptr;
};
struct CountCall {};
inline CountCall count() { return {}; }
template <class T, class M>
AggregateCall<T, M> sum(M T::* member) {
  return {AggregateSpec::Kind::kSum, member};
}
template <class T, class M>
AggregateCall<T, M> min(M T::* member) {
  return {AggregateSpec::Kind::kMin, member};
}
template <class T, class M>
AggregateCall<T, M> max(M T::* member) {
  return {AggregateSpec::Kind::kMax, member};
}
template <class T, class M>
AggregateCall<T, M> collect(M T::* member) {
  return {AggregateSpec::Kind::kCollect, member};
}

}  // namespace leat
