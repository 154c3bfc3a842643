#include "core/operators/running_aggregate.h"

#include <algorithm>
#include <utility>

namespace leat {

namespace {

// Flink's SumFunction: integers wrap, doubles are added one by one in the order of arrival.
class Sum final : public ReduceFunction {
 public:
  explicit Sum(uint32_t field) : field_(field) {}
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    std::copy(a.begin(), a.end(), out.begin());
    out[field_] = sum(a[field_], b[field_]);
  }
  std::unique_ptr<ReduceFunction> clone() const override { return std::make_unique<Sum>(field_); }

 private:
  static Value sum(const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) throw JobError("a null cannot be summed");
    if (a.type() == ValueType::kDouble) return Value::number(a.as_double() + b.as_double());
    return Value::integer(wrapping_add(a.as_int(), b.as_int()));
  }
  uint32_t field_;
};

std::strong_ordering compare(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) throw JobError("a null cannot be compared");
  return a <=> b;
}

// Flink's ComparableAggregator, not "by".
class Extreme final : public ReduceFunction {
 public:
  Extreme(uint32_t field, bool largest) : field_(field), largest_(largest) {}
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    std::copy(a.begin(), a.end(), out.begin());
    const std::strong_ordering order = compare(b[field_], a[field_]);
    if (largest_ ? order > 0 : order < 0) out[field_] = b[field_];
  }
  std::unique_ptr<ReduceFunction> clone() const override {
    return std::make_unique<Extreme>(field_, largest_);
  }

 private:
  uint32_t field_;
  bool largest_;
};

// Flink's ComparableAggregator "by": one whole row is kept.
class ExtremeRow final : public ReduceFunction {
 public:
  ExtremeRow(uint32_t field, bool largest, RunningAggregateSpec::Ties ties)
      : field_(field), largest_(largest), ties_(ties) {}
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    const std::strong_ordering order = compare(b[field_], a[field_]);
    const bool newer = order == 0 ? ties_ == RunningAggregateSpec::Ties::kLast
                       : largest_ ? order > 0
                                  : order < 0;
    const RowView kept = newer ? b : a;
    std::copy(kept.begin(), kept.end(), out.begin());
  }
  std::unique_ptr<ReduceFunction> clone() const override {
    return std::make_unique<ExtremeRow>(field_, largest_, ties_);
  }

 private:
  uint32_t field_;
  bool largest_;
  RunningAggregateSpec::Ties ties_;
};

bool can_be_summed(ValueType type) { return type == ValueType::kInt || type == ValueType::kDouble; }
bool can_be_compared(ValueType type) {
  return type != ValueType::kNull && type != ValueType::kList && type != ValueType::kMap;
}

}  // namespace

std::unique_ptr<ReduceFunction> running_reduce(const RunningAggregateSpec& spec,
                                               const Schema& input) {
  using Kind = RunningAggregateSpec::Kind;
  if (spec.kind == Kind::kReduce) return spec.reduce->clone();
  check(spec.field < input.width(),
        "a running aggregate is of a field that its input does not have");
  const ValueType type = input.fields[spec.field].type;
  const bool is_sum = spec.kind == Kind::kSum;
  if (is_sum ? !can_be_summed(type) : !can_be_compared(type))
    throw JobError(spec.label + ": a " + name_of(type) + " cannot be " +
                   (is_sum ? "summed" : "compared"));
  switch (spec.kind) {
    case Kind::kSum:
      return std::make_unique<Sum>(spec.field);
    case Kind::kMin:
    case Kind::kMax:
      return std::make_unique<Extreme>(spec.field, spec.kind == Kind::kMax);
    default:
      return std::make_unique<ExtremeRow>(spec.field, spec.kind == Kind::kMaxBy, spec.ties);
  }
}

RunningAggregateOperator::RunningAggregateOperator(const StreamNode& node)
    : key_fields_(node.key_fields),
      reduce_(running_reduce(std::get<RunningAggregateSpec>(node.spec), node.output)),
      state_({{"_op_state"}}) {}

void RunningAggregateOperator::on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowView row = std::as_const(rows).row(i);
    state_.set_current_key(key_of(row, key_fields_));
    ValueState& state = state_.value(0);
    const Value before = state.get();
    Row kept(row.begin(), row.end());
    if (!before.is_null()) {
      std::fill(kept.begin(), kept.end(), Value());
      reduce_->reduce(before.as_list(), row, kept);
    }
    ctx.out().append(kept, rows.timestamp(i));
    state.update(Value::list(std::move(kept)));
  }
}

void RunningAggregateOperator::snapshot(CheckpointId, ByteWriter& out, OperatorContext& ctx) {
  KeyedBytesWriter sections(ctx.max_parallelism());
  state_.snapshot(sections);
  sections.write(out);
}

void RunningAggregateOperator::restore(ByteReader& in, OperatorContext&) {
  read_keyed_bytes(in, [this](uint32_t, ByteReader& section) {
    while (!section.at_end()) {
      const uint32_t table = section.u32();
      state_.restore_entry(table, section);
    }
  });
}

}  // namespace leat
