#include "core/window/window_aggregate.h"

namespace leat {

WindowAggregate::WindowAggregate(const AggregateSpec& spec) : kind_(spec.kind) {
  if (spec.argument != nullptr) {
    argument_ = spec.argument->clone();
    field_ = argument_->field();
  }
  if (spec.user != nullptr) user_ = spec.user->clone();
  const bool needs_user = kind_ == AggregateSpec::Kind::kUser;
  const bool needs_argument = !needs_user && kind_ != AggregateSpec::Kind::kCount;
  if (needs_argument && argument_ == nullptr) throw JobError(spec.label + " needs an argument");
  if (needs_user && user_ == nullptr) throw JobError(spec.label + " needs a function");
}

Value WindowAggregate::create() const {
  if (kind_ == AggregateSpec::Kind::kUser) return user_->create();
  return kind_ == AggregateSpec::Kind::kCount ? Value::integer(0) : Value::null();
}

void add_to_sum(Value& sum, const Value& addend) {
  if (addend.is_null()) return;
  if (sum.is_null()) {
    sum = addend;
  } else if (sum.type() == ValueType::kInt && addend.type() == ValueType::kInt) {
    sum = Value::integer(wrapping_add(sum.as_int(), addend.as_int()));
  } else if (sum.type() == ValueType::kDouble && addend.type() == ValueType::kDouble) {
    sum = Value::number(sum.as_double() + addend.as_double());
  } else {
    throw JobError("cannot add " + addend.to_text() + " to the sum " + sum.to_text());
  }
}

void WindowAggregate::add(Value& accumulator, RowView row, Timestamp time) const {
  switch (kind_) {
    case AggregateSpec::Kind::kSum:
      return add_to_sum(accumulator, argument(row, time));
    case AggregateSpec::Kind::kMin:
    case AggregateSpec::Kind::kMax: {
      Value value = argument(row, time);
      if (value.is_null()) return;
      const bool better =
          kind_ == AggregateSpec::Kind::kMin ? value < accumulator : accumulator < value;
      if (accumulator.is_null() || better) accumulator = std::move(value);
      return;
    }
    case AggregateSpec::Kind::kCount:
      accumulator = Value::integer(wrapping_add(accumulator.as_int(), 1));
      return;
    case AggregateSpec::Kind::kUser:
      accumulator = user_->add(std::move(accumulator), row);
      return;
    case AggregateSpec::Kind::kCollect:
      fail_check("collect has no accumulator to add to");
  }
}

Value WindowAggregate::result(const Value& accumulator) const {
  return kind_ == AggregateSpec::Kind::kUser ? user_->result(accumulator) : accumulator;
}

}  // namespace leat
