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

double number_in(const Value& value) {
  if (value.type() == ValueType::kDouble) return value.as_double();
  if (value.type() == ValueType::kInt || value.type() == ValueType::kTime) {
    return static_cast<double>(value.as_int());
  }
  throw JobError(value.to_text() + " is not a number");
}

namespace {
void keep_least(Value& accumulator, Value value) {
  if (value.is_null()) return;
  if (accumulator.is_null() || value < accumulator) accumulator = std::move(value);
}
void keep_greatest(Value& accumulator, Value value) {
  if (value.is_null()) return;
  if (accumulator.is_null() || accumulator < value) accumulator = std::move(value);
}
}  // namespace

void WindowAggregate::add(Value& accumulator, RowView row, Timestamp time) const {
  switch (kind_) {
    case AggregateSpec::Kind::kSum:
      return add_to_sum(accumulator, argument(row, time));
    case AggregateSpec::Kind::kMin:
      return keep_least(accumulator, argument(row, time));
    case AggregateSpec::Kind::kMax:
      return keep_greatest(accumulator, argument(row, time));
    case AggregateSpec::Kind::kCount:
      accumulator = Value::integer(wrapping_add(accumulator.as_int(), 1));
      return;
    case AggregateSpec::Kind::kUser:
      accumulator = user_->add(std::move(accumulator), row);
      return;
    case AggregateSpec::Kind::kCollect:
      break;
  }
  fail_check("collect has no accumulator to add to");
}

void WindowAggregate::merge(Value& accumulator, const Value& other) const {
  switch (kind_) {
    case AggregateSpec::Kind::kSum:
      return add_to_sum(accumulator, other);
    case AggregateSpec::Kind::kMin:
      return keep_least(accumulator, other);
    case AggregateSpec::Kind::kMax:
      return keep_greatest(accumulator, other);
    case AggregateSpec::Kind::kCount:
      accumulator = Value::integer(wrapping_add(accumulator.as_int(), other.as_int()));
      return;
    case AggregateSpec::Kind::kUser:
      accumulator = user_->merge(std::move(accumulator), other);
      return;
    case AggregateSpec::Kind::kCollect:
      break;
  }
  fail_check("collect has no accumulator to merge");
}

Value WindowAggregate::result(const Value& accumulator) const {
  return kind_ == AggregateSpec::Kind::kUser ? user_->result(accumulator) : accumulator;
}

Value WindowAggregate::fold(const RowBatch& elements) const {
  if (collects()) {
    std::vector<Value> items;
    items.reserve(elements.size());
    for (uint32_t i = 0; i < elements.size(); ++i) {
      items.push_back(argument(elements.row(i), elements.timestamp(i)));
    }
    return Value::list(std::move(items));
  }
  Value accumulator = create();
  for (uint32_t i = 0; i < elements.size(); ++i) {
    add(accumulator, elements.row(i), elements.timestamp(i));
  }
  return result(accumulator);
}

}  // namespace leat
