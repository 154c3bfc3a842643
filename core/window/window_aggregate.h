// What a window computes over its elements: one accumulator (a Value) for each aggregate.
//
// sum, min, max over nothing, or over nulls only, are null; count is then 0; collect the empty
// list. Integer sums wrap; doubles are added in the order of arrival. min and max go by the order
// of Value, which is Java's for doubles.
#pragma once

#include <memory>
#include <vector>

#include "core/graph/specs.h"

namespace leat {

class WindowAggregate {
 public:
  explicit WindowAggregate(const AggregateSpec& spec);  // clones the user's functions

  // It needs all elements: it has no accumulator, and is folded over them.
  bool collects() const { return kind_ == AggregateSpec::Kind::kCollect; }
  // Whether it is `sum` of a field as it stands: the inner loop of most jobs.
  bool is_field_sum() const { return kind_ == AggregateSpec::Kind::kSum && field_ >= 0; }
  uint32_t field() const { return static_cast<uint32_t>(field_); }

  Value create() const;
  // REQUIRES: !collects().
  void add(Value& accumulator, RowView row, Timestamp time) const;
  // The element that collect appends.
  Value argument(RowView row, Timestamp time) const {
    return field_ >= 0 ? row[static_cast<size_t>(field_)] : argument_->eval(row, time);
  }
  Value result(const Value& accumulator) const;
  // Adds what another window has gathered.  REQUIRES: !collects().
  void merge(Value& accumulator, const Value& other) const;
  // Over all of these.
  Value fold(const RowBatch& elements) const;

 private:
  AggregateSpec::Kind kind_;
  std::shared_ptr<const ScalarFunction> argument_;
  std::shared_ptr<const AggregateFunction> user_;
  int field_ = -1;
};

// The number as a double.  Throws JobError where it is none.
double number_in(const Value& value);

// sum + addend.  Throws JobError where they are not numbers of one type.
void add_to_sum(Value& sum, const Value& addend);

}  // namespace leat
