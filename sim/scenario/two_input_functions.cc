#include "sim/scenario/two_input_functions.h"

#include <algorithm>

namespace leat {

namespace {

Row evaluate(const std::vector<Expression>& outputs, const ExprFrame& frame) {
  Row row;
  row.reserve(outputs.size());
  for (const Expression& output : outputs) row.push_back(output.eval(frame));
  return row;
}

class SelectOfPair final : public JoinFunction {
 public:
  explicit SelectOfPair(std::vector<Expression> outputs) : outputs_(std::move(outputs)) {}
  void join(RowView left, RowView right, Collector& out) const override {
    out.collect(evaluate(outputs_, {left.data(), right.data()}));
  }
  std::unique_ptr<JoinFunction> clone() const override {
    return std::make_unique<SelectOfPair>(*this);
  }

 private:
  std::vector<Expression> outputs_;
};

class SelectOfInterval final : public ProcessJoinFunction {
 public:
  explicit SelectOfInterval(std::vector<Expression> outputs) : outputs_(std::move(outputs)) {}
  void process(RowView left, RowView right, JoinContext& ctx) const override {
    ctx.emit(evaluate(outputs_, {left.data(), right.data()}));
  }
  std::unique_ptr<ProcessJoinFunction> clone() const override {
    return std::make_unique<SelectOfInterval>(*this);
  }

 private:
  std::vector<Expression> outputs_;
};

class MapOfEither final : public CoMapFunction {
 public:
  MapOfEither(std::vector<Expression> left, std::vector<Expression> right)
      : outputs_{std::move(left), std::move(right)} {}
  void map(uint32_t input, RowView in, Timestamp, std::span<Value> out) const override {
    const std::vector<Expression>& outputs = outputs_[input];
    for (size_t i = 0; i < outputs.size(); ++i) out[i] = outputs[i].eval(in);
  }
  std::unique_ptr<CoMapFunction> clone() const override {
    return std::make_unique<MapOfEither>(*this);
  }

 private:
  std::vector<Expression> outputs_[2];
};

class RowsOfEither final : public CoFlatMapFunction {
 public:
  using Rows = std::vector<std::vector<Expression>>;
  RowsOfEither(Rows left, Rows right) : rows_{std::move(left), std::move(right)} {}
  void flat_map(uint32_t input, RowView in, Timestamp, Collector& out) const override {
    for (const std::vector<Expression>& row : rows_[input])
      out.collect(evaluate(row, {in.data(), nullptr}));
  }
  std::unique_ptr<CoFlatMapFunction> clone() const override {
    return std::make_unique<RowsOfEither>(*this);
  }

 private:
  Rows rows_[2];
};

Value sum_of(const std::vector<Value>& values, ValueType type) {
  if (type == ValueType::kDouble) {
    double sum = 0;
    for (const Value& value : values) sum += value.as_double();
    return Value::number(sum);
  }
  int64_t sum = 0;
  for (const Value& value : values) sum = wrapping_add(sum, value.as_int());
  return Value::integer(sum);
}

// Nulls do not count, as in SQL.
Value fold(const AggregateSpec& aggregate, const std::vector<RowView>& rows) {
  using Kind = AggregateSpec::Kind;
  if (aggregate.kind == Kind::kCount) return Value::integer(static_cast<int64_t>(rows.size()));
  std::vector<Value> values;
  for (const RowView row : rows) {
    Value value = aggregate.argument->eval(row, std::nullopt);
    if (!value.is_null()) values.push_back(std::move(value));
  }
  if (aggregate.kind == Kind::kSum) return sum_of(values, aggregate.argument_type);
  std::sort(values.begin(), values.end());
  if (aggregate.kind == Kind::kCollect) return Value::list(std::move(values));
  if (values.empty()) return Value::null();
  return aggregate.kind == Kind::kMin ? values.front() : values.back();
}

class AggregatesOfGroup final : public CoGroupFunction {
 public:
  AggregatesOfGroup(std::vector<uint32_t> left_key, std::vector<uint32_t> right_key,
                    std::vector<SideAggregate> aggregates)
      : left_key_(std::move(left_key)),
        right_key_(std::move(right_key)),
        aggregates_(std::move(aggregates)) {}
  void co_group(const std::vector<RowView>& left, const std::vector<RowView>& right,
                Collector& out) const override {
    if (left.empty() && right.empty()) return;  // all evicted: nobody knows the key
    Row row;
    const RowView any = left.empty() ? right.front() : left.front();
    for (const uint32_t field : left.empty() ? right_key_ : left_key_) row.push_back(any[field]);
    for (const SideAggregate& a : aggregates_) {
      row.push_back(fold(a.aggregate, a.side == 0 ? left : right));
    }
    out.collect(row);
  }
  bool depends_on_order() const override {
    return std::any_of(aggregates_.begin(), aggregates_.end(), [](const SideAggregate& a) {
      return a.aggregate.kind == AggregateSpec::Kind::kSum &&
             a.aggregate.argument_type == ValueType::kDouble;
    });
  }
  std::unique_ptr<CoGroupFunction> clone() const override {
    return std::make_unique<AggregatesOfGroup>(*this);
  }

 private:
  std::vector<uint32_t> left_key_;
  std::vector<uint32_t> right_key_;
  std::vector<SideAggregate> aggregates_;
};

class AsyncSelect final : public AsyncFunction {
 public:
  AsyncSelect(std::vector<Expression> outputs, std::vector<Expression> late)
      : outputs_(std::move(outputs)), late_(std::move(late)) {}
  void invoke(RowView in, uint32_t, ResultFuture& result) const override {
    result.complete_later({evaluate(outputs_, {in.data(), nullptr})});
  }
  void timeout(RowView in, ResultFuture& result) const override {
    if (late_.empty()) return AsyncFunction::timeout(in, result);
    result.complete({evaluate(late_, {in.data(), nullptr})});
  }
  std::unique_ptr<AsyncFunction> clone() const override {
    return std::make_unique<AsyncSelect>(*this);
  }

 private:
  std::vector<Expression> outputs_;
  std::vector<Expression> late_;
};

}  // namespace

std::unique_ptr<JoinFunction> select_of_pair(std::vector<Expression> outputs) {
  return std::make_unique<SelectOfPair>(std::move(outputs));
}
std::unique_ptr<ProcessJoinFunction> select_of_interval(std::vector<Expression> outputs) {
  return std::make_unique<SelectOfInterval>(std::move(outputs));
}
std::unique_ptr<CoMapFunction> map_of_either(std::vector<Expression> left,
                                             std::vector<Expression> right) {
  return std::make_unique<MapOfEither>(std::move(left), std::move(right));
}
std::unique_ptr<CoFlatMapFunction> rows_of_either(std::vector<std::vector<Expression>> left,
                                                  std::vector<std::vector<Expression>> right) {
  return std::make_unique<RowsOfEither>(std::move(left), std::move(right));
}

std::unique_ptr<CoGroupFunction> aggregates_of_group(std::vector<uint32_t> left_key,
                                                     std::vector<uint32_t> right_key,
                                                     std::vector<SideAggregate> aggregates) {
  return std::make_unique<AggregatesOfGroup>(std::move(left_key), std::move(right_key),
                                             std::move(aggregates));
}
std::unique_ptr<AsyncFunction> async_select(std::vector<Expression> outputs,
                                            std::vector<Expression> late) {
  return std::make_unique<AsyncSelect>(std::move(outputs), std::move(late));
}

}  // namespace leat
