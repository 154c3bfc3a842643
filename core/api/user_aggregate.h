// An aggregate of one's own, a struct of four functions; of a window, or of what a state keeps:
//
//   struct Average {
//     struct Sums { int64_t sum = 0, n = 0; };   // with LEAT_ROW
//     Sums create_accumulator() const { return {}; }
//     Sums add(const Reading& r, Sums sums) const { return {sums.sum + r.value, sums.n + 1}; }
//     Sums merge(const Sums& a, const Sums& b) const { return {a.sum + b.sum, a.n + b.n}; }
//     double get_result(const Sums& sums) const { return ...; }
//   };
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "core/api/row_type.h"
#include "core/graph/functions.h"

namespace leat {

// (Flink: AggregateFunction.)
template <class A, class T>
concept UserAggregate = requires(const A& a, const T& row) {
  a.get_result(a.merge(a.add(row, a.create_accumulator()), a.create_accumulator()));
};

template <class A>
using AccumulatorOf = std::remove_cvref_t<decltype(std::declval<const A&>().create_accumulator())>;
template <class A>
using ResultOf = std::remove_cvref_t<decltype(std::declval<const A&>().get_result(
    std::declval<AccumulatorOf<A>>()))>;

// What is added comes as a row of its fields, or as a row's one cell.
enum class AddedAs : uint8_t { kRow, kCell };

template <RowType T, class A, AddedAs kAs = AddedAs::kRow>
class AggregateAdapter final : public AggregateFunction {
 public:
  explicit AggregateAdapter(A a) : a_(std::move(a)) {}
  Value create() const override { return Codec::encode(a_.create_accumulator()); }
  Value add(Value accumulator, RowView row) const override {
    return Codec::encode(a_.add(decode(row), Codec::decode(accumulator)));
  }
  Value merge(Value a, Value b) const override {
    return Codec::encode(a_.merge(Codec::decode(a), Codec::decode(b)));
  }
  Value result(const Value& accumulator) const override {
    return ValueCodec<ResultOf<A>>::encode(a_.get_result(Codec::decode(accumulator)));
  }
  std::unique_ptr<AggregateFunction> clone() const override {
    return std::make_unique<AggregateAdapter>(a_);
  }

 private:
  using Codec = ValueCodec<AccumulatorOf<A>>;
  static T decode(RowView row) {
    if constexpr (kAs == AddedAs::kCell) {
      return ValueCodec<T>::decode(row[0]);
    } else {
      return RowCodec<T>::decode(row);
    }
  }
  const A a_;
};

}  // namespace leat
