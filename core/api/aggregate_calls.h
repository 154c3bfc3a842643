// What a window computes of its rows: `.aggregate<Out>(count(), max(&Quake::mag))`.
#pragma once

#include "core/graph/specs.h"

namespace leat {

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
